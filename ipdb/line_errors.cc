#include "ipdb/line_errors.h"

#include <iterator>

#include "absl/strings/str_cat.h"

namespace nearcast::ipdb {

void LineErrors::Add(size_t line, absl::string_view message) {
  ++count_;
  shown_.emplace(line, message);
  if (shown_.size() > kShownMax) shown_.erase(std::prev(shown_.end()));
}

absl::Status LineErrors::ToStatus() const {
  if (empty()) return absl::OkStatus();
  std::string text;
  for (const auto& [line, message] : shown_) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", file_name_, ":", line, ": ", message);
  }
  const size_t hidden = count_ - shown_.size();
  if (hidden > 0) absl::StrAppend(&text, "\n", file_name_, ": and ", hidden, " more errors");
  return absl::InvalidArgumentError(text);
}

}  // namespace nearcast::ipdb
