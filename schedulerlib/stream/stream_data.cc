#include "schedulerlib/stream/stream_data.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include "base/check.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/stream/json_writer.h"
#include "schedulerlib/stream/sdk_params.h"

namespace nearcast::scheduler {
namespace {

constexpr size_t kUsualBeginSize = 200;
constexpr size_t kUsualUrlSize = 8000;
constexpr size_t kUsualKeysSize = 400;

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

void WriteQuality(const TranscodeTemplate& tier, JsonWriter& json) {
  json.Open();
  json.Member("name", TierKey(tier.tier));
  json.Member("sdk_key", TierKey(tier.tier));
  json.Member("level", Level(tier.tier));
  json.Member("v_codec", tier.codec == Codec::kH265 ? "265" : "264");
  json.Member("resolution", WriteResolution(tier));
  json.Member("v_bit_rate", tier.bitrate_bps);
  json.Member("fps", tier.fps);
  json.Member("disable", 0);
  json.Member("additional_content", "");
  json.Close();
}

// A tier, and where it stands in the parts.
struct Numbered {
  const TranscodeTemplate* tier;
  size_t at;
};

// The tiers that old clients can name: one for each legacy key, the best where two share it.
std::vector<Numbered> LegacyTiers(const PlayDecision& decision) {
  std::vector<Numbered> chosen;
  size_t at = 0;
  for (const TranscodeTemplate& tier : decision.tiers) {
    const absl::string_view key = LegacyKey(tier.tier);
    const bool is_new = chosen.empty() || LegacyKey(chosen.back().tier->tier) != key;
    if (!key.empty() && is_new) chosen.push_back({&tier, at});
    ++at;
  }
  return chosen;
}

size_t DefaultAt(const PlayDecision& decision) {
  size_t at = 0;
  for (const TranscodeTemplate& tier : decision.tiers) {
    if (tier.tier == decision.default_tier) return at;
    ++at;
  }
  return 0;
}

// One map from legacy key to URL, entries without a URL left out; returns the default tier's URL,
// or the best one's. Texts are as they stand in a JSON string.
absl::string_view WriteLegacyUrls(const PlayDecision& decision, const LinePart& part,
                                  absl::string_view name, LinePart::Span LinePart::TierText::*url,
                                  JsonWriter& json) {
  absl::string_view first;
  absl::string_view chosen;
  json.Key(name).Open();
  for (const auto& [tier, at] : LegacyTiers(decision)) {
    const absl::string_view text = LinePart::Cut(part.inner, part.tiers[at].*url);
    if (text.empty()) continue;
    json.Key(LegacyKey(tier->tier)).RawText(text);
    if (first.empty()) first = text;
    if (tier->tier == decision.default_tier) chosen = text;
  }
  json.Close();
  return chosen.empty() ? first : chosen;
}

void WriteLegacyMenu(const PlayDecision& decision, JsonWriter& json) {
  const auto tiers = LegacyTiers(decision);
  // Old clients have no word for md and ao: they open with the best.
  const absl::string_view opened = LegacyKey(decision.default_tier);
  json.Member("default_resolution", opened.empty() ? LegacyKey(tiers.front().tier->tier) : opened);
  json.Key("candidate_resolution").OpenList();
  for (auto tier = tiers.rbegin(); tier != tiers.rend(); ++tier) {
    json.Text(LegacyKey(tier->tier->tier));
  }
  json.CloseList();
  json.Key("resolution_name").Open();
  for (const auto& [tier, at] : tiers) json.Member(LegacyKey(tier->tier), TierKey(tier->tier));
  json.Close();
}

void WriteLegacy(const PlayDecision& decision, const LinePart& main, JsonWriter& json) {
  WriteLegacyUrls(decision, main, "flv_pull_url", &LinePart::TierText::flv, json);
  json.Key("flv_pull_url_params").Open();
  for (const auto& [tier, at] : LegacyTiers(decision)) {
    json.Key(LegacyKey(tier->tier));
    json.RawText(LinePart::Cut(main.inner, main.tiers[at].sdk_params));
  }
  json.Close();
  const absl::string_view hls =
      WriteLegacyUrls(decision, main, "hls_pull_url_map", &LinePart::TierText::hls, json);
  json.Key("hls_pull_url").RawText(hls);
  json.Member("hls_pull_url_params", "{}");
  json.Key("rtmp_pull_url");
  json.RawText(LinePart::Cut(main.rtmp, main.tiers[DefaultAt(decision)].rtmp));
  json.Member("rtmp_pull_url_params", "{}");
  WriteLegacyMenu(decision, json);
}

// "data":{…} for every tier and line, out of the parts; `escaped` as it stands in a JSON string.
void AppendData(const PlayDecision& decision, LineParts parts, bool escaped, std::string& out) {
  const absl::string_view quote = escaped ? "\\\"" : "\"";
  const absl::string_view begin = escaped ? "\\\":{" : "\":{";
  const auto append = [&out](absl::string_view text) { out.append(text.data(), text.size()); };
  append(quote);
  append("data");
  append(begin);
  size_t at = 0;
  for (const TranscodeTemplate& tier : decision.tiers) {
    if (at > 0) out.push_back(',');
    append(quote);
    append(TierKey(tier.tier));
    append(begin);
    for (size_t line = 0; line < parts.size(); ++line) {
      const LinePart& part = *parts[line];
      const absl::string_view member = escaped ? LinePart::Cut(part.outer, part.tiers[at].escaped)
                                               : LinePart::Cut(part.inner, part.tiers[at].member);
      if (line > 0) out.push_back(',');
      append(member);
    }
    out.push_back('}');
    ++at;
  }
  out.push_back('}');
}

std::vector<const LinePart*> PointersTo(const std::vector<LinePart>& parts) {
  std::vector<const LinePart*> pointers;
  for (const LinePart& part : parts) pointers.push_back(&part);
  return pointers;
}

size_t InnerSize(LineParts parts) {
  size_t size = 0;
  for (const LinePart* part : parts) size += part->inner.size();
  return size;
}

void WriteQualities(const PlayDecision& decision, JsonWriter& json) {
  json.Key("options").Open();
  for (const TranscodeTemplate& tier : decision.tiers) {
    if (tier.tier != decision.default_tier) continue;
    json.Key("default_quality");
    WriteQuality(tier, json);
  }
  json.Key("qualities").OpenList();
  for (const TranscodeTemplate& tier : decision.tiers) {
    if (IsOrdinary(tier.tier)) WriteQuality(tier, json);
  }
  json.CloseList().Close();
}

// What follows stream_data in pull_data.
constexpr absl::string_view kPullDataEnd =
    R"(,"codec":"","kind":0,"version":0,"compensatory_data":"","Flv":[],"Hls":[],)"
    R"("hls_data_unencrypted":{}})";

size_t OuterSize(LineParts parts) {
  size_t size = 0;
  for (const LinePart* part : parts) {
    NC_CHECK(!part->outer.empty());  // RenderLine's are for stream_data alone
    size += part->outer.size();
  }
  return size;
}

// stream_url, up to the first octet inside stream_data.
std::string WriteUrlBegin(const PlayDecision& decision, LineParts parts) {
  JsonWriter json(kUsualUrlSize);
  json.Open();
  WriteLegacy(decision, *parts[0], json);
  json.Key("pull_datas").Open().Close();
  json.Key("live_core_sdk_data").Open().Member("size", "").Key("pull_data").Open();
  WriteQualities(decision, json);
  json.Key("stream_data");
  std::string begin;
  begin.reserve(json.text().size() + 1);
  begin.append(json.text().data(), json.text().size()).push_back('"');
  return begin;
}

// What follows `common` in it.
void AppendUrlEnd(const PlayDecision& decision, LineParts parts, std::string& url) {
  AppendData(decision, parts, true, url);
  url.append("}\"").append(kPullDataEnd.data(), kPullDataEnd.size()).append("}}");
}

}  // namespace

size_t AnswerFrame::bytes() const {
  return sizeof(*this) + url_begin.capacity() + url_end.capacity() + data_end.capacity();
}

AnswerFrame BuildFrame(const PlayDecision& decision, LineParts parts) {
  AnswerFrame frame;
  frame.url_begin = WriteUrlBegin(decision, parts);
  frame.url_end.reserve(OuterSize(parts) + kUsualKeysSize);
  AppendUrlEnd(decision, parts, frame.url_end);
  frame.data_end.reserve(InnerSize(parts) + kUsualKeysSize);
  AppendData(decision, parts, false, frame.data_end);
  frame.data_end.push_back('}');
  return frame;
}

PartKey FrameKeyOf(const Snapshot& snapshot, const PlayDecision& decision) {
  std::string text;
  text.reserve(512);
  for (const PlayLine& line : decision.lines) AppendKey(snapshot, decision, line, text);
  uint64_t tiers = 0;
  for (const TranscodeTemplate& tier : decision.tiers) {
    tiers |= uint64_t{1} << static_cast<uint32_t>(tier.tier);
  }
  AppendNumber(tiers, text);
  AppendNumber(static_cast<uint64_t>(decision.default_tier), text);
  return KeyOfText(std::move(text));
}

StreamData WriteStreamData(const Snapshot& snapshot, const PlayDecision& decision, LineParts parts,
                           absl::Time now) {
  const std::string common_end = WriteCommonEnd(snapshot, decision);
  StreamData data;
  data.text.reserve(kUsualBeginSize + common_end.size() + InnerSize(parts) + kUsualKeysSize);
  AppendCommonBegin(decision, now, data.text);
  data.text.append(common_end);
  data.common_size = data.text.size();
  AppendData(decision, parts, false, data.text);
  data.text.push_back('}');
  return data;
}

std::string WriteStreamUrl(const PlayDecision& decision, LineParts parts, const StreamData& data) {
  std::string url = WriteUrlBegin(decision, parts);
  url.reserve(url.size() + 2 * data.common_size + OuterSize(parts) + kUsualKeysSize);
  AppendJsonEscaped(absl::string_view(data.text).substr(0, data.common_size), url);
  AppendUrlEnd(decision, parts, url);
  return url;
}

std::string WriteStreamData(const Snapshot& snapshot, const PlayDecision& decision,
                            absl::Time now) {
  std::vector<LinePart> parts;
  for (const PlayLine& line : decision.lines) {
    parts.push_back(RenderLine(snapshot, decision, line));
  }
  return WriteStreamData(snapshot, decision, PointersTo(parts), now).text;
}

std::string WriteStreamUrl(const Snapshot& snapshot, const PlayDecision& decision, absl::Time now) {
  std::vector<LinePart> parts;
  for (const PlayLine& line : decision.lines) {
    parts.push_back(RenderLineForUrl(snapshot, decision, line));
  }
  const auto pointers = PointersTo(parts);
  return WriteStreamUrl(decision, pointers, WriteStreamData(snapshot, decision, pointers, now));
}

}  // namespace nearcast::scheduler
