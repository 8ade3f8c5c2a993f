#include "services/httpdns/cipher.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace nearcast::httpdns {
namespace {

constexpr size_t kTagBytes = 16;
constexpr size_t kTextBytesMax = 1 << 20;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

struct Shape {
  const EVP_CIPHER* evp;
  size_t key_bytes;
  size_t iv_bytes;
  size_t tag_bytes;
};

Shape ShapeOf(Cipher cipher) {
  switch (cipher) {
    case Cipher::kDesEcb:
      // Triple DES with one key three times is single DES, and needs no legacy provider.
      return {EVP_des_ede3_ecb(), 8, 0, 0};
    case Cipher::kAes128Cbc:
      return {EVP_aes_128_cbc(), 16, 16, 0};
    case Cipher::kAes128Gcm:
      return {EVP_aes_128_gcm(), 16, 12, kTagBytes};
  }
  NC_CHECK(false);
}

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

absl::StatusOr<std::string> KeyOf(Cipher cipher, const Shape& shape, absl::string_view key) {
  if (key.size() != shape.key_bytes) {
    return absl::FailedPreconditionError(
        absl::StrCat("the account has no key of ", shape.key_bytes, " octets for this cipher"));
  }
  return cipher == Cipher::kDesEcb ? absl::StrCat(key, key, key) : std::string(key);
}

absl::Status DoesNotOpen() {
  ERR_clear_error();
  return absl::InvalidArgumentError("the cipher text does not open with the account's key");
}

}  // namespace

absl::StatusOr<std::string> Seal(Cipher cipher, absl::string_view key, absl::string_view text) {
  const Shape shape = ShapeOf(cipher);
  const auto whole_key = KeyOf(cipher, shape, key);
  if (!whole_key.ok()) return whole_key.status();
  NC_CHECK(text.size() <= kTextBytesMax);
  std::string sealed(shape.iv_bytes + text.size() + EVP_MAX_BLOCK_LENGTH + shape.tag_bytes, '\0');
  if (shape.iv_bytes > 0)
    NC_CHECK(RAND_bytes(Bytes(sealed), static_cast<int>(shape.iv_bytes)) == 1);
  const Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  NC_CHECK(
      EVP_EncryptInit_ex(context.get(), shape.evp, nullptr, Bytes(*whole_key), Bytes(sealed)) == 1);
  unsigned char* to = Bytes(sealed) + shape.iv_bytes;
  int bytes = 0;
  int last_bytes = 0;
  NC_CHECK(EVP_EncryptUpdate(context.get(), to, &bytes, Bytes(text),
                             static_cast<int>(text.size())) == 1);
  NC_CHECK(EVP_EncryptFinal_ex(context.get(), to + bytes, &last_bytes) == 1);
  to += bytes + last_bytes;
  if (shape.tag_bytes > 0) {
    NC_CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, to) == 1);
    to += kTagBytes;
  }
  sealed.resize(static_cast<size_t>(to - Bytes(sealed)));
  return sealed;
}

absl::StatusOr<std::string> Open(Cipher cipher, absl::string_view key, absl::string_view sealed) {
  const Shape shape = ShapeOf(cipher);
  const auto whole_key = KeyOf(cipher, shape, key);
  if (!whole_key.ok()) return whole_key.status();
  if (sealed.size() < shape.iv_bytes + shape.tag_bytes || sealed.size() > kTextBytesMax) {
    return DoesNotOpen();
  }
  const absl::string_view iv = sealed.substr(0, shape.iv_bytes);
  std::string tag(sealed.substr(sealed.size() - shape.tag_bytes));
  const absl::string_view body = sealed.substr(iv.size(), sealed.size() - iv.size() - tag.size());
  const Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  NC_CHECK(EVP_DecryptInit_ex(context.get(), shape.evp, nullptr, Bytes(*whole_key), Bytes(iv)) ==
           1);
  if (!tag.empty()) {
    NC_CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, Bytes(tag)) == 1);
  }
  std::string text(body.size() + EVP_MAX_BLOCK_LENGTH, '\0');
  int bytes = 0;
  int last_bytes = 0;
  if (EVP_DecryptUpdate(context.get(), Bytes(text), &bytes, Bytes(body),
                        static_cast<int>(body.size())) != 1 ||
      EVP_DecryptFinal_ex(context.get(), Bytes(text) + bytes, &last_bytes) != 1) {
    return DoesNotOpen();
  }
  text.resize(static_cast<size_t>(bytes + last_bytes));
  return text;
}

}  // namespace nearcast::httpdns
