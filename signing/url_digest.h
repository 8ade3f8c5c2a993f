// UrlDigest: what a method digests of a URL and a time under one key, for whoever checks a
// signature; signers write it in place (url_signer.h) by the same functions.
#ifndef SIGNING_URL_DIGEST_H_
#define SIGNING_URL_DIGEST_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "base/digest.h"
#include "signing/sign_text.h"
#include "signing/signing.h"
#include "signing/url_parts.h"

namespace nearcast {

// Thread rule: immutable; any number of threads may digest.
class UrlDigest {
 public:
  // `signing` must be valid and have a method; of its keys none counts but `key`.
  UrlDigest(const Signing& signing, absl::string_view key);

  // Appends it in hexadecimal, lower case. `time` as it stands in the URL; for ALIBABA_A with what
  // follows it: "1444435200-0-0".
  void Append(const UrlParts& url, absl::string_view time, std::string& out) const;

 private:
  const SignMethod method_;
  const SignPieces text_;  // for the general methods
  const std::string key_;
  std::optional<HmacSha256> hmac_;
};

// HMAC_SHA256 and MD5: the digest of `text` with its names replaced. `hmac` is null for MD5.
void AppendTextDigest(const SignPieces& text, const UrlParts& url, absl::string_view key,
                      const HmacSha256* hmac, absl::string_view time, std::string& out);

}  // namespace nearcast

#endif  // SIGNING_URL_DIGEST_H_
