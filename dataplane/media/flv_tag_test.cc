#include "dataplane/media/flv_tag.h"

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

struct TestTag {
  FrameKind kind;
  uint32_t dts_ms;
  std::string payload;
};

std::vector<TestTag> SomeTags() {
  return {{FrameKind::kScript, 0, "meta"},
          {FrameKind::kVideo, 0, std::string(300, 'k')},
          {FrameKind::kAudio, 0xFFFFFF, ""},
          {FrameKind::kVideo, 0x1000000, std::string(70000, 'p')},
          {FrameKind::kAudio, 0xFFFFFFFF, "a"}};
}

std::string Encode(const std::vector<TestTag>& tags) {
  std::string stream = EncodeFlvFileHeader({.has_audio = true, .has_video = true});
  for (const TestTag& tag : tags) stream += EncodeFlvTag(tag.kind, tag.dts_ms, tag.payload);
  return stream;
}

// Reads `piece` to its end; the tags found are appended to *tags.
absl::Status ReadAll(absl::string_view piece, FlvTagReader* reader, std::vector<FlvTag>* tags) {
  while (true) {
    auto tag = reader->Read(&piece);
    if (!tag.ok()) return tag.status();
    if (!*tag) return absl::OkStatus();
    tags->push_back(**std::move(tag));
  }
}

void ExpectSame(const std::vector<FlvTag>& read, const std::vector<TestTag>& sent) {
  ASSERT_EQ(read.size(), sent.size());
  for (size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(read[i].header.kind, sent[i].kind);
    EXPECT_EQ(read[i].header.dts_ms, sent[i].dts_ms);
    EXPECT_EQ(read[i].payload(), sent[i].payload);
    EXPECT_EQ(read[i].wire, EncodeFlvTag(sent[i].kind, sent[i].dts_ms, sent[i].payload));
  }
}

TEST(FlvTagTest, WritesTheBytesOfTheSpecification) {
  EXPECT_EQ(EncodeFlvFileHeader({.has_audio = true, .has_video = false}),
            std::string("FLV\x01\x04\0\0\0\x09\0\0\0\0", 13));
  EXPECT_EQ(EncodeFlvTag(FrameKind::kVideo, 0x12345678, "xyz"),
            std::string("\x09\0\0\x03\x34\x56\x78\x12\0\0\0xyz\0\0\0\x0E", 18));
}

TEST(FlvTagTest, ReadsTagsHoweverTheyAreSplitInTwo) {
  std::vector<TestTag> tags = SomeTags();
  tags[3].payload.resize(40);
  const std::string stream = Encode(tags);
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    FlvTagReader reader;
    std::vector<FlvTag> read;
    ASSERT_TRUE(ReadAll(absl::string_view(stream).substr(0, cut), &reader, &read).ok());
    ASSERT_TRUE(ReadAll(absl::string_view(stream).substr(cut), &reader, &read).ok());
    ExpectSame(read, tags);
  }
}

TEST(FlvTagTest, ReadsTagsInRandomPieces) {
  const std::vector<TestTag> tags = SomeTags();
  const std::string stream = Encode(tags);
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    FlvTagReader reader;
    std::vector<FlvTag> read;
    const size_t piece_max = 1 + random() % 5000;
    for (size_t at = 0; at < stream.size();) {
      const size_t size = 1 + random() % piece_max;
      ASSERT_TRUE(ReadAll(absl::string_view(stream).substr(at, size), &reader, &read).ok());
      at += size;
    }
    ExpectSame(read, tags);
    EXPECT_TRUE(reader.file_header()->has_audio);
  }
}

TEST(FlvTagTest, CorrectsPreviousTagSizeAndStreamId) {
  std::string stream = Encode({{FrameKind::kAudio, 7, "abc"}});
  stream[13 + 10] = 5;
  stream.back() = 99;
  FlvTagReader reader;
  std::vector<FlvTag> read;
  ASSERT_TRUE(ReadAll(stream, &reader, &read).ok());
  ExpectSame(read, {{FrameKind::kAudio, 7, "abc"}});
}

TEST(FlvTagTest, SkipsALongerFileHeader) {
  std::string stream = Encode({{FrameKind::kAudio, 7, "abc"}});
  stream.insert(9, "????");
  stream[8] = 13;
  FlvTagReader reader;
  std::vector<FlvTag> read;
  ASSERT_TRUE(ReadAll(stream, &reader, &read).ok());
  ExpectSame(read, {{FrameKind::kAudio, 7, "abc"}});
}

TEST(FlvTagTest, RefusesWhatIsNotFlvAndStaysInError) {
  const std::string header = EncodeFlvFileHeader({});
  const std::vector<std::string> streams = {
      "<html><body>not found</body></html>",
      header + std::string("\x07\0\0\0\0\0\0\0\0\0\0", 11),  // unknown type
      header + std::string("\x29\0\0\0\0\0\0\0\0\0\0", 11),  // encrypted
      std::string("FLV\x01\x05\xFF\xFF\xFF\xFF\0\0\0\0", 13),
  };
  for (const std::string& stream : streams) {
    FlvTagReader reader;
    std::vector<FlvTag> read;
    EXPECT_EQ(ReadAll(stream, &reader, &read).code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReadAll(header, &reader, &read).code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(read.empty());
  }
}

TEST(FlvTagTest, RefusesATagOverTheLimitBeforeItsPayloadCame) {
  FlvTagReader reader(100);
  std::vector<FlvTag> read;
  const std::string stream = Encode({{FrameKind::kVideo, 0, std::string(100, 'a')},
                                     {FrameKind::kVideo, 0, std::string(101, 'b')}});
  const size_t second_payload = 13 + FlvTagWireSize(100) + kFlvTagHeaderSize;
  EXPECT_EQ(ReadAll(absl::string_view(stream).substr(0, second_payload), &reader, &read).code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(read.size(), 1u);
}

}  // namespace
}  // namespace nearcast::media
