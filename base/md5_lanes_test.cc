#include "base/md5_lanes.h"

#include <random>
#include <string>
#include <vector>

#include "base/digest.h"
#include "gtest/gtest.h"

namespace nearcast {
namespace {

std::string Expected(const std::string& text) {
  std::string hex;
  AppendMd5Hex({text}, hex);
  return hex;
}

void ExpectRight(const std::vector<std::string>& texts) {
  const std::vector<absl::string_view> views(texts.begin(), texts.end());
  std::vector<Md5Hex> digests(texts.size());
  DigestMd5(views, digests);
  for (size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(std::string(digests[i].begin(), digests[i].end()), Expected(texts[i]))
        << i << " of " << texts.size() << ", " << texts[i].size() << " octets";
  }
}

// RFC 1321, appendix A.5.
TEST(Md5LanesTest, GivesThePublishedDigests) {
  const std::vector<absl::string_view> texts = {"", "a", "abc", "message digest"};
  std::vector<Md5Hex> digests(texts.size());
  DigestMd5(texts, digests);
  const auto text = [&](size_t i) { return std::string(digests[i].begin(), digests[i].end()); };
  EXPECT_EQ(text(0), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(text(1), "0cc175b9c0f1b6a831c399e269772661");
  EXPECT_EQ(text(2), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(text(3), "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST(Md5LanesTest, EveryLengthIsTheLibrarys) {
  for (size_t size = 0; size < 300; ++size) ExpectRight({std::string(size, 'x')});
}

TEST(Md5LanesTest, LanesOfAnyLengthsAreTheLibrarys) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> texts(random() % 30);
    const size_t size_max = round % 10 == 0 ? 300 : 200;
    for (std::string& text : texts) {
      text.resize(random() % size_max);
      for (char& c : text) c = static_cast<char>(random());
    }
    ExpectRight(texts);
  }
}

}  // namespace
}  // namespace nearcast
