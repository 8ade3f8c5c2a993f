#include "schedulerlib/stream/tier_suffix.h"

#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "schedulerlib/model/tier.h"

namespace nearcast::scheduler {
namespace {

struct CodecMark {
  absl::string_view name;
  absl::string_view suffix;
};

// By Codec, ordinary rates before high ones.
constexpr std::array<CodecMark, 4> kMarks = {
    {{"h264", "{tier}"}, {"h265", "{tier}5"}, {"h264_60", "{tier}60"}, {"h265_60", "{tier}560"}}};

const CodecMark& MarkOf(const TranscodeTemplate& tier) {
  return kMarks[(tier.codec == Codec::kH265 ? 1 : 0) + (tier.fps >= kHighFps ? 2 : 0)];
}

}  // namespace

std::string TierSuffix(const Cdn& cdn, const TranscodeTemplate& tier) {
  if (tier.tier == Tier::kOrigin || tier.tier == Tier::kAo) return "";
  if (cdn.suffixes.empty() && tier.suffix.empty()) {
    return ReplaceTier(MarkOf(tier).suffix, tier.tier);
  }
  const auto of_template = cdn.suffixes.find(tier.name);
  if (of_template != cdn.suffixes.end()) return ReplaceTier(of_template->second, tier.tier);
  if (!tier.suffix.empty()) return tier.suffix;
  const CodecMark& mark = MarkOf(tier);
  const auto of_mark = cdn.suffixes.find(std::string(mark.name));
  return ReplaceTier(of_mark == cdn.suffixes.end() ? mark.suffix : of_mark->second, tier.tier);
}

bool IsCodecMark(absl::string_view text) {
  for (const CodecMark& mark : kMarks) {
    if (mark.name == text) return true;
  }
  return false;
}

std::string ReplaceTier(absl::string_view text, Tier tier) {
  constexpr absl::string_view kName = "{tier}";
  const size_t at = text.find(kName);
  if (at == absl::string_view::npos) return std::string(text);
  const absl::string_view rest = text.substr(at + kName.size());
  if (!absl::StrContains(rest, kName)) {
    return absl::StrCat(text.substr(0, at), TierKey(tier), rest);
  }
  return absl::StrReplaceAll(text, {{kName, TierKey(tier)}});
}

}  // namespace nearcast::scheduler
