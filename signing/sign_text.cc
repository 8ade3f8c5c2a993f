#include "signing/sign_text.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/braces.h"

namespace nearcast {
namespace {

constexpr std::array<absl::string_view, 6> kNames = {"host",   "path", "app",
                                                     "stream", "time", "key"};

absl::Status Invalid(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" ", why));
}

}  // namespace

absl::string_view DefaultSignText(SignMethod method) {
  return method == SignMethod::kMd5 ? "{key}{path}{time}" : "{path}\n{time}";
}

absl::Status ValidateSignText(absl::string_view text, SignMethod method) {
  if (absl::Status status = ValidateBraces(text, kNames); !status.ok()) return status;
  const bool has_key = absl::StrContains(text, "{key}");
  if (method == SignMethod::kMd5 && !has_key) {
    return Invalid(text, "has no {key}; whoever sees a URL could sign others");
  }
  if (method == SignMethod::kHmacSha256 && has_key) {
    return Invalid(text, "has {key}, which HMAC_SHA256 takes apart from the text");
  }
  if (!absl::StrContains(text, "{path}") && !absl::StrContains(text, "{stream}")) {
    return Invalid(text, "has neither {path} nor {stream}; one signature would open every stream");
  }
  if (!absl::StrContains(text, "{time}")) {
    return Invalid(text, "has no {time}; a URL would never expire");
  }
  return absl::OkStatus();
}

SignPieces SplitSignText(absl::string_view text) {
  SignPieces pieces;
  ForEachPiece(
      text,
      [&pieces](absl::string_view piece) {
        pieces.push_back({std::string(piece.data(), piece.size()), std::nullopt});
      },
      [&pieces](absl::string_view name) {
        pieces.back().name = std::find(kNames.begin(), kNames.end(), name) - kNames.begin();
      });
  return pieces;
}

void AppendSignText(const SignPieces& pieces, const UrlParts& url, absl::string_view time,
                    absl::string_view key, std::string& out) {
  const std::array<absl::string_view, 6> values = {url.host,   url.path, url.app,
                                                   url.stream, time,     key};
  for (const SignPiece& piece : pieces) {
    out.append(piece.before);
    if (piece.name) out.append(values[*piece.name].data(), values[*piece.name].size());
  }
}

}  // namespace nearcast
