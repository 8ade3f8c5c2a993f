#include "schedulerlib/split/flow.h"

#include <algorithm>
#include <cmath>

#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

// Another draw than the rendezvous's own, or the viewers with the best scores would spill last.
constexpr uint64_t kSpillSalt = 0x7370696c6c;  // "spill"

double ShareOfSpill(const CapTerms& terms, double share) {
  if (terms.high_share <= terms.low_share) return share >= terms.low_share ? 1 : 0;
  return std::clamp((share - terms.low_share) / (terms.high_share - terms.low_share), 0.0, 1.0);
}

}  // namespace

void CorrectFlows(const CorrectionTerms& terms, std::span<MeasuredFlow> flows) {
  double intended = 0;
  double measured = 0;
  for (const MeasuredFlow& flow : flows) {
    if (flow.intended_bps <= 0) continue;
    intended += flow.intended_bps;
    measured += flow.measured_bps;
  }
  if (intended <= 0 || measured <= 0) return;
  double mean_log = 0;
  for (MeasuredFlow& flow : flows) {
    if (flow.intended_bps <= 0) continue;
    const double wanted = flow.intended_bps / intended;
    const double error = (wanted - flow.measured_bps / measured) / wanted;
    const double step = std::clamp(terms.gain * error, -terms.step_max, terms.step_max);
    flow.correction *= std::exp(step);
    mean_log += wanted * std::log(flow.correction);
  }
  for (MeasuredFlow& flow : flows) {
    if (flow.intended_bps <= 0) continue;
    flow.correction =
        std::clamp(flow.correction * std::exp(-mean_log), 1 / terms.limit, terms.limit);
  }
}

double NextSpill(const CapTerms& terms, double spill, double measured_mbps) {
  if (terms.cap_mbps <= 0) return 0;
  const double share = measured_mbps / terms.cap_mbps;
  const double rising = ShareOfSpill(terms, share);
  const double falling = ShareOfSpill(terms, share + terms.hysteresis);
  return std::clamp(spill, rising, falling);
}

bool Spills(uint64_t viewer_key, uint64_t cdn, double spill) {
  if (spill <= 0) return false;
  const uint64_t bits = MixHash(MixHash(viewer_key, kSpillSalt), cdn) >> 11;
  return static_cast<double>(bits) * 0x1p-53 < spill;
}

}  // namespace nearcast::scheduler
