#include "schedulerlib/stream/json_writer.h"

#include <random>

#include "gtest/gtest.h"
#include "rapidjson/document.h"
#include "rapidjson/stringbuffer.h"
#include "rapidjson/writer.h"

namespace nearcast::scheduler {
namespace {

// The oracle: RapidJSON's writer.
std::string ByRapidJson(const std::string& text) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.String(text);
  return buffer.GetString();
}

TEST(JsonWriterTest, WritesObjectsListsAndValues) {
  JsonWriter json;
  json.Open().Member("a", "b").Member("n", -7).Key("l").OpenList().Int(1).Text("x").Open().Close();
  json.CloseList().Key("o").Open().Close().Key("t").Bool(true).Key("z").Null();
  json.Key("r").Raw("1.4").Key("s").RawText("\\\"").Close();
  EXPECT_EQ(json.Take(),
            R"({"a":"b","n":-7,"l":[1,"x",{}],"o":{},"t":true,"z":null,"r":1.4,"s":"\""})");
  EXPECT_EQ(json.text(), json.Take());
}

TEST(JsonWriterTest, ValuesThatEndLikeBracketsDoNotLoseTheirCommas) {
  JsonWriter json;
  json.Open().Member("a", "{").Member("b", "[").Member("c:", ":").Member("d", 1).Close();
  EXPECT_EQ(json.Take(), R"({"a":"{","b":"[","c:":":","d":1})");
}

TEST(JsonWriterTest, EscapesAsRapidJsonDoes) {
  std::mt19937_64 random(1);
  const std::string letters = std::string("\"\\\b\f\n\r\t\x01\x1f", 9) + "abc/\x7f\xc3\xa9 {}";
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const size_t size = random() % 50;
    const bool rare = round % 2 == 0;
    for (size_t i = 0; i < size; ++i) {
      text.push_back(rare && random() % 20 != 0 ? 'x' : letters[random() % letters.size()]);
    }
    JsonWriter json;
    json.Text(text);
    ASSERT_EQ(json.Take(), ByRapidJson(text));
  }
}

TEST(JsonWriterTest, ZeroOctetsAreWritten) {
  std::string out;
  AppendJsonEscaped(absl::string_view("a\0b", 3), out);
  EXPECT_EQ(out, "a\\u0000b");
}

}  // namespace
}  // namespace nearcast::scheduler
