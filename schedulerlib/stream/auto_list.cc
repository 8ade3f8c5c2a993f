#include "schedulerlib/stream/auto_list.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "schedulerlib/model/tier.h"
#include "schedulerlib/stream/json_writer.h"
#include "schedulerlib/stream/play_url.h"

namespace nearcast::scheduler {
namespace {

std::vector<const TranscodeTemplate*> AdaptiveTiers(const PlayDecision& decision) {
  std::vector<const TranscodeTemplate*> tiers;
  if (decision.switches.IsFeatureOff("auto")) return tiers;
  for (const TranscodeTemplate& tier : decision.tiers) {
    if (IsAdaptive(tier.tier)) tiers.push_back(&tier);
  }
  return tiers;
}

std::vector<uint32_t> GopLengths(const std::vector<const TranscodeTemplate*>& tiers) {
  std::vector<uint32_t> lengths;
  for (const TranscodeTemplate* tier : tiers) {
    if (std::count(lengths.begin(), lengths.end(), tier->gop_s) == 0) {
      lengths.push_back(tier->gop_s);
    }
  }
  return lengths;
}

void WriteRepresentation(const PlayDecision& decision, const TranscodeTemplate& tier, int id,
                         absl::string_view format, const std::string& url, JsonWriter& json) {
  json.Open().Member("id", id);
  json.Member("codec", tier.codec == Codec::kH265 ? "h265" : "h264");
  json.Member("format", format);
  json.Member("bitrate", tier.bitrate_bps);
  json.Member("qualityType", TierKey(tier.tier));
  json.Member("hidden", 0);
  json.Member("defaultSelect", tier.tier == decision.default_tier ? 1 : 0);
  json.Member("url", url).Close();
}

}  // namespace

bool IsAdaptive(Tier tier) { return tier > Tier::kOrigin && tier < Tier::kMd; }

std::string WriteAutoList(const Snapshot& snapshot, const PlayDecision& decision) {
  const auto tiers = AdaptiveTiers(decision);
  const std::string format = decision.switches.IsFormatOff("flv") ? "hls" : "flv";
  int id = 0;
  JsonWriter json;
  json.Open().Member("version", "1.0").Key("adaptationSet").OpenList();
  for (const uint32_t gop_s : GopLengths(tiers)) {
    json.Open().Member("gopDuration", gop_s).Key("representation").OpenList();
    for (const TranscodeTemplate* tier : tiers) {
      if (tier->gop_s != gop_s) continue;
      const std::string url = BuildPlayUrl(snapshot, decision, decision.lines[0], *tier, format);
      if (!url.empty()) WriteRepresentation(decision, *tier, ++id, format, url, json);
    }
    json.CloseList().Close();
  }
  return json.CloseList().Close().Take();
}

}  // namespace nearcast::scheduler
