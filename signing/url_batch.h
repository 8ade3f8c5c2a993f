// UrlBatch: signs the URLs of one answer, which expire together. What does not depend on the URL is
// written once, URLs that sign the same share a digest, and digests are made many at a time
// (base/md5_lanes.h, base/hmac_lanes.h).
//
//   UrlBatch batch(signer, expiry_s);
//   batch.Sign(path_at, "live", "s1_hd", text);   // as UrlSigner::Sign, of the URL that ends `text`
//   …
//   batch.Finish();                               // now the signatures in `text` are whole
#ifndef SIGNING_URL_BATCH_H_
#define SIGNING_URL_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "signing/time_text.h"
#include "signing/url_parts.h"
#include "signing/url_signer.h"

namespace nearcast {

// Thread rule: one owner. The signer must outlive it.
class UrlBatch {
 public:
  UrlBatch(const UrlSigner& signer, int64_t expiry_s);

  // Digits are zeros until Finish. Until then `text` must stay, and what was signed before must stay
  // where it is in it; other URLs may be in other texts.
  void Sign(size_t path_at, absl::string_view app, absl::string_view stream, std::string& text);

  void Finish();

 private:
  // Digits that are not there yet.
  struct Pending {
    std::string* text;
    size_t at;
    size_t digest;  // whose
  };

  void WriteAddition();
  size_t AddDigest(size_t path_at, size_t path_end, absl::string_view app, absl::string_view stream,
                   const std::string& text);
  void AppendDigested(const UrlParts& parts);
  template <typename Hex, typename DigestAll>
  void FillIn(DigestAll digest_all);

  const UrlSigner& signer_;
  const TimeText time_;
  const bool signs_host_;

  // What every URL gets: "sign=000…0&expire=1790003600", or "/201508150800/000…0" before its path.
  std::string addition_;
  size_t digits_at_ = 0;

  std::string digested_;      // one text behind the other
  std::vector<size_t> ends_;  // of the texts
  std::vector<Pending> pending_;
  std::string last_app_, last_stream_;  // what was signed last, where nothing else counts
};

}  // namespace nearcast

#endif  // SIGNING_URL_BATCH_H_
