#include "services/http/json_text.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <random>

namespace nearcast::http {
namespace {

std::string Quoted(absl::string_view text) {
  std::string out;
  AppendJsonString(text, &out);
  return out;
}

TEST(JsonTextTest, EscapesWhatJsonForbids) {
  EXPECT_EQ(Quoted(""), "\"\"");
  EXPECT_EQ(Quoted("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(Quoted("\n\x01"), "\"\\u000a\\u0001\"");
  EXPECT_EQ(Quoted("广州"), "\"广州\"");
  EXPECT_EQ(Quoted("a\xff\xc0\x80z"), "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
  EXPECT_EQ(Quoted("\xe5\xb9"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(JsonTextTest, IsValidForAnyBytes) {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(random() % 40, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::string json = Quoted(bytes);
    rapidjson::Document document;
    document.Parse<rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
    ASSERT_FALSE(document.HasParseError()) << i;
    ASSERT_TRUE(document.IsString());
  }
}

}  // namespace
}  // namespace nearcast::http
