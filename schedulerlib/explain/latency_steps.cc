#include "schedulerlib/explain/latency_steps.h"

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace nearcast::scheduler {
namespace {

// Nearer than this counts as met.
constexpr int64_t kMetMs = 100;

absl::string_view ModelName(GopCacheModel model) {
  switch (model) {
    case GopCacheModel::kLowerBound:
      return "lower bound";
    case GopCacheModel::kCentered:
      return "centred";
    case GopCacheModel::kTable:
      return "levels";
  }
  return "";
}

std::string Seconds(int64_t ms) { return absl::StrFormat("%.1f", ms / 1000.0); }

std::string MissText(int64_t miss_ms) {
  if (std::abs(miss_ms) < kMetMs) return "as wished";
  return absl::StrCat(Seconds(std::abs(miss_ms)), " s ", miss_ms > 0 ? "more" : "less",
                      " than wished");
}

bool SaysInTemplate(const Cdn& cdn) {
  const auto flv = cdn.pull_templates.find("flv");
  return flv != cdn.pull_templates.end() && absl::StrContains(flv->second, "{gop_cache_ms}");
}

std::string EffectText(const GopCache& cache) {
  std::string text = " at its console";
  if (cache.effect == GopCacheEffect::kAfterPush) {
    absl::StrAppend(&text, " (a change there counts from the next push on)");
  } else if (cache.effect_after_s > 0) {
    absl::StrAppend(&text, " (a change there counts after ", cache.effect_after_s, " s)");
  }
  return text;
}

std::string LineText(const Cdn& cdn, const PlayLine& line, int64_t wished_mean_ms) {
  const GopCacheSetting& setting = line.gop_cache;
  const bool by_url = setting.per_url || SaysInTemplate(cdn);
  if (!setting.known && !by_url) {
    return absl::StrCat(line.role, " line: CDN ", cdn.name,
                        ": what its GOP cache is set to is not known, nor the delay that follows; "
                        "say it in the Cdn's gop_cache (query, set_ms or set_value)");
  }
  const std::string value =
      setting.level == nullptr ? absl::StrCat(setting.ms, " ms") : setting.level->value;
  std::string text =
      absl::StrCat(line.role, " line: CDN ", cdn.name, " (", ModelName(cdn.gop_cache.model),
                   ") is set to ", value, by_url ? " by its URLs" : EffectText(cdn.gop_cache), ": ",
                   Seconds(setting.delay.min_ms), " to ", Seconds(setting.delay.max_ms), " s, ",
                   Seconds(setting.delay.mean_ms()), " in the mean; ",
                   MissText(int64_t{setting.delay.mean_ms()} - wished_mean_ms));
  if (setting.gop_too_long) {
    absl::StrAppend(&text, "; its GOPs are longer than the setting, so that this need not hold");
  }
  return text;
}

}  // namespace

std::vector<std::string> LatencySteps(const Snapshot& snapshot, const PlayDecision& decision) {
  const ViewerLatency& latency = decision.latency;
  if (latency.plan == nullptr) return {};
  const int64_t wished =
      int64_t{latency.gop_cache_ms} + latency.gop_ms / 2 + latency.plan->network_ms;
  const uint32_t grade = decision.viewer->network_grade;
  std::vector<std::string> steps = {absl::StrCat(
      "latency policy ", decision.publish_point->spec.latency_policy, ": network grade ",
      grade == 0 ? "unknown" : absl::StrCat(grade), " wishes for M ", latency.gop_cache_ms,
      " ms with GOPs of ", latency.gop_ms, " ms, a mean delay of ", Seconds(wished),
      " s; start buffer ", latency.start_buffer_ms, " ms after ", decision.viewer->recent_stalls,
      " stalls and ", decision.viewer->recent_retries, " retries")};
  for (const PlayLine& line : decision.lines) {
    steps.push_back(LineText(snapshot.cdn(line.cdn).spec, line, wished));
  }
  return steps;
}

}  // namespace nearcast::scheduler
