#include "services/http/chunked_body.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace nearcast::http {
namespace {

// The body and how much of the text was not used, or the state.
std::string Read(absl::string_view text, size_t cut = std::string::npos, size_t bytes_max = 100) {
  ChunkedBody chunked(bytes_max);
  size_t used = 0;
  auto state = chunked.Feed(text.substr(0, cut), &used);
  if (state == ChunkedBody::State::kMore && cut < text.size()) {
    size_t more = 0;
    state = chunked.Feed(text.substr(cut), &more);
    used += more;
  }
  switch (state) {
    case ChunkedBody::State::kMore:
      return "more";
    case ChunkedBody::State::kMalformed:
      return "malformed";
    case ChunkedBody::State::kTooLarge:
      return "too large";
    case ChunkedBody::State::kDone:
      break;
  }
  return absl::StrCat(chunked.body(), "+", text.size() - used);
}

TEST(ChunkedBodyTest, JoinsChunksHoweverTheyAreCut) {
  const std::string text = "5\r\nhello\r\nA;n=v\r\n, world!!!\r\n000\r\nTrailer: x\r\n\r\nGET";
  for (size_t cut = 0; cut <= text.size(); ++cut) EXPECT_EQ(Read(text, cut), "hello, world!!!+3");
}

TEST(ChunkedBodyTest, RefusesWhatIsNoChunk) {
  for (const char* text : {"\r\n", "g\r\n", "-1\r\n", "1\n", "1\r\nab", "1\r\na\n", "1\rx",
                           "0\r\nX\n", "5;a\nb\r\n", "0000000000000000\r\n", ";\r\n"}) {
    EXPECT_EQ(Read(text), "malformed") << text;
  }
}

TEST(ChunkedBodyTest, BoundsBodyAndOverhead) {
  EXPECT_EQ(Read("64\r\n" + std::string(100, 'x') + "\r\n0\r\n\r\n"), std::string(100, 'x') + "+0");
  EXPECT_EQ(Read("65\r\n"), "too large");
  EXPECT_EQ(Read("64\r\n" + std::string(100, 'x') + "\r\n1\r\n"), "too large");
  EXPECT_EQ(Read("fffffffffffffff\r\n"), "too large");
  EXPECT_EQ(Read("1;" + std::string(5000, 'e')), "malformed");
  EXPECT_EQ(Read("0\r\n" + std::string(5000, 't')), "malformed");
}

}  // namespace
}  // namespace nearcast::http
