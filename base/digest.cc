// OpenSSL's own contexts, not EVP's: these neither allocate nor look anything up, which is most of
// what a digest of 60 octets costs. They are deprecated since 3.0 and stay as long as 3.x does.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/digest.h"

#include <openssl/md5.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

namespace nearcast {
namespace {

constexpr size_t kBlock = SHA256_CBLOCK;

// "00", "01" … "ff".
constexpr std::array<char, 512> kHexPairs = [] {
  constexpr char kDigits[] = "0123456789abcdef";
  std::array<char, 512> pairs = {};
  for (size_t i = 0; i < 256; ++i) {
    pairs[2 * i] = kDigits[i >> 4];
    pairs[2 * i + 1] = kDigits[i & 15];
  }
  return pairs;
}();

template <size_t kSize>
void AppendHexDigits(const std::array<unsigned char, kSize>& bytes, std::string& out) {
  std::array<char, 2 * kSize> text;
  for (size_t i = 0; i < kSize; ++i) std::memcpy(&text[2 * i], &kHexPairs[2 * bytes[i]], 2);
  out.append(text.data(), text.size());
}

SHA256_CTX Digest(const std::array<unsigned char, kBlock>& key, unsigned char pad) {
  std::array<unsigned char, kBlock> block;
  for (size_t i = 0; i < kBlock; ++i) block[i] = key[i] ^ pad;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, block.data(), block.size());
  return context;
}

}  // namespace

void AppendMd5Hex(std::initializer_list<absl::string_view> parts, std::string& out) {
  // Together they cost one call.
  std::array<char, 512> whole;
  size_t size = 0;
  for (const absl::string_view part : parts) size += part.size();
  MD5_CTX context;
  MD5_Init(&context);
  if (size <= whole.size()) {
    char* end = whole.data();
    for (const absl::string_view part : parts) end = std::copy(part.begin(), part.end(), end);
    MD5_Update(&context, whole.data(), size);
  } else {
    for (const absl::string_view part : parts) MD5_Update(&context, part.data(), part.size());
  }
  std::array<unsigned char, MD5_DIGEST_LENGTH> digest;
  MD5_Final(digest.data(), &context);
  AppendHexDigits(digest, out);
}

HmacSha256::HmacSha256(absl::string_view key) {
  static_assert(sizeof(SHA256_CTX) == sizeof(State));
  std::array<unsigned char, kBlock> block = {};
  if (key.size() > kBlock) {
    SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), block.data());
  } else {
    std::memcpy(block.data(), key.data(), key.size());
  }
  const SHA256_CTX inner = Digest(block, 0x36);
  const SHA256_CTX outer = Digest(block, 0x5c);
  std::memcpy(inner_.data(), &inner, sizeof(inner));
  std::memcpy(outer_.data(), &outer, sizeof(outer));
}

void HmacSha256::AppendHex(std::initializer_list<absl::string_view> parts, std::string& out) const {
  SHA256_CTX context;
  std::memcpy(&context, inner_.data(), sizeof(context));
  for (const absl::string_view part : parts) SHA256_Update(&context, part.data(), part.size());
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256_Final(digest.data(), &context);
  std::memcpy(&context, outer_.data(), sizeof(context));
  SHA256_Update(&context, digest.data(), digest.size());
  SHA256_Final(digest.data(), &context);
  AppendHexDigits(digest, out);
}

}  // namespace nearcast
