#include "schedulerlib/convert/vendor_convert.h"

namespace nearcast::scheduler {
namespace {

constexpr uint32_t kPushValidityS = 86400;

template <typename T>
T Or(T value, T fallback) {
  return value == T() ? fallback : value;
}

SignMethod MethodOf(v1::Signing::Method method) {
  switch (method) {
    case v1::Signing::TENCENT:
      return SignMethod::kTencent;
    case v1::Signing::ALIBABA_A:
      return SignMethod::kAlibabaA;
    case v1::Signing::ALIBABA_B:
      return SignMethod::kAlibabaB;
    case v1::Signing::ALIBABA_C:
      return SignMethod::kAlibabaC;
    case v1::Signing::VOLCENGINE:
      return SignMethod::kVolcengine;
    case v1::Signing::HUAWEI:
      return SignMethod::kHuawei;
    case v1::Signing::HMAC_SHA256:
      return SignMethod::kHmacSha256;
    case v1::Signing::MD5:
      return SignMethod::kMd5;
    default:
      return SignMethod::kNone;
  }
}

Signing SigningOf(const v1::Signing& from, uint32_t validity_s) {
  Signing to;
  to.method = MethodOf(from.method());
  to.key = from.key();
  to.backup_key = from.backup_key();
  to.use_backup_key = from.use_backup_key();
  to.validity_s = Or(from.validity_s(), validity_s);
  to.text = from.text();
  to.secret_parameter = from.secret_parameter();
  to.time_parameter = from.time_parameter();
  to.hex_time = from.hex_time();
  return to;
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

}  // namespace

void ConvertVendor(const v1::Cdn& from, Cdn& to) {
  to.pull_domains = {from.pull_domains().begin(), from.pull_domains().end()};
  to.push_domains = {from.push_domains().begin(), from.push_domains().end()};
  to.push_signing = SigningOf(from.push_signing(), kPushValidityS);
  to.pull_signing = SigningOf(from.pull_signing(), to.pull_signing.validity_s);
  to.gop_cache = GopCacheOf(from.gop_cache());
  to.suffixes = {from.suffixes().begin(), from.suffixes().end()};
  to.cap_mbps = from.cap_mbps();
  to.cap_low_share = Or(from.cap_low_share(), to.cap_low_share);
  to.cap_high_share = Or(from.cap_high_share(), to.cap_high_share);
  to.commit_mbps = from.commit_mbps();
  to.price_per_mbps = from.price_per_mbps();
  if (from.health() == v1::Cdn::POOR) to.health = CdnHealth::kPoor;
  if (from.health() == v1::Cdn::DOWN) to.health = CdnHealth::kDown;
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
