// How a CDN stands for viewers or for broadcasters, and why: what is declared of it, what checks say
// of its domains, how its nodes stand.
#ifndef SCHEDULERLIB_SNAPSHOT_CDN_STANDING_H_
#define SCHEDULERLIB_SNAPSHOT_CDN_STANDING_H_

#include <cstdint>
#include <string>

#include "schedulerlib/live/node_live.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/split/ratio.h"

namespace nearcast::scheduler {

enum class CdnCause : uint8_t {
  kNone,
  kDeclaredPoor,  // Cdn.health
  kPlayChecks,    // a domain of its is down
  kPushChecks,
  kNodes,  // kOwn: every node is drained or down
  kDisabled,
  kDeclaredDown,
  kNoNodes,  // kOwn
};

struct JudgedCdn {
  CdnStanding standing = CdnStanding::kUsable;
  CdnCause cause = CdnCause::kNone;

  friend bool operator==(const JudgedCdn&, const JudgedCdn&) = default;
};

// Of a vendor, or of what is declared of any CDN. `checks` is what vantages say of its domains for
// `role`: it never takes a CDN out, for a vantage does not stand where viewers stand.
JudgedCdn JudgeCdn(const Cdn& cdn, CdnRole role, Health checks);

// "usable", "disabled", "a last resort: its health is poor", …
std::string DescribeJudged(const JudgedCdn& judged);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SNAPSHOT_CDN_STANDING_H_
