#include "schedulerlib/stream/tier_suffix.h"

#include <array>

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
  return absl::StrReplaceAll(text, {{"{tier}", TierKey(tier)}});
}

}  // namespace nearcast::scheduler
