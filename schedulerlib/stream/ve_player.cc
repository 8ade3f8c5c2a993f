#include "schedulerlib/stream/ve_player.h"

#include <algorithm>

#include "schedulerlib/stream/json_writer.h"
#include "schedulerlib/stream/play_url.h"

namespace nearcast::scheduler {
namespace {

// Empty for tiers that the player has no name for.
absl::string_view ResolutionName(Tier tier) {
  switch (tier) {
    case Tier::kOrigin:
      return "Origin";
    case Tier::kUhd:
      return "UHD";
    case Tier::kHd:
      return "HD";
    case Tier::kSd:
      return "SD";
    case Tier::kLd:
      return "LD";
    default:
      return "";
  }
}

void WriteEntry(const std::string& url, const TranscodeTemplate& tier, absl::string_view format,
                JsonWriter& json) {
  json.Open();
  json.Member("url", url);
  json.Member("resolution", ResolutionName(tier.tier));
  json.Member("bitrate", tier.bitrate_bps);
  json.Member("protocol", "TCP");
  json.Member("format", format);
  json.Close();
}

void WriteStreams(const Snapshot& snapshot, const PlayDecision& decision, size_t line,
                  absl::string_view name, JsonWriter& json) {
  json.Key(name).OpenList();
  if (line < decision.lines.size()) {
    for (const TranscodeTemplate& tier : decision.tiers) {
      if (ResolutionName(tier.tier).empty()) continue;
      if (decision.lines[line].made.Misses(tier.tier)) continue;
      for (const auto& [key, format] : {std::pair{"flv", "FLV"}, std::pair{"hls", "HLS"}}) {
        const std::string url = BuildPlayUrl(snapshot, decision, decision.lines[line], tier, key);
        if (!url.empty()) WriteEntry(url, tier, format, json);
      }
    }
  }
  json.CloseList();
}

}  // namespace

std::string WriteVeLivePlayerStreamData(const Snapshot& snapshot, const PlayDecision& decision) {
  // The best first; those without a name stand at the end.
  const auto& tiers = decision.tiers;
  const auto named = std::count_if(tiers.begin(), tiers.end(), [](const TranscodeTemplate& tier) {
    return !ResolutionName(tier.tier).empty();
  });
  const absl::string_view opened = ResolutionName(decision.default_tier);
  JsonWriter json;
  json.Open();
  json.Key("enableABR").Bool(named > 1 && !decision.switches.IsFeatureOff("auto"));
  json.Key("enableMainBackupSwitch").Bool(decision.lines.size() > 1);
  json.Member("defaultResolution", opened.empty() ? ResolutionName(tiers.front().tier) : opened);
  const bool has_flv = !decision.switches.IsFormatOff("flv");  // every CDN delivers it
  json.Member("defaultFormat", has_flv ? "FLV" : "HLS");
  json.Member("defaultProtocol", "TCP");
  WriteStreams(snapshot, decision, 0, "mainStream", json);
  WriteStreams(snapshot, decision, 1, "backupStream", json);
  return json.Close().Take();
}

}  // namespace nearcast::scheduler
