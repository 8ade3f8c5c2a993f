// Any URL against every method's verifier: what a signer signs is taken until it expires and not
// with another key, and nothing else does harm.
//
// The first byte chooses the method, the second what is done: bit 0 signs the URL first, bit 1 then
// changes the byte that the third byte names; bit 2 has times written in hex. The rest is the path
// with its query.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "signing/url_signer.h"
#include "signing/url_verifier.h"

namespace nearcast {
namespace {

constexpr int64_t kExpiryS = 1'790'000'000;
constexpr char kHost[] = "pull.example";

Signing SigningOf(uint8_t method, bool hex_time, const char* key) {
  Signing signing;
  signing.method = static_cast<SignMethod>(method % 9);
  signing.key = key;
  signing.hex_time = hex_time;
  return signing;
}

// A URL's path and query, taken apart as a relay does.
SignatureFault Check(const UrlVerifier& verifier, absl::string_view target, int64_t now_s) {
  const size_t mark = target.find('?');
  SignedUrl url;
  url.parts = {.host = kHost, .path = target.substr(0, mark), .app = "live", .stream = "s1"};
  url.path_prefix = ConsumePathSignature(&url.parts.path);
  if (mark != absl::string_view::npos) url.query = target.substr(mark + 1);
  return verifier.Check(url, now_s);
}

std::string Sign(const Signing& signing, absl::string_view target) {
  std::string text = "http://" + std::string(kHost);
  const size_t path_at = text.size();
  text.append(target.data(), target.size());
  UrlSigner(signing).Sign(path_at, "live", "s1", kExpiryS, text);
  return text.substr(path_at);
}

// The signer appends to the query: a parameter of its own that stands there already goes first, and
// so does a signature before the path.
bool IsPlain(absl::string_view target) {
  absl::string_view path = target;
  return target.find('?') == absl::string_view::npos && !target.empty() && target[0] == '/' &&
         ConsumePathSignature(&path).empty();
}

void Try(uint8_t method, uint8_t what, uint8_t at, absl::string_view bytes) {
  const Signing signing = SigningOf(method, (what & 4) != 0, "the-key");
  const UrlVerifier verifier(signing);
  const bool sign = (what & 1) != 0;
  std::string target = sign ? Sign(signing, bytes) : std::string(bytes.data(), bytes.size());
  if (sign && IsPlain(bytes)) {
    NC_CHECK(Check(verifier, target, 0) == SignatureFault::kNone);
    NC_CHECK(Check(verifier, target, kExpiryS) == SignatureFault::kNone);
    const SignatureFault late = Check(verifier, target, kExpiryS + 61);
    NC_CHECK(late == (verifier.verifies() ? SignatureFault::kExpired : SignatureFault::kNone));
  }
  if ((what & 2) != 0 && !target.empty()) target[at % target.size()] ^= 1;
  if (!verifier.verifies() || Check(verifier, target, 0) != SignatureFault::kNone) return;
  const UrlVerifier other(SigningOf(method, (what & 4) != 0, "another-key"));
  NC_CHECK(Check(other, target, 0) == SignatureFault::kWrong);
}

}  // namespace
}  // namespace nearcast

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const absl::string_view rest(reinterpret_cast<const char*>(data) + 3, size - 3);
  nearcast::Try(data[0], data[1], data[2], rest);
  return 0;
}
