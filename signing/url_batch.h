// UrlBatch: signs the URLs of one answer, which expire together. Times are written once, and MD5
// digests are made eight at a time (base/md5_lanes.h).
//
//   UrlBatch batch(signer, expiry_s);
//   batch.Sign(path_at, "live", "s1_hd", text);   // as UrlSigner::Sign, of the URL that ends `text`
//   …
//   batch.Finish(text);                           // now its signatures are whole
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

  // Digits may be zeros until Finish. What was signed before must stay where it is in `text`.
  void Sign(size_t path_at, absl::string_view app, absl::string_view stream, std::string& text);

  // For the same `text`.
  void Finish(std::string& text);

 private:
  struct Pending {
    size_t digits_at;     // in the text
    size_t digested_end;  // in digested_
  };

  void SignPath(const UrlParts& parts, size_t path_at, std::string& text);
  void AppendQuery(const UrlParts& parts, std::string& text);
  void LeaveDigits(std::string& text);

  const UrlSigner& signer_;
  const int64_t expiry_s_;
  TimeText time_;
  std::string signed_;    // scratch
  std::string digested_;  // by MD5, one behind the other
  std::vector<Pending> pending_;
};

}  // namespace nearcast

#endif  // SIGNING_URL_BATCH_H_
