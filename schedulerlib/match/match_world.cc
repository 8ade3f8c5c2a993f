#include "schedulerlib/match/match_world.h"

#include "absl/strings/str_cat.h"

namespace nearcast::scheduler {
namespace {

constexpr const char* kIsps[] = {"chinatelecom", "chinaunicom", "chinamobile", "cernet"};
constexpr const char* kOses[] = {"android", "ios", "harmony"};
constexpr const char* kNetworks[] = {"wifi", "4g", "5g"};
constexpr const char* kClasses[] = {"vip", "new", "background"};

}  // namespace

std::string MatchWorld::DrawDevice() {
  static constexpr const char* kMakers[] = {"phone", "note", "pad", "box"};
  return absl::StrCat(kMakers[Draw(4)], "-", Draw(500));
}

std::string MatchWorld::DrawVersion() {
  return absl::StrCat(Draw(30), ".", Draw(10), ".", Draw(5));
}

RuleMatch MatchWorld::DrawRule() {
  RuleMatch rule;
  const uint32_t conditions = 1 + Draw(4);
  // What most rules name first, as services do: a stream, a device, a place, a release.
  switch (Draw(4)) {
    case 0:
      rule.streams = {absl::StrCat("s", Draw(100000))};
      break;
    case 1:
      rule.devices = {Draw(4) == 0 ? absl::StrCat("phone-", Draw(50), "*") : DrawDevice()};
      break;
    case 2:
      rule.regions = {absl::StrCat(110000 + 10000 * Draw(31))};
      rule.isps = {kIsps[Draw(4)]};
      rule.publish_points = {absl::StrCat("p", Draw(200))};
      break;
    default:
      rule.apps = {absl::StrCat("app", Draw(20))};
      rule.app_version_min = DrawVersion();
      rule.app_version_max = rule.app_version_min;
      rule.app_version_max += ".9";
      break;
  }
  for (uint32_t i = 1; i < conditions; ++i) {
    switch (Draw(6)) {
      case 0:
        rule.oses = {kOses[Draw(3)]};
        break;
      case 1:
        rule.networks = {kNetworks[Draw(3)], kNetworks[Draw(3)]};
        break;
      case 2:
        rule.viewer_classes = {kClasses[Draw(3)]};
        break;
      case 3:
        rule.grade_max = 1 + Draw(8);
        break;
      case 4:
        rule.percent = 1 + Draw(100);
        break;
      default:
        rule.isps = {kIsps[Draw(4)], kIsps[Draw(4)]};
        break;
    }
  }
  return rule;
}

MatchWorld::Asker MatchWorld::DrawAsker() {
  Asker asker;
  asker.viewer.key = absl::StrCat("viewer-", Draw(1000000));
  asker.viewer.app = absl::StrCat("app", Draw(20));
  asker.viewer.app_version = DrawVersion();
  asker.viewer.device = DrawDevice();
  asker.viewer.os = kOses[Draw(3)];
  asker.viewer.network = kNetworks[Draw(3)];
  asker.viewer.viewer_class = kClasses[Draw(3)];
  asker.viewer.network_grade = Draw(9);
  asker.place = {"CN", absl::StrCat(110000 + 10000 * Draw(31)), "", kIsps[Draw(4)]};
  asker.publish_point = absl::StrCat("p", Draw(200));
  asker.stream = absl::StrCat("s", Draw(100000));
  return asker;
}

}  // namespace nearcast::scheduler
