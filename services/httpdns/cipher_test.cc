#include "services/httpdns/cipher.h"

#include <gtest/gtest.h>

#include <string>

#include "services/httpdns/digest.h"

namespace nearcast::httpdns {
namespace {

constexpr char kAesKey[] = "0123456789abcdef";

// Published by Tencent, with its key cut to what DES takes.
TEST(CipherTest, SealsTencentsVector) {
  const auto sealed = Seal(Cipher::kDesEcb, "dnspodpa", "www.dnspod.cn");
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  EXPECT_EQ(EncodeHex(*sealed), "87ae992c1321f299da3c0210a9900ae7");
  EXPECT_EQ(*Open(Cipher::kDesEcb, "dnspodpa", *sealed), "www.dnspod.cn");
}

// Test case 3 of the GCM specification (McGrew and Viega).
TEST(CipherTest, OpensTheGcmSpecificationsVector) {
  const std::string key = *DecodeHex("feffe9928665731c6d6a8f9467308308");
  std::string sealed = *DecodeHex(
      "cafebabefacedbaddecaf888"
      "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
      "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985"
      "4d5c2af327cd64a62cf35abd2ba6fab4");
  const auto text = Open(Cipher::kAes128Gcm, key, sealed);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(EncodeHex(*text),
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255");
  for (size_t i = 0; i < sealed.size(); ++i) {
    sealed[i] ^= 1;
    EXPECT_FALSE(Open(Cipher::kAes128Gcm, key, sealed).ok()) << i;
    sealed[i] ^= 1;
  }
}

TEST(CipherTest, OpensWhatItSealed) {
  for (const Cipher cipher : {Cipher::kDesEcb, Cipher::kAes128Cbc, Cipher::kAes128Gcm}) {
    const std::string key(kAesKey, cipher == Cipher::kDesEcb ? 8 : 16);
    for (size_t bytes = 0; bytes < 70; ++bytes) {
      const std::string text(bytes, 'x');
      const auto sealed = Seal(cipher, key, text);
      ASSERT_TRUE(sealed.ok());
      EXPECT_EQ(*Open(cipher, key, *sealed), text);
    }
  }
  EXPECT_NE(*Seal(Cipher::kAes128Cbc, kAesKey, "x"), *Seal(Cipher::kAes128Cbc, kAesKey, "x"));
}

TEST(CipherTest, RefusesWhatDoesNotOpen) {
  for (const Cipher cipher : {Cipher::kDesEcb, Cipher::kAes128Cbc, Cipher::kAes128Gcm}) {
    const std::string key(kAesKey, cipher == Cipher::kDesEcb ? 8 : 16);
    EXPECT_FALSE(Open(cipher, key, "").ok());
    EXPECT_FALSE(Open(cipher, key, "too short and odd").ok());
    EXPECT_EQ(Open(cipher, "short", "").status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(Seal(cipher, "short", "").status().code(), absl::StatusCode::kFailedPrecondition);
  }
}

}  // namespace
}  // namespace nearcast::httpdns
