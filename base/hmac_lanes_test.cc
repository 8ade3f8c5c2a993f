#include "base/hmac_lanes.h"

#include <random>
#include <string>
#include <vector>

#include "base/digest.h"
#include "gtest/gtest.h"

namespace nearcast {
namespace {

std::vector<std::string> CodesOf(const std::string& key, const std::vector<std::string>& texts) {
  const std::vector<absl::string_view> views(texts.begin(), texts.end());
  std::vector<HmacHex> codes(texts.size());
  DigestHmac(key, views, codes);
  std::vector<std::string> out;
  for (const HmacHex& code : codes) out.emplace_back(code.begin(), code.end());
  return out;
}

void ExpectRight(const std::string& key, const std::vector<std::string>& texts) {
  const std::vector<std::string> codes = CodesOf(key, texts);
  for (size_t i = 0; i < texts.size(); ++i) {
    std::string expected;
    HmacSha256(key).AppendHex({texts[i]}, expected);
    EXPECT_EQ(codes[i], expected) << i << " of " << texts.size() << ", " << texts[i].size()
                                  << " octets";
  }
}

// RFC 4231, sections 4.3 and 4.7: each alone, and beside another of another length.
TEST(HmacLanesTest, GivesThePublishedCodes) {
  const std::string question = "what do ya want for nothing?";
  const std::string answer = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
  EXPECT_EQ(CodesOf("Jefe", {question}), std::vector<std::string>{answer});
  const std::string long_text(200, 'x');
  EXPECT_EQ(CodesOf("Jefe", {long_text, question})[1], answer);
  EXPECT_EQ(CodesOf("Jefe", {question, long_text})[0], answer);
  EXPECT_EQ(
      CodesOf(std::string(131, '\xaa'), {"Test Using Larger Than Block-Size Key - Hash Key First"}),
      std::vector<std::string>{"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"});
}

TEST(HmacLanesTest, EveryLengthIsTheLibrarys) {
  const std::string key = "0123456789abcdef";
  for (size_t size = 0; size < 300; ++size) ExpectRight(key, {std::string(size, 'x')});
}

TEST(HmacLanesTest, LanesOfAnyLengthsAreTheLibrarys) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 500; ++round) {
    const std::string key(random() % 100, static_cast<char>(random()));
    std::vector<std::string> texts(random() % 9);
    const size_t size_max = round % 10 == 0 ? 300 : 247;
    for (std::string& text : texts) {
      text.resize(random() % (size_max + 1));
      for (char& c : text) c = static_cast<char>(random());
    }
    ExpectRight(key, texts);
  }
}

}  // namespace
}  // namespace nearcast
