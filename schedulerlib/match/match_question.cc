#include "schedulerlib/match/match_question.h"

namespace nearcast::scheduler {

absl::string_view MatchAttributeName(MatchAttribute attribute) {
  static constexpr absl::string_view kNames[kMatchAttributes] = {
      "stream",  "publish point", "device", "ISP",     "region",
      "country", "app",           "OS",     "network", "viewer class"};
  return kNames[static_cast<size_t>(attribute)];
}

MatchQuestion QuestionOf(const Viewer& viewer, uint64_t viewer_key, const ipdb::Location& place,
                         absl::string_view publish_point, absl::string_view stream) {
  MatchQuestion question;
  question.text(MatchAttribute::kStream) = stream;
  question.text(MatchAttribute::kPublishPoint) = publish_point;
  question.text(MatchAttribute::kDevice) = viewer.device;
  question.text(MatchAttribute::kIsp) = place.isp;
  question.text(MatchAttribute::kRegion) = place.region;
  question.text(MatchAttribute::kCountry) = place.country;
  question.text(MatchAttribute::kApp) = viewer.app;
  question.text(MatchAttribute::kOs) = viewer.os;
  question.text(MatchAttribute::kNetwork) = viewer.network;
  question.text(MatchAttribute::kViewerClass) = viewer.viewer_class;
  question.app_version_text = viewer.app_version;
  if (!viewer.app_version.empty()) question.app_version = ParseAppVersion(viewer.app_version);
  question.grade = viewer.network_grade;
  question.viewer_key = viewer_key;
  return question;
}

}  // namespace nearcast::scheduler
