#include "base/text_hash.h"

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace nearcast {
namespace {

TEST(TextHashTest, TellsTextsOfEveryLengthApart) {
  absl::flat_hash_set<uint64_t> hashes;
  size_t texts = 0;
  for (size_t size = 0; size <= 70; ++size) {
    const std::string zeros(size, '\0');
    hashes.insert(TextHash(zeros));
    ++texts;
    for (size_t at = 0; at < size; ++at) {
      for (const char other : {'\1', 'a', '\x7f'}) {
        std::string text = zeros;
        text[at] = other;
        hashes.insert(TextHash(text));
        ++texts;
      }
    }
  }
  EXPECT_EQ(hashes.size(), texts);
}

TEST(TextHashTest, LowAndHighBitsSpreadNamesThatCount) {
  constexpr int kBuckets = 1024;
  constexpr int kNames = 64 * kBuckets;
  std::vector<int> low(kBuckets);
  std::vector<int> high(kBuckets);
  for (int i = 0; i < kNames; ++i) {
    const uint64_t hash = TextHash(absl::StrCat("stream-", i));
    ++low[hash % kBuckets];
    ++high[hash >> 54];
  }
  // 64 a bucket, standard deviation 8.
  for (int i = 0; i < kBuckets; ++i) {
    EXPECT_NEAR(low[i], 64, 6 * 8);
    EXPECT_NEAR(high[i], 64, 6 * 8);
  }
}

TEST(TextHashTest, DependsOnTheTextAlone) {
  const std::string text = "xxstream-7d3f09a1c55e2b48yy";
  EXPECT_EQ(TextHash(absl::string_view(text).substr(2, 23)), TextHash("stream-7d3f09a1c55e2b48"));
  EXPECT_EQ(TextHash(""), TextHash(absl::string_view()));
}

}  // namespace
}  // namespace nearcast
