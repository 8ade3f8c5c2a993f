#include "dataplane/media/amf0.h"

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

std::string Encode(const Amf0Value& value) {
  std::string bytes;
  AppendAmf0(value, &bytes);
  return bytes;
}

struct Row {
  const char* hex;
  const char* text;  // FormatAmf0 of the value
};

const Row kRows[] = {
    {"003ff8000000000000", "1.5"},
    {"0100", "false"},
    {"0101", "true"},
    {"0200036c6976", "\"liv\""},
    {"0200"
     "00",
     "\"\""},
    {"05", "null"},
    {"06", "undefined"},
    {"03"
     "0001610101"
     "0001620"
     "5"
     "000009",
     "{\"a\": true, \"b\": null}"},
    {"03000009", "{}"},
    {"0800000001"
     "000161"
     "020001"
     "78"
     "000009",
     "{\"a\": \"x\"}"},
    {"0a00000002"
     "05"
     "06",
     "[null, undefined]"},
    {"0b"
     "0000000000000000"
     "0000",
     "date(0)"},
};

TEST(Amf0Test, ReadsAndWritesEachRow) {
  for (const Row& row : kRows) {
    const std::string bytes = absl::HexStringToBytes(row.hex);
    Amf0Reader reader(bytes);
    const auto value = reader.Read();
    ASSERT_TRUE(value.ok()) << row.hex << ": " << value.status();
    EXPECT_TRUE(reader.AtEnd());
    EXPECT_EQ(FormatAmf0(*value), row.text);
    EXPECT_EQ(absl::BytesToHexString(Encode(*value)), row.hex);
  }
}

TEST(Amf0Test, EveryProperPrefixOfAValueIsAnError) {
  for (const Row& row : kRows) {
    const std::string bytes = absl::HexStringToBytes(row.hex);
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(Amf0Reader(std::string(bytes, 0, size)).Read().ok()) << row.hex << " " << size;
    }
  }
}

// A random value; `depth` levels of containers at most.
Amf0Value RandomValue(std::mt19937* random, int depth) {
  const auto text = [random] {
    std::string bytes((*random)() % 12, '\0');
    for (char& byte : bytes) byte = static_cast<char>((*random)());
    return bytes;
  };
  const auto properties = [&] {
    std::vector<Amf0Property> list;
    for (uint32_t i = (*random)() % 4; i > 0; --i) {
      list.push_back({text(), RandomValue(random, depth - 1)});
    }
    return list;
  };
  switch ((*random)() % (depth > 0 ? 9 : 6)) {
    case 0:
      return Amf0Value(std::ldexp(static_cast<double>((*random)()), (*random)() % 64 - 32));
    case 1:
      return Amf0Value((*random)() % 2 == 0);
    case 2:
      return Amf0Value(text());
    case 3:
      return Amf0Value(Amf0Null{});
    case 4:
      return Amf0Value();
    case 5:
      return Amf0Value(
          Amf0Date{static_cast<double>((*random)()), static_cast<int16_t>((*random)())});
    case 6:
      return Amf0Value(Amf0Object{properties()});
    case 7:
      return Amf0Value(Amf0EcmaArray{properties()});
  }
  Amf0StrictArray array;
  for (uint32_t i = (*random)() % 4; i > 0; --i) {
    array.elements.push_back(RandomValue(random, depth - 1));
  }
  return Amf0Value(std::move(array));
}

TEST(Amf0Test, ReadingWhatWasWrittenGivesTheValue) {
  std::mt19937 random(3);
  for (int round = 0; round < 20000; ++round) {
    const Amf0Value value = RandomValue(&random, 5);
    const std::string bytes = Encode(value);
    const auto values = ParseAmf0(bytes);
    ASSERT_TRUE(values.ok()) << FormatAmf0(value) << values.status();
    ASSERT_EQ(values->size(), 1u);
    ASSERT_TRUE(values->front() == value) << FormatAmf0(value);
    ASSERT_EQ(Encode(values->front()), bytes);
  }
}

TEST(Amf0Test, KeepsNanAndLongStrings) {
  const Amf0Value nan(std::numeric_limits<double>::quiet_NaN());
  EXPECT_TRUE(ParseAmf0(Encode(nan))->front() == nan);
  const std::string just_short(0xFFFF, 's'), just_long(0x10000, 'l');
  EXPECT_EQ(Encode(just_short)[0], 0x02);
  EXPECT_EQ(Encode(just_long)[0], 0x0C);
  EXPECT_EQ(*ParseAmf0(Encode(just_long))->front().text(), just_long);
}

TEST(Amf0Test, FindsTheFirstPropertyOfAName) {
  const Amf0Value object(Amf0Object{{{"a", 1}, {"b", "x"}, {"a", 2}}});
  EXPECT_EQ(*object.Find("a")->number(), 1);
  EXPECT_EQ(*object.Find("b")->text(), "x");
  EXPECT_EQ(object.Find("c"), nullptr);
  EXPECT_EQ(Amf0Value(1).Find("a"), nullptr);
}

TEST(Amf0Test, RefusesUnsupportedMarkers) {
  for (const char* hex : {"04",
                          "07"
                          "0000",
                          "09", "0d", "0e", "0f00000000", "10", "11", "ff"}) {
    EXPECT_EQ(ParseAmf0(absl::HexStringToBytes(hex)).status().code(),
              absl::StatusCode::kInvalidArgument)
        << hex;
  }
}

TEST(Amf0Test, BoundsDepthAndCount) {
  const auto nested = [](int depth) {
    std::string bytes;
    for (int i = 0; i < depth; ++i) bytes += std::string("\x0A\0\0\0\x01", 5);
    return bytes + "\x05";
  };
  EXPECT_TRUE(ParseAmf0(nested(16)).ok());
  EXPECT_EQ(ParseAmf0(nested(17)).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ParseAmf0(nested(100000)).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(ParseAmf0(std::string(4096, '\x05')).ok());
  EXPECT_EQ(ParseAmf0(std::string(4097, '\x05')).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(Amf0Test, BelievesNoClaimedSize) {
  // A strict array of 2^32 - 1 elements and a string of 2^32 - 1 bytes, of which nothing follows.
  EXPECT_FALSE(ParseAmf0(absl::HexStringToBytes("0affffffff")).ok());
  EXPECT_FALSE(ParseAmf0(absl::HexStringToBytes("0cffffffff61")).ok());
  // The count of an ECMA array is a hint.
  EXPECT_TRUE(ParseAmf0(absl::HexStringToBytes("08ffffffff000009")).ok());
}

}  // namespace
}  // namespace nearcast::media
