#include "schedulerlib/convert/vendor_convert.h"

#include "signing/convert/signing_convert.h"

namespace nearcast::scheduler {
namespace {

template <typename T>
T Or(T value, T fallback) {
  return value == T() ? fallback : value;
}

GopCache GopCacheOf(const v1::GopCache& from) {
  GopCache to;
  if (from.model() == v1::GopCache::CENTERED) to.model = GopCacheModel::kCentered;
  if (from.model() == v1::GopCache::TABLE) to.model = GopCacheModel::kTable;
  to.query = from.query();
  to.set_ms = from.set_ms();
  to.set_value = from.set_value();
  to.min_ms = from.min_ms();
  to.max_ms = Or(from.max_ms(), to.max_ms);
  to.step_ms = Or(from.step_ms(), to.step_ms);
  for (const v1::GopCache::Level& level : from.levels()) {
    to.levels.push_back(
        {level.value(), level.gop_ms(), level.delay_min_ms(), level.delay_max_ms()});
  }
  to.gop_within_setting = from.gop_within_setting();
  to.added_ms = from.added_ms();
  to.drop_query = from.drop_query();
  if (from.effect() == v1::GopCache::AFTER_PUSH) to.effect = GopCacheEffect::kAfterPush;
  to.effect_after_s = from.effect_after_s();
  return to;
}

Transcoding TranscodingOf(v1::Cdn::Transcoding from) {
  switch (from) {
    case v1::Cdn::PUSH_ONLY:
      return Transcoding::kPushOnly;
    case v1::Cdn::PULL_ONLY:
      return Transcoding::kPullOnly;
    case v1::Cdn::NO_TRANSCODING:
      return Transcoding::kNone;
    default:
      return Transcoding::kBoth;
  }
}

}  // namespace

void ConvertVendor(const v1::Cdn& from, Cdn& to) {
  to.pull_domains = {from.pull_domains().begin(), from.pull_domains().end()};
  to.push_domains = {from.push_domains().begin(), from.push_domains().end()};
  to.push_signing = SigningOf(from.push_signing(), kPushValidityS);
  to.pull_signing = SigningOf(from.pull_signing(), kPullValidityS);
  to.gop_cache = GopCacheOf(from.gop_cache());
  to.suffixes = {from.suffixes().begin(), from.suffixes().end()};
  to.cap_mbps = from.cap_mbps();
  to.cap_low_share = Or(from.cap_low_share(), to.cap_low_share);
  to.cap_high_share = Or(from.cap_high_share(), to.cap_high_share);
  to.commit_mbps = from.commit_mbps();
  to.price_per_mbps = from.price_per_mbps();
  if (from.health() == v1::Cdn::POOR) to.health = CdnHealth::kPoor;
  if (from.health() == v1::Cdn::DOWN) to.health = CdnHealth::kDown;
  to.transcoding = TranscodingOf(from.transcoding());
}

LatencyPolicy LatencyPolicyOf(const std::string& name, const v1::LatencyPolicy& from) {
  LatencyPolicy to;
  to.name = name;
  to.target_ms = from.target_ms();
  to.difference_ms = from.difference_ms();
  to.network_ms = from.network_ms();
  to.worst_target_ms = from.worst_target_ms();
  to.gop_ms = from.gop_ms();
  to.gop_cache_ms = from.gop_cache_ms();
  to.gop_max_ms = Or(from.gop_max_ms(), to.gop_max_ms);
  to.start_buffer_max_ms = Or(from.start_buffer_max_ms(), to.start_buffer_max_ms);
  to.chase = {from.chase().start_ms(), from.chase().stop_ms(), from.chase().speed_percent(),
              from.chase().disabled()};
  to.slow = {from.slow().below_ms(), from.slow().speed_percent(), from.slow().disabled()};
  if (from.has_drop_protection()) {
    to.drop_protection = {from.drop_protection().protected_period_ms(),
                          from.drop_protection().gop_keep_duration_ms()};
  }
  to.demote_after_stalls = from.demote_after_stalls();
  return to;
}

}  // namespace nearcast::scheduler
