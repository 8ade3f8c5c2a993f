#include "schedulerlib/stream/stream_data.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/stream/json_writer.h"

namespace nearcast::scheduler {
namespace {

// Every one of them is present in every line.
constexpr const char* kFormats[] = {"flv", "hls",  "cmaf",    "dash",  "lls",
                                    "tsl", "tile", "http_ts", "ll_hls"};

// The tiers of ordinary menus; md and ao serve special cases such as playing in the background.
bool IsOrdinary(Tier tier) { return tier < Tier::kMd; }

// The menu's rank: 5 for origin … 1 for ld.
int Level(Tier tier) { return 5 - static_cast<int>(tier); }

// The key under which old clients know a tier; "" when they do not.
absl::string_view LegacyKey(Tier tier) {
  switch (tier) {
    case Tier::kOrigin:
    case Tier::kUhd:
      return "FULL_HD1";
    case Tier::kHd:
      return "HD1";
    case Tier::kSd:
      return "SD2";
    case Tier::kLd:
      return "SD1";
    default:
      return "";
  }
}

std::string Resolution(const TranscodeTemplate& tier) {
  if (tier.tier == Tier::kAo || tier.width == 0) return "";
  return absl::StrCat(tier.width, "x", tier.height);
}

std::string WriteSdkParams(const PublishPoint& point, const TranscodeTemplate& tier) {
  JsonWriter json;
  json.Open();
  json.Member("VCodec", tier.codec == Codec::kH265 ? "h265" : "h264");
  json.Member("vbitrate", tier.bitrate_bps);
  json.Member("resolution", Resolution(tier));
  json.Member("gop", tier.gop_s);
  json.Member("fps", tier.fps);
  json.Member("drType", "sdr");
  json.Member("stream_suffix", TierSuffix(tier));
  json.Member("SuggestFormat", "");
  json.Member("SuggestProtocol", "tcp");
  json.Member("FastOpenDuration", -static_cast<int64_t>(point.gop_cache_ms));
  json.Member("BufferDataMs", point.start_buffer_ms);
  // Seed 004: low-latency FLV is a GOP cache with a lower bound of 1800 ms.
  json.Member("EnableLowLatencyFLV", point.gop_cache_ms <= 1800 ? 1 : 0);
  return json.Close().Take();
}

// The rules that applied, where clients already carry such a trace.
std::string WriteRuleIds(const PlayDecision& decision) {
  const CompiledRatioRule& rule = *decision.ratio.rule;
  uint32_t weight = 0;
  for (const auto& [cdn, w] : rule.main) {
    if (cdn == *decision.ratio.main) weight = w;
  }
  JsonWriter sched;
  sched.Open().Key("ids").OpenList();
  if (decision.held) sched.Text("play_cdn");
  sched.Text(absl::StrCat(rule.spec.name, "(Weight:", weight, ")")).CloseList();
  sched.Key("result").Open();
  sched.Member("hit", Specificity(rule.spec.scope) == 0 ? "default" : "determined");
  sched.Member("cdn", decision.ratio.main->value() + 1).Close().Close();
  JsonWriter json;
  json.Open().Key("ab_version_trace").Null().Member("sched", sched.Take());
  return json.Close().Take();
}

std::string LineName(const Snapshot& snapshot, const PlayLine& line) {
  const Cdn& cdn = snapshot.cdn(line.cdn).spec;
  return cdn.line.empty() ? absl::StrCat("line_", cdn.name) : cdn.line;
}

void WriteAuto(const PlayDecision& decision, JsonWriter& json) {
  json.Key("auto").Open().Member("default", TierKey(decision.default_tier)).Key("list").OpenList();
  for (const TranscodeTemplate& tier : decision.publish_point->tiers) {
    if (IsOrdinary(tier.tier) && tier.tier != Tier::kOrigin) json.Text(TierKey(tier.tier));
  }
  json.CloseList().Close();
}

void WriteCommon(const Snapshot& snapshot, const PlayDecision& decision, absl::Time now,
                 JsonWriter& json) {
  const int64_t ts = absl::ToUnixSeconds(now);
  const PublishPoint& point = decision.publish_point->spec;
  const std::string& name = decision.stream->name;
  JsonWriter trace;
  trace.Open().Member("BusinessType", point.business_type).Close();
  json.Key("common").Open();
  json.Member("ts", absl::StrCat(ts));
  json.Member("session_id", absl::StrCat(absl::Hex(MixHash(StableHash(decision.viewer->key), ts),
                                                   absl::kZeroPad16)));
  json.Member("stream", absl::StripPrefix(name, "stream-"));
  json.Member("stream_name", name);
  json.Member("version", 0);
  json.Member("app_id", point.app_id);
  json.Member("mode", "Normal");
  json.Member("major_anchor_level", "common");
  json.Member("common_trace", trace.Take());
  json.Member("stream_data_content_encoding", "default");
  json.Member("rule_ids", WriteRuleIds(decision));
  json.Key("lines").Open();
  for (const PlayLine& line : decision.lines) json.Member(line.role, LineName(snapshot, line));
  json.Close();
  json.Member("main_push_id", 1);
  if (decision.lines.size() > 1) {
    json.Member("backup_push_id", point.standby == Standby::kHot ? 2 : 1);
  }
  json.Key("common_sdk_params").Open();
  for (const PlayLine& line : decision.lines) json.Member(line.role, "{}");
  json.Close();
  json.Key("p2p_params").Null();
  WriteAuto(decision, json);
  for (const char* map : {"header", "query", "http_ports", "rtmp_ports"})
    json.Key(map).Open().Close();
  json.Close();
}

void WriteLine(const Snapshot& snapshot, const PlayDecision& decision, const PlayLine& line,
               const TranscodeTemplate& tier, JsonWriter& json) {
  json.Key(line.role).Open();
  for (const char* format : kFormats) {
    json.Member(format, BuildPlayUrl(snapshot, decision, line, tier, format));
  }
  json.Key("enableEncryption").Bool(false);
  json.Member("sdk_params", WriteSdkParams(decision.publish_point->spec, tier));
  json.Close();
}

void WriteQuality(const TranscodeTemplate& tier, JsonWriter& json) {
  json.Open();
  json.Member("name", TierKey(tier.tier));
  json.Member("sdk_key", TierKey(tier.tier));
  json.Member("level", Level(tier.tier));
  json.Member("v_codec", tier.codec == Codec::kH265 ? "265" : "264");
  json.Member("resolution", Resolution(tier));
  json.Member("v_bit_rate", tier.bitrate_bps);
  json.Member("fps", tier.fps);
  json.Member("disable", 0);
  json.Member("additional_content", "");
  json.Close();
}

// The tiers that old clients can name: one for each legacy key, the best where two share it.
std::vector<const TranscodeTemplate*> LegacyTiers(const PlayDecision& decision) {
  std::vector<const TranscodeTemplate*> tiers;
  for (const TranscodeTemplate& tier : decision.publish_point->tiers) {
    const absl::string_view key = LegacyKey(tier.tier);
    if (key.empty() || (!tiers.empty() && LegacyKey(tiers.back()->tier) == key)) continue;
    tiers.push_back(&tier);
  }
  return tiers;
}

// One map from legacy key to URL, entries without a URL left out; returns the default tier's URL,
// or the best one's.
std::string WriteLegacyUrls(const Snapshot& snapshot, const PlayDecision& decision,
                            absl::string_view name, const std::string& format, JsonWriter& json) {
  std::string first;
  std::string chosen;
  json.Key(name).Open();
  for (const TranscodeTemplate* tier : LegacyTiers(decision)) {
    const std::string url = BuildPlayUrl(snapshot, decision, decision.lines[0], *tier, format);
    if (url.empty()) continue;
    json.Member(LegacyKey(tier->tier), url);
    if (first.empty()) first = url;
    if (tier->tier == decision.default_tier) chosen = url;
  }
  json.Close();
  return chosen.empty() ? first : chosen;
}

void WriteLegacyMenu(const PlayDecision& decision, JsonWriter& json) {
  const auto tiers = LegacyTiers(decision);
  // Old clients have no word for md and ao: they open with the best.
  const absl::string_view opened = LegacyKey(decision.default_tier);
  json.Member("default_resolution", opened.empty() ? LegacyKey(tiers.front()->tier) : opened);
  json.Key("candidate_resolution").OpenList();
  for (auto tier = tiers.rbegin(); tier != tiers.rend(); ++tier)
    json.Text(LegacyKey((*tier)->tier));
  json.CloseList();
  json.Key("resolution_name").Open();
  for (const TranscodeTemplate* tier : tiers)
    json.Member(LegacyKey(tier->tier), TierKey(tier->tier));
  json.Close();
}

void WriteLegacy(const Snapshot& snapshot, const PlayDecision& decision, JsonWriter& json) {
  WriteLegacyUrls(snapshot, decision, "flv_pull_url", "flv", json);
  json.Key("flv_pull_url_params").Open();
  for (const TranscodeTemplate* tier : LegacyTiers(decision)) {
    json.Member(LegacyKey(tier->tier), WriteSdkParams(decision.publish_point->spec, *tier));
  }
  json.Close();
  const std::string hls = WriteLegacyUrls(snapshot, decision, "hls_pull_url_map", "hls", json);
  json.Member("hls_pull_url", hls);
  json.Member("hls_pull_url_params", "{}");
  const auto& tiers = decision.publish_point->tiers;
  const auto opened = std::find_if(tiers.begin(), tiers.end(), [&](const TranscodeTemplate& t) {
    return t.tier == decision.default_tier;
  });
  json.Member("rtmp_pull_url",
              BuildPlayUrl(snapshot, decision, decision.lines[0], *opened, "rtmp"));
  json.Member("rtmp_pull_url_params", "{}");
  WriteLegacyMenu(decision, json);
}

void WritePullData(const PlayDecision& decision, const std::string& stream_data, JsonWriter& json) {
  json.Key("pull_data").Open();
  json.Key("options").Open();
  for (const TranscodeTemplate& tier : decision.publish_point->tiers) {
    if (tier.tier != decision.default_tier) continue;
    json.Key("default_quality");
    WriteQuality(tier, json);
  }
  json.Key("qualities").OpenList();
  for (const TranscodeTemplate& tier : decision.publish_point->tiers) {
    if (IsOrdinary(tier.tier)) WriteQuality(tier, json);
  }
  json.CloseList().Close();
  json.Member("stream_data", stream_data);
  json.Member("codec", "").Member("kind", 0).Member("version", 0).Member("compensatory_data", "");
  json.Key("Flv").OpenList().CloseList().Key("Hls").OpenList().CloseList();
  json.Key("hls_data_unencrypted").Open().Close();
  json.Close();
}

}  // namespace

std::string WriteStreamData(const Snapshot& snapshot, const PlayDecision& decision,
                            absl::Time now) {
  JsonWriter json;
  json.Open();
  WriteCommon(snapshot, decision, now, json);
  json.Key("data").Open();
  for (const TranscodeTemplate& tier : decision.publish_point->tiers) {
    json.Key(TierKey(tier.tier)).Open();
    for (const PlayLine& line : decision.lines) WriteLine(snapshot, decision, line, tier, json);
    json.Close();
  }
  return json.Close().Close().Take();
}

std::string WriteStreamUrl(const Snapshot& snapshot, const PlayDecision& decision,
                           const std::string& stream_data) {
  JsonWriter json;
  json.Open();
  WriteLegacy(snapshot, decision, json);
  json.Key("pull_datas").Open().Close();
  json.Key("live_core_sdk_data").Open().Member("size", "");
  WritePullData(decision, stream_data, json);
  return json.Close().Close().Take();
}

}  // namespace nearcast::scheduler
