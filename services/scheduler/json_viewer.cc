#include "services/scheduler/json_viewer.h"

#include <cstdint>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "services/rpc/status.h"

namespace nearcast {
namespace {

constexpr uint32_t kGradeMax = 8;

std::string Text(absl::string_view view) { return std::string(view.data(), view.size()); }

absl::Status InvalidViewer(absl::string_view why) {
  return rpc::WithReason(absl::InvalidArgumentError(why), "INVALID_VIEWER");
}

// Absent = 0.
absl::StatusOr<uint32_t> ReadNumber(const http::QueryParams& params, absl::string_view name) {
  uint32_t number = 0;
  const absl::string_view text = params.Get(name);
  if (text.empty() || absl::SimpleAtoi(text, &number)) return number;
  return InvalidViewer(absl::StrCat(name, ": \"", text, "\" is not a number from 0 on"));
}

absl::StatusOr<ipdb::IpAddress> ReadAddress(const http::Request& request,
                                            const http::QueryParams& params) {
  const absl::string_view ip = params.Get("ip");
  if (ip.empty()) return request.client;
  const auto address = ipdb::ParseIpAddress(ip);
  if (address.ok()) return *address;
  return InvalidViewer(
      absl::StrCat("ip: \"", ip, "\" is not an IP address; give the viewer's own"));
}

}  // namespace

absl::StatusOr<scheduler::Viewer> ReadViewer(const http::Request& request,
                                             const http::QueryParams& params) {
  scheduler::Viewer viewer;
  NC_ASSIGN_OR_RETURN(viewer.address, ReadAddress(request, params));
  const absl::string_view key = params.Get("viewer");
  viewer.key = key.empty() ? viewer.address.ToString() : Text(key);
  viewer.app = Text(params.Get("app"));
  viewer.app_version = Text(params.Get("app_version"));
  viewer.device = Text(params.Get("device"));
  viewer.os = Text(params.Get("os"));
  viewer.network = Text(params.Get("network"));
  viewer.viewer_class = Text(params.Get("class"));
  const absl::string_view grade = params.Get("grade");
  if (!grade.empty() &&
      (!absl::SimpleAtoi(grade, &viewer.network_grade) || viewer.network_grade > kGradeMax)) {
    return InvalidViewer("grade: must be 1 (worst) to 8 (best)");
  }
  NC_ASSIGN_OR_RETURN(viewer.recent_stalls, ReadNumber(params, "recent_stalls"));
  NC_ASSIGN_OR_RETURN(viewer.recent_retries, ReadNumber(params, "recent_retries"));
  NC_ASSIGN_OR_RETURN(viewer.recent_age_s, ReadNumber(params, "recent_age_s"));
  return viewer;
}

}  // namespace nearcast
