#include "schedulerlib/transcode/played_tier.h"

#include "schedulerlib/transcode/made_tiers.h"

namespace nearcast::scheduler {
namespace {

std::optional<Tier> FindTier(const Snapshot& snapshot, CdnIndex cdn, const Stream& stream,
                             absl::string_view suffix) {
  const auto point = snapshot.publish_points.find(stream.publish_point);
  if (point == snapshot.publish_points.end()) return std::nullopt;
  const MadeTiers made = FindMadeTiers(snapshot, point->second, stream, cdn);
  for (const TranscodeTemplate& tier : point->second.tiers) {
    if (MadeSuffix(snapshot, made, cdn, tier) == suffix) return tier.tier;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Tier> FindPlayedTier(const Snapshot& snapshot, CdnIndex cdn, absl::string_view name,
                                   absl::FunctionRef<const Stream*(absl::string_view)> find) {
  if (find(name) != nullptr) return Tier::kOrigin;
  absl::string_view rest = name;
  for (size_t tried = 0; tried < kSuffixesTried; ++tried) {
    const size_t mark = rest.rfind('_');
    if (mark == absl::string_view::npos) break;
    rest = rest.substr(0, mark);
    const absl::string_view suffix = name.substr(mark + 1);
    const Stream* stream = rest.empty() || suffix.empty() ? nullptr : find(rest);
    if (stream == nullptr) continue;
    if (const auto tier = FindTier(snapshot, cdn, *stream, suffix)) return tier;
  }
  return std::nullopt;
}

}  // namespace nearcast::scheduler
