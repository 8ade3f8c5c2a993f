#include "schedulerlib/config/vendors.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schedulerlib/latency/gop_cache_setting.h"
#include "schedulerlib/stream/signing/sign_text.h"
#include "schedulerlib/stream/tier_suffix.h"

namespace nearcast::scheduler {
namespace {

constexpr uint32_t kValidityMinS = 60;
constexpr uint32_t kValidityMaxS = 30 * 86400;
constexpr uint32_t kSettingMaxMs = 60'000;

// Of a URL's parameters and of stream names.
bool IsWord(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
  });
}

bool IsGeneral(SignMethod method) {
  return method == SignMethod::kHmacSha256 || method == SignMethod::kMd5;
}

bool LetsOneNameParameters(SignMethod method) {
  return IsGeneral(method) || method == SignMethod::kAlibabaC || method == SignMethod::kVolcengine;
}

void CheckKeys(absl::string_view path, const Signing& signing, AddProblem add) {
  if (signing.method == SignMethod::kNone) {
    if (!signing.key.empty() || !signing.backup_key.empty()) {
      add(absl::StrCat(path, ".method"), "is missing, and there is a key");
    }
    return;
  }
  if (!signing.active_key().empty()) return;
  add(absl::StrCat(path, signing.use_backup_key ? ".backup_key" : ".key"),
      "is empty; URLs cannot be signed without it");
}

void CheckGeneral(absl::string_view path, const Signing& signing, AddProblem add) {
  const bool has_names = !signing.secret_parameter.empty() || !signing.time_parameter.empty();
  if (has_names && !LetsOneNameParameters(signing.method)) {
    add(absl::StrCat(path, ".secret_parameter"),
        "this method's parameters have the vendor's names");
  }
  if (!IsWord(signing.secret_parameter) || !IsWord(signing.time_parameter)) {
    add(absl::StrCat(path, ".secret_parameter"),
        "and time_parameter must be letters, digits, '-', '_' and '.'");
  }
  if (!IsGeneral(signing.method)) {
    if (!signing.text.empty()) {
      add(absl::StrCat(path, ".text"), "is for HMAC_SHA256 and MD5 alone");
    }
    return;
  }
  if (signing.text.empty()) return;
  const absl::Status status = ValidateSignText(signing.text, signing.method);
  if (!status.ok()) add(absl::StrCat(path, ".text"), status.message());
}

void CheckSigning(absl::string_view path, const Signing& signing, AddProblem add) {
  CheckKeys(path, signing, add);
  CheckGeneral(path, signing, add);
  if (signing.validity_s < kValidityMinS || signing.validity_s > kValidityMaxS) {
    add(absl::StrCat(path, ".validity_s"),
        absl::StrCat("must be ", kValidityMinS, " to ", kValidityMaxS, " (30 days)"));
  }
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
