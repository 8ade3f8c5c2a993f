#include "schedulerlib/simulate/recorded_view.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"

namespace nearcast::scheduler {
namespace {

enum Column : size_t {
  kTime,
  kAddress,
  kPublishPoint,
  kStream,
  kViewer,
  kWatch,
  kApp,
  kAppVersion,
  kDevice,
  kOs,
  kNetwork,
  kClass,
  kGrade,
};
constexpr const char* kNames[] = {"time_s",  "address", "publish_point", "stream", "viewer",
                                  "watch_s", "app",     "app_version",   "device", "os",
                                  "network", "class",   "grade"};
constexpr size_t kNeeded = 4;  // the first four

template <typename T>
absl::Status ParseNumber(absl::string_view text, size_t column, T& number) {
  if (text.empty() || absl::SimpleAtoi(text, &number)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(kNames[column], ": \"", text, "\" is no whole number"));
}

}  // namespace

absl::string_view TraceReader::Field(size_t column) const {
  return place_of_[column] < 0 ? absl::string_view() : fields_[place_of_[column]];
}

absl::Status TraceReader::ReadHeader() {
  place_of_.fill(-1);
  for (size_t i = 0; i < fields_.size(); ++i) {
    const auto known = std::find(std::begin(kNames), std::end(kNames), fields_[i]);
    if (known == std::end(kNames)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "\"", fields_[i], "\" is no column; known are ", absl::StrJoin(kNames, ", ")));
    }
    place_of_[known - std::begin(kNames)] = static_cast<int>(i);
  }
  for (size_t column = 0; column < kNeeded; ++column) {
    if (place_of_[column] >= 0) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "the header has no column ", kNames[column],
        "; the first line names the columns, as in time_s,address,publish_point,stream"));
  }
  has_header_ = true;
  width_ = fields_.size();
  return absl::OkStatus();
}

absl::Status TraceReader::Read(absl::string_view line, RecordedView& view, bool& is_row) {
  is_row = false;
  line = absl::StripAsciiWhitespace(line);
  if (line.empty() || line[0] == '#') return absl::OkStatus();
  NC_RETURN_IF_ERROR(ipdb::ParseCsvLine(line, fields_));
  if (!has_header_) return ReadHeader();
  if (fields_.size() != width_) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", fields_.size(), " fields, and the header ", width_));
  }
  const auto address = ipdb::ParseIpAddress(Field(kAddress));
  if (!address.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("address: \"", Field(kAddress), "\" is no IP address"));
  }
  view.viewer.address = *address;
  view.viewer.key = std::string(Field(kViewer).empty() ? Field(kAddress) : Field(kViewer));
  view.viewer.app = std::string(Field(kApp));
  view.viewer.app_version = std::string(Field(kAppVersion));
  view.viewer.device = std::string(Field(kDevice));
  view.viewer.os = std::string(Field(kOs));
  view.viewer.network = std::string(Field(kNetwork));
  view.viewer.viewer_class = std::string(Field(kClass));
  view.publish_point = std::string(Field(kPublishPoint));
  view.stream = std::string(Field(kStream));
  view.time_s = view.watch_s = view.viewer.network_grade = 0;
  NC_RETURN_IF_ERROR(ParseNumber(Field(kTime), kTime, view.time_s));
  NC_RETURN_IF_ERROR(ParseNumber(Field(kWatch), kWatch, view.watch_s));
  NC_RETURN_IF_ERROR(ParseNumber(Field(kGrade), kGrade, view.viewer.network_grade));
  is_row = true;
  return absl::OkStatus();
}

}  // namespace nearcast::scheduler
