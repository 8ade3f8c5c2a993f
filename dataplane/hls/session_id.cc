#include "dataplane/hls/session_id.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace nearcast::hls {
namespace {

constexpr size_t kHalf = 16;

std::string Bytes(const SessionId& id) {
  std::string bytes(kHalf, '\0');
  for (size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<char>(id.high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<char>(id.low >> (56 - 8 * i));
  }
  return bytes;
}

SessionId FromBytes(absl::string_view bytes) {
  SessionId id;
  for (size_t i = 0; i < 8; ++i) {
    id.high = id.high << 8 | static_cast<uint8_t>(bytes[i]);
    id.low = id.low << 8 | static_cast<uint8_t>(bytes[8 + i]);
  }
  return id;
}

// The stream's name has no zero byte, so that the two parts cannot be told otherwise.
std::string TagOf(const SessionSigner::Key& key, const std::string& id, const SessionScope& scope) {
  const std::string text =
      absl::StrCat(id, scope.stream, absl::string_view("\0", 1), scope.address);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  NC_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest,
                &size) != nullptr);
  return std::string(reinterpret_cast<const char*>(digest), kHalf);
}

}  // namespace

SessionSigner::SessionSigner() { NC_CHECK(RAND_bytes(key_.data(), int{sizeof key_}) == 1); }

SessionId SessionSigner::NewId() {
  std::array<unsigned char, kHalf> random;
  NC_CHECK(RAND_bytes(random.data(), int{kHalf}) == 1);
  return FromBytes({reinterpret_cast<const char*>(random.data()), random.size()});
}

std::string SessionSigner::Sign(const SessionId& id, const SessionScope& scope) const {
  const std::string bytes = Bytes(id);
  return absl::WebSafeBase64Escape(absl::StrCat(bytes, TagOf(key_, bytes, scope)));
}

// By its text, not its bytes: base64 has several spellings of the last character.
std::optional<SessionId> SessionSigner::Verify(absl::string_view sid,
                                               const SessionScope& scope) const {
  std::string bytes;
  if (sid.size() > 64 || !absl::WebSafeBase64Unescape(sid, &bytes) || bytes.size() != 2 * kHalf) {
    return std::nullopt;
  }
  const SessionId id = FromBytes(absl::string_view(bytes).substr(0, kHalf));
  const std::string right = Sign(id, scope);
  if (right.size() != sid.size() || CRYPTO_memcmp(right.data(), sid.data(), sid.size()) != 0) {
    return std::nullopt;
  }
  return id;
}

}  // namespace nearcast::hls
