// UrlVerifier: whether a URL is one that a UrlSigner with the same signing has made, and still
// holds. It takes both keys, so that a key can be changed without a gap.
//
//   const UrlVerifier verifier(cdn.pull_signing);
//   if (verifier.Check({.parts = …, .query = "sign=…&expire=…"}, now_s) != SignatureFault::kNone) …
//
// Thread rule: immutable; any number of threads may check.
#ifndef SIGNING_URL_VERIFIER_H_
#define SIGNING_URL_VERIFIER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "signing/signing.h"
#include "signing/url_digest.h"
#include "signing/url_parts.h"

namespace nearcast {

enum class SignatureFault : uint8_t {
  kNone,
  kMissing,  // the URL has no signature, or none of this method
  kExpired,
  kWrong,
};

// For people who hold the URL: what is wrong and what to do. Empty for kNone.
absl::string_view DescribeFault(SignatureFault fault);

struct SignedUrl {
  UrlParts parts;                 // the path without what ALIBABA_B puts before it
  absl::string_view query;        // without '?'
  absl::string_view path_prefix;  // what ALIBABA_B puts before the path: "/201508150800/<md5>"
};

// Takes what ALIBABA_B puts before a path from its front; empty when it is not there.
absl::string_view ConsumePathSignature(absl::string_view* path);

class UrlVerifier {
 public:
  UrlVerifier() = default;  // nothing needs a signature

  // The signing must be valid (schedulerlib/config/vendors.h has the rules).
  explicit UrlVerifier(const Signing& signing);

  bool verifies() const { return !digests_.empty(); }

  // kNone where nothing is verified. A URL holds until the second that stands in it, that one
  // included. Digests are compared in a time that does not depend on them.
  SignatureFault Check(const SignedUrl& url, int64_t now_s) const;

 private:
  Signing signing_;
  std::vector<UrlDigest> digests_;  // one for each key
};

}  // namespace nearcast

#endif  // SIGNING_URL_VERIFIER_H_
