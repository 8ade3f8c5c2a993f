#include "schedulerlib/config/vendors.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schedulerlib/latency/gop_cache_setting.h"
#include "schedulerlib/stream/tier_suffix.h"
#include "signing/signing_problems.h"

namespace nearcast::scheduler {
namespace {

constexpr uint32_t kSettingMaxMs = 60'000;

// Of stream names.
bool IsWord(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
  });
}

void CheckSigning(absl::string_view path, const Signing& signing, AddProblem add) {
  FindSigningProblems(signing, [&](absl::string_view field, absl::string_view text) {
    add(absl::StrCat(path, ".", field), text);
  });
}

void CheckLevels(const GopCache& cache, AddProblem add) {
  if (cache.model != GopCacheModel::kTable) {
    if (!cache.levels.empty()) add("spec.gop_cache.levels", "are for model TABLE alone");
    if (absl::StrContains(cache.query, "{value}")) {
      add("spec.gop_cache.query", "has {value}, which only model TABLE has");
    }
    return;
  }
  if (cache.levels.empty()) add("spec.gop_cache.levels", "is empty, and the model is TABLE");
  for (size_t i = 0; i < cache.levels.size(); ++i) {
    const GopCacheLevel& level = cache.levels[i];
    if (level.delay_min_ms > level.delay_max_ms || level.gop_ms == 0) {
      add(absl::StrCat("spec.gop_cache.levels[", i, "]"),
          "needs gop_ms, and delay_min_ms must not be over delay_max_ms");
    }
  }
  const bool is_level = std::any_of(cache.levels.begin(), cache.levels.end(),
                                    [&](const auto& l) { return l.value == cache.set_value; });
  if (cache.query.empty() && !is_level) {
    add("spec.gop_cache.set_value", "must be one of the levels' values, or give a query");
  }
}

void CheckGopCache(const GopCache& cache, AddProblem add) {
  if (const absl::Status status = ValidateGopCacheQuery(cache.query); !status.ok()) {
    add("spec.gop_cache.query", status.message());
  }
  if (const absl::Status status = ValidateDropQuery(cache.drop_query); !status.ok()) {
    add("spec.gop_cache.drop_query", status.message());
  }
  if (cache.min_ms > cache.max_ms || cache.max_ms > kSettingMaxMs) {
    add("spec.gop_cache.max_ms", "must be min_ms to 60000 (a minute)");
  }
  if (cache.set_ms > kSettingMaxMs || cache.added_ms > kSettingMaxMs) {
    add("spec.gop_cache.set_ms", "and added_ms must be at most 60000 (a minute)");
  }
  CheckLevels(cache, add);
}

void CheckSuffixes(const Cdn& cdn, const std::vector<TranscodeTemplate>& templates,
                   AddProblem add) {
  for (const auto& [key, text] : cdn.suffixes) {
    const std::string path = absl::StrCat("spec.suffixes.", key);
    const bool names_template = std::any_of(templates.begin(), templates.end(),
                                            [&key](const auto& t) { return t.name == key; });
    if (!names_template && !IsCodecMark(key)) {
      add(path, "is neither a TranscodeTemplate nor one of h264, h265, h264_60 and h265_60");
    }
    if (!IsWord(ReplaceTier(text, Tier::kHd))) {
      add(path, "must be letters, digits, '-', '_', '.' and {tier}");
    }
  }
}

void CheckDomains(const Cdn& cdn, AddProblem add) {
  for (const auto& [format, domain] : cdn.pull_domains) {
    const std::string path = absl::StrCat("spec.pull_domains.", format);
    if (cdn.pull_templates.count(format) == 0) add(path, "is of a format without a pull template");
    if (domain.empty()) add(path, "is empty");
  }
  for (const auto& [protocol, domain] : cdn.push_domains) {
    const std::string path = absl::StrCat("spec.push_domains.", protocol);
    if (cdn.push_templates.count(protocol) == 0 && protocol != "rtmp") {
      add(path, "is of a protocol without a push template");
    }
    if (domain.empty()) add(path, "is empty");
  }
}

void CheckMoney(const Cdn& cdn, AddProblem add) {
  if (!(cdn.cap_mbps >= 0)) add("spec.cap_mbps", "must be 0 (no limit) or more");
  if (!(cdn.commit_mbps >= 0)) add("spec.commit_mbps", "must be 0 or more");
  if (!(cdn.price_per_mbps >= 0)) add("spec.price_per_mbps", "must be 0 or more");
  if (!(cdn.cap_low_share > 0 && cdn.cap_low_share <= cdn.cap_high_share &&
        cdn.cap_high_share <= 1)) {
    add("spec.cap_low_share", "must be over 0 and not over cap_high_share, and that not over 1");
  }
}

}  // namespace

void ValidateVendor(const Cdn& cdn, const std::vector<TranscodeTemplate>& templates,
                    AddProblem add) {
  CheckDomains(cdn, add);
  CheckSigning("spec.push_signing", cdn.push_signing, add);
  if (cdn.push_signing.method == SignMethod::kAlibabaB) {
    add("spec.push_signing.method", "ALIBABA_B changes the path, by which pushes are recognised");
  }
  CheckSigning("spec.pull_signing", cdn.pull_signing, add);
  CheckGopCache(cdn.gop_cache, add);
  CheckSuffixes(cdn, templates, add);
  CheckMoney(cdn, add);
}

}  // namespace nearcast::scheduler
