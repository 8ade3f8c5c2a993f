// MadeTiers: which tiers of a stream a CDN can give, and under whose names: by the side of their
// templates (TranscodeTemplate::side) and by who transcodes (Cdn::transcoding).
//
// A push-side tier is made by the CDN that the stream is pushed to, as a stream of its own; other
// CDNs fetch that one, so that it has the maker's name everywhere, and is gone where the push moves
// to a CDN that does not transcode. A pull-side tier is made by the CDN that viewers play from, out
// of what it fetches, under its own name. Origin, and ao, which is origin's sound, are what was
// pushed: every CDN has them.
#ifndef SCHEDULERLIB_TRANSCODE_MADE_TIERS_H_
#define SCHEDULERLIB_TRANSCODE_MADE_TIERS_H_

#include <cstdint>
#include <string>

#include "schedulerlib/model/ids.h"
#include "schedulerlib/model/stream.h"
#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::scheduler {

constexpr uint32_t TierBit(Tier tier) { return 1u << static_cast<uint32_t>(tier); }

struct MadeTiers {
  CdnIndex maker;        // of push-side tiers: `cdn` itself where it is fed by a push of its own
  uint32_t missing = 0;  // bits by Tier: those of the publish point that nobody makes

  bool Misses(Tier tier) const { return (missing & TierBit(tier)) != 0; }
};

MadeTiers FindMadeTiers(const Snapshot& snapshot, const CompiledPublishPoint& point,
                        const Stream& stream, CdnIndex cdn);

// What stands behind '_' in the tier's name at `cdn`; as TierSuffix.
std::string MadeSuffix(const Snapshot& snapshot, const MadeTiers& made, CdnIndex cdn,
                       const TranscodeTemplate& tier);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_TRANSCODE_MADE_TIERS_H_
