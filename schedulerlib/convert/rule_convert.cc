#include "schedulerlib/convert/rule_convert.h"

#include <vector>

namespace nearcast::scheduler {
namespace {

std::vector<std::string> Strings(const google::protobuf::RepeatedPtrField<std::string>& from) {
  return {from.begin(), from.end()};
}

}  // namespace

RuleMatch MatchOf(const v1::Match& from) {
  RuleMatch to;
  to.apps = Strings(from.apps());
  to.app_version_min = from.app_version_min();
  to.app_version_max = from.app_version_max();
  to.oses = Strings(from.oses());
  to.devices = Strings(from.devices());
  to.networks = Strings(from.networks());
  to.countries = Strings(from.countries());
  to.regions = Strings(from.regions());
  to.isps = Strings(from.isps());
  to.publish_points = Strings(from.publish_points());
  to.streams = Strings(from.streams());
  to.viewer_classes = Strings(from.viewer_classes());
  to.grade_min = from.grade_min();
  to.grade_max = from.grade_max();
  to.percent = from.percent();
  to.percent_salt = from.percent_salt();
  return to;
}

absl::Time ExpiryOf(bool is_set, const google::protobuf::Timestamp& time) {
  if (!is_set) return absl::InfiniteFuture();
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

Switch SwitchOf(const std::string& name, const v1::Switch& from) {
  Switch to;
  to.name = name;
  to.match = MatchOf(from.match());
  to.off = Strings(from.off());
  const v1::Switch::Override& set = from.override();
  to.set.default_tier = set.default_tier();
  to.set.main_cdn = set.main_cdn();
  to.set.backup_cdn = set.backup_cdn();
  to.set.gop_cache_ms = set.gop_cache_ms();
  to.set.start_buffer_ms = set.start_buffer_ms();
  to.set.sdk_params = {set.sdk_params().begin(), set.sdk_params().end()};
  to.expire_at = ExpiryOf(from.has_expire_time(), from.expire_time());
  to.priority = from.priority();
  to.disabled = from.disabled();
  return to;
}

}  // namespace nearcast::scheduler
