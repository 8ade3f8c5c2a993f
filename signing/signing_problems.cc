#include "signing/signing_problems.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "signing/sign_text.h"

namespace nearcast {
namespace {

constexpr uint32_t kValidityMinS = 60;
constexpr uint32_t kValidityMaxS = 30 * 86400;

// Of a URL's parameters.
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

void CheckKeys(const Signing& signing, AddSigningProblem add) {
  if (signing.method == SignMethod::kNone) {
    if (!signing.key.empty() || !signing.backup_key.empty()) {
      add("method", "is missing, and there is a key");
    }
    return;
  }
  if (!signing.active_key().empty()) return;
  add(signing.use_backup_key ? "backup_key" : "key", "is empty; URLs cannot be signed without it");
}

void CheckGeneral(const Signing& signing, AddSigningProblem add) {
  const bool has_names = !signing.secret_parameter.empty() || !signing.time_parameter.empty();
  if (has_names && !LetsOneNameParameters(signing.method)) {
    add("secret_parameter", "this method's parameters have the vendor's names");
  }
  if (!IsWord(signing.secret_parameter) || !IsWord(signing.time_parameter)) {
    add("secret_parameter", "and time_parameter must be letters, digits, '-', '_' and '.'");
  }
  if (!IsGeneral(signing.method)) {
    if (!signing.text.empty()) add("text", "is for HMAC_SHA256 and MD5 alone");
    return;
  }
  if (signing.text.empty()) return;
  const absl::Status status = ValidateSignText(signing.text, signing.method);
  if (!status.ok()) add("text", status.message());
}

}  // namespace

void FindSigningProblems(const Signing& signing, AddSigningProblem add) {
  CheckKeys(signing, add);
  CheckGeneral(signing, add);
  if (signing.validity_s < kValidityMinS || signing.validity_s > kValidityMaxS) {
    add("validity_s", absl::StrCat("must be ", kValidityMinS, " to ", kValidityMaxS, " (30 days)"));
  }
}

}  // namespace nearcast
