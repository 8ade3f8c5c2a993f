#include "schedulerlib/stream/hls_multivariant.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/stream/play_url.h"

namespace nearcast::scheduler {
namespace {

uint32_t BandwidthOf(const CompiledPublishPoint& point, const TranscodeTemplate& tier) {
  if (tier.bitrate_bps > 0) return tier.bitrate_bps;
  uint32_t best = 0;
  for (const TranscodeTemplate& other : point.tiers) best = std::max(best, other.bitrate_bps);
  return best == 0 ? kUnknownBitrateBps : 2 * best;
}

// The default tier, then the others, best first.
std::vector<const TranscodeTemplate*> InOrderOfPlay(const PlayDecision& decision) {
  std::vector<const TranscodeTemplate*> tiers;
  for (const TranscodeTemplate& tier : decision.tiers) tiers.push_back(&tier);
  std::stable_partition(tiers.begin(), tiers.end(), [&decision](const TranscodeTemplate* tier) {
    return tier->tier == decision.default_tier;
  });
  return tiers;
}

std::string VariantOf(const PlayDecision& decision, const TranscodeTemplate& tier,
                      absl::string_view pathway, absl::string_view url) {
  std::string text =
      absl::StrCat("#EXT-X-STREAM-INF:BANDWIDTH=", BandwidthOf(*decision.publish_point, tier));
  if (tier.width > 0) absl::StrAppend(&text, ",RESOLUTION=", tier.width, "x", tier.height);
  if (tier.fps > 0) absl::StrAppend(&text, ",FRAME-RATE=", tier.fps, ".000");
  absl::StrAppend(&text, ",STABLE-VARIANT-ID=\"", TierKey(tier.tier), "\",PATHWAY-ID=\"", pathway,
                  "\"\n", url, "\n");
  return text;
}

}  // namespace

std::string WriteHlsMultivariant(const Snapshot& snapshot, const PlayDecision& decision,
                                 absl::string_view steering_uri) {
  std::string variants;
  absl::string_view first_pathway;
  for (const PlayLine& line : decision.lines) {
    const absl::string_view pathway = snapshot.cdn(line.cdn).spec.name;
    for (const TranscodeTemplate* tier : InOrderOfPlay(decision)) {
      if (line.made.Misses(tier->tier)) continue;
      const std::string url = BuildPlayUrl(snapshot, decision, line, *tier, "hls");
      if (url.empty()) continue;
      if (first_pathway.empty()) first_pathway = pathway;
      absl::StrAppend(&variants, VariantOf(decision, *tier, pathway, url));
    }
  }
  if (variants.empty()) return "";
  std::string steering;
  if (!steering_uri.empty()) {
    steering = absl::StrCat("#EXT-X-CONTENT-STEERING:SERVER-URI=\"", steering_uri,
                            "\",PATHWAY-ID=\"", first_pathway, "\"\n");
  }
  return absl::StrCat("#EXTM3U\n#EXT-X-VERSION:6\n", steering, variants);
}

}  // namespace nearcast::scheduler
