// UrlSigner: one of a CDN's two signings, ready to sign.
//
//   const UrlSigner signer(cdn.pull_signing);
//   std::string url = "https://pull.example/live/s1.flv";
//   signer.Sign({.host = …, .path = …, .app = "live", .stream = "s1"}, expiry_s, url);
//
// Thread rule: immutable; any number of threads may sign.
#ifndef SIGNING_URL_SIGNER_H_
#define SIGNING_URL_SIGNER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "base/digest.h"
#include "signing/sign_text.h"
#include "signing/signing.h"
#include "signing/url_parts.h"

namespace nearcast {

class UrlSigner {
 public:
  UrlSigner() = default;  // signs nothing

  // Takes the active key; the signing must be valid.
  explicit UrlSigner(const Signing& signing);

  bool signs() const { return signing_.method != SignMethod::kNone; }
  uint32_t validity_s() const { return signing_.validity_s; }

  // Signs the URL that ends `text`: its path begins at `path_at`, and what follows '?' is its query.
  // `app` and `stream` are as in UrlParts; the expiry is in Unix seconds. Does nothing when there is
  // no method.
  void Sign(size_t path_at, absl::string_view app, absl::string_view stream, int64_t expiry_s,
            std::string& text) const;

  // The signature is the same for every format of a tier: neither host nor path is in it.
  bool SignsStreamAlone() const;

  // The query part of the signature alone; empty for a method that signs in the path. `query` must
  // not move what `url` points into.
  void AppendQuery(const UrlParts& url, int64_t expiry_s, std::string& query) const;

 private:
  void AppendGeneral(const UrlParts& url, int64_t expiry_s, std::string& query) const;

  friend class UrlBatch;

  Signing signing_;
  SignPieces text_;  // of the general methods
  std::string active_key_;
  std::optional<HmacSha256> hmac_;  // for the methods that use one
};

}  // namespace nearcast

#endif  // SIGNING_URL_SIGNER_H_
