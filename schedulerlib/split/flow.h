// Flows: what CDNs carry right now, and what follows for the ratio: corrections and caps.
//
// Correction: weights are shares of bits, but viewers of one CDN may watch longer or at better
// tiers than those of another. Every 10 to 60 s each CDN's correction is moved by an integral term:
// its logarithm grows by gain × (share intended − share measured) / share intended, by at most
// `step_max` (a gentle shift of probability: Livesmart, MM'19), and stays within [1/limit, limit].
// What is measured follows a correction only as fast as sessions end: with steps every T and a mean
// session of L, gain × L / T must stay below about 0.5, or shares swing. The defaults are for T = 15 s
// and L = 10 min.
//
// Cap: below the low watermark nobody spills; between low and high the part of its viewers grows
// in proportion that go to their second choice; from the high one on everybody does (the shedding
// rule of NS1's filters). Where the two are one everybody does from there on. Coming back the line lies lower by `hysteresis`, so that a load that
// trembles moves nobody.
#ifndef SCHEDULERLIB_SPLIT_FLOW_H_
#define SCHEDULERLIB_SPLIT_FLOW_H_

#include <cstdint>
#include <span>
#include <vector>

namespace nearcast::scheduler {

struct CdnFlow {
  uint64_t cdn = 0;       // StableHash of its name
  double correction = 1;  // its weights are multiplied by this
  double spill = 0;       // 0..1 of its viewers pass it over
};

// All CDNs; those that are absent have no correction and no cap. Immutable once published.
struct CdnFlows {
  std::vector<CdnFlow> flows;

  // `at` is where it probably stands: the CdnIndex. Never fails.
  const CdnFlow& Find(uint64_t cdn, uint32_t at) const {
    static constexpr CdnFlow kFree;
    if (at < flows.size() && flows[at].cdn == cdn) return flows[at];
    for (const CdnFlow& flow : flows) {
      if (flow.cdn == cdn) return flow;
    }
    return kFree;
  }
};

struct CorrectionTerms {
  double gain = 0.01;
  double step_max = 0.01;  // of the logarithm: 1 % at a time
  double limit = 4;
};

// One CDN's rates; the shares are of the sums over all that are given.
struct MeasuredFlow {
  double intended_bps = 0;
  double measured_bps = 0;
  double correction = 1;  // changed in place
};

// One step for all of them together. CDNs of which nothing is intended keep their correction; the
// geometric mean, weighted by intent, stays 1: only differences count. Does nothing as long as
// nothing is intended or measured.
void CorrectFlows(const CorrectionTerms& terms, std::span<MeasuredFlow> flows);

struct CapTerms {
  double cap_mbps = 0;  // 0 = no cap
  double low_share = 0.8;
  double high_share = 0.95;
  double hysteresis = 0.05;  // of the cap
};

// What share spills now, given what did and what is measured.
double NextSpill(const CapTerms& terms, double spill, double measured_mbps);

// Whether this viewer is among the `spill` that pass the CDN over. Who spills at a small share does
// so at a greater one.
bool Spills(uint64_t viewer_key, uint64_t cdn, double spill);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SPLIT_FLOW_H_
