#include "services/http/request.h"

#include "absl/strings/match.h"

namespace nearcast::http {

absl::StatusOr<const QueryParams*> Request::params() const {
  if (params_state_ == ParamsState::kUnread) {
    params_status_ = params_.Parse(query);
    params_state_ = ParamsState::kRead;
  }
  if (!params_status_.ok()) return params_status_;
  return &params_;
}

absl::string_view Request::header(absl::string_view name) const {
  for (const HeaderField& field : headers) {
    if (absl::EqualsIgnoreCase(field.name, name)) return field.value;
  }
  return {};
}

void Request::Clear() {
  method = Method::kUnknown;
  path = query = wildcard = body = {};
  headers.clear();
  params_state_ = ParamsState::kUnread;
}

}  // namespace nearcast::http
