#include "schedulerlib/traffic/booked_bits.h"

#include <algorithm>
#include <cmath>

namespace nearcast::scheduler {

double RateOf(double mbit, double half_life_s) {
  return std::max(0.0, mbit) * 1e6 * std::log(2.0) / half_life_s;
}

void BookedBits::Book(const CompiledRatioRule& rule, const LedgerSession& session, uint64_t chosen,
                      double now_s) {
  Fade(now_s);
  const double left = session.booked_cdn == 0 ? 0 : session.booked_part * session.mbit;
  for (const CdnShare& target : rule.targets) {
    by_cdn_[target.cdn].intended_mbit += target.share * (session.mbit - left);
  }
  by_cdn_[chosen].assigned_mbit += session.mbit;
  if (left > 0) by_cdn_[session.booked_cdn].assigned_mbit -= left;
  by_rule_[rule.key] += session.mbit - left;
}

void BookedBits::Fade(double now_s) {
  if (now_s <= faded_s_) return;
  const double left = FadedPart(now_s - faded_s_, half_life_s_);
  faded_s_ = now_s;
  for (auto& [cdn, booked] : by_cdn_) {
    booked.intended_mbit *= left;
    booked.assigned_mbit *= left;
  }
  for (auto& [rule, mbit] : by_rule_) mbit *= left;
}

double BookedBits::IntendedBps(uint64_t cdn) const {
  const auto at = by_cdn_.find(cdn);
  return at == by_cdn_.end() ? 0 : RateOf(at->second.intended_mbit, half_life_s_);
}

double BookedBits::AssignedBps(uint64_t cdn) const {
  const auto at = by_cdn_.find(cdn);
  return at == by_cdn_.end() ? 0 : RateOf(at->second.assigned_mbit, half_life_s_);
}

double BookedBits::RuleBps(uint64_t rule) const {
  const auto at = by_rule_.find(rule);
  return at == by_rule_.end() ? 0 : RateOf(at->second, half_life_s_);
}

}  // namespace nearcast::scheduler
