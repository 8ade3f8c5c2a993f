#include "schedulerlib/config/health_checks.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schedulerlib/live/vendor_domains.h"

namespace nearcast::scheduler {
namespace {

bool IsPrint(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isgraph(c); });
}

void CheckRange(absl::string_view path, uint32_t value, uint32_t min, uint32_t max,
                AddProblem add) {
  if (value < min || value > max) add(path, absl::StrCat("must be ", min, " to ", max));
}

// What is asked.
void CheckQuestion(const HealthCheck& check, AddProblem add) {
  const std::string path = check.path.substr(0, check.path.find('?'));
  if (!absl::StartsWith(path, "/") || check.path.size() > 1024 || !IsPrint(check.path)) {
    add("spec.path", "must begin with '/', have no spaces, and at most 1024 characters");
  } else if (check.type == CheckType::kFlv && !absl::EndsWith(path, ".flv")) {
    add("spec.path", "must end with .flv for type FLV, as in /live/probe.flv");
  }
  if (check.host.size() > 255 || !IsPrint(check.host)) {
    add("spec.host", "must have no spaces, and at most 255 characters");
  }
  if (check.server_name.size() > 253 || !IsPrint(check.server_name)) {
    add("spec.server_name", "must have no spaces, and at most 253 characters");
  }
}

// What must be answered.
void CheckAnswer(const HealthCheck& check, AddProblem add) {
  if (check.expected_status != 0) {
    CheckRange("spec.expected_status", check.expected_status, 100, 599, add);
  }
  if (check.body_contains.size() > 1024) {
    add("spec.body_contains", "must have at most 1024 characters");
  }
}

bool HasFormat(const Cdn& cdn, CdnRole role, const std::string& format) {
  if (role == CdnRole::kPlay) return cdn.pull_templates.count(format) > 0;
  return format == "rtmp" || cdn.push_templates.count(format) > 0;
}

void CheckVendor(const HealthCheck& check, const Cdn& cdn, AddProblem add) {
  const bool is_play = check.role == CdnRole::kPlay;
  if (!check.nodes.empty()) {
    add("spec.nodes",
        absl::StrCat("is of no use beside Cdn \"", cdn.name,
                     "\", which is of kind VENDOR; make a check of its own for them"));
  }
  for (size_t i = 0; i < check.formats.size(); ++i) {
    if (HasFormat(cdn, check.role, check.formats[i])) continue;
    add(absl::StrCat("spec.formats[", i, "]"),
        absl::StrCat("is none that Cdn \"", cdn.name, "\" has a ", is_play ? "pull" : "push",
                     " template for: \"", check.formats[i], "\""));
  }
  const Signing& signing = is_play ? cdn.pull_signing : cdn.push_signing;
  if (check.sign_path && signing.method == SignMethod::kNone) {
    add("spec.sign_path", absl::StrCat("has no key: Cdn \"", cdn.name, "\" has no ",
                                       is_play ? "pull" : "push", "_signing"));
  }
  if (FindVendorDomains(check, cdn).empty()) {
    add("spec.cdn", absl::StrCat("names Cdn \"", cdn.name, "\", which has no ",
                                 is_play ? "pull" : "push", " domain for this type of check"));
  }
}

void CheckOwn(const HealthCheck& check, AddProblem add) {
  const bool plain = check.role == CdnRole::kPlay && check.formats.empty() && !check.sign_path;
  if (!plain) add("spec.cdn", "must name a Cdn of kind VENDOR for role, formats and sign_path");
}

}  // namespace

void ValidateHealthCheck(const HealthCheck& check, const Config& config, AddProblem add) {
  CheckQuestion(check, add);
  if (check.type != CheckType::kHttps && (!check.server_name.empty() || check.skip_verify)) {
    add("spec.type", "is not HTTPS, which server_name and skip_verify are for");
  }
  CheckAnswer(check, add);
  const auto cdn = std::find_if(config.cdns.begin(), config.cdns.end(),
                                [&check](const Cdn& each) { return each.name == check.cdn; });
  if (cdn != config.cdns.end() && cdn->kind == CdnKind::kVendor) {
    CheckVendor(check, *cdn, add);
  } else {
    CheckOwn(check, add);
  }
  CheckRange("spec.interval_ms", check.interval_ms, 100, 3'600'000, add);
  if (check.timeout_ms < 1 || check.timeout_ms > std::min(check.interval_ms, 60'000u)) {
    add("spec.timeout_ms", "must be 1 to interval_ms, and at most 60000 (a minute)");
  }
  CheckRange("spec.up_threshold", check.up_threshold, 1, 100, add);
  CheckRange("spec.down_threshold", check.down_threshold, 1, 100, add);
  CheckRange("spec.quorum", check.quorum, 0, 100, add);
}

}  // namespace nearcast::scheduler
