#include "dataplane/media/frame_header.h"

#include <random>
#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

constexpr FrameKind kAudio = FrameKind::kAudio;
constexpr FrameKind kVideo = FrameKind::kVideo;

// Flags of a row, in the order of the struct: K key, I idr, H sequence header, E end of sequence, D
// disposable.
std::string Flags(const FrameHeader& header) {
  std::string flags;
  if (header.keyframe) flags += 'K';
  if (header.idr) flags += 'I';
  if (header.sequence_header) flags += 'H';
  if (header.end_of_sequence) flags += 'E';
  if (header.disposable) flags += 'D';
  return flags;
}

struct Row {
  const char* what;
  FrameKind kind;
  const char* hex;
  Codec codec;
  const char* flags;
  int32_t composition_ms;
};

// NAL units: 65 = H.264 IDR, 41 = non-IDR reference, 01 = non-IDR disposable, 06 = SEI, 09 = AUD;
// H.265: 26 01 = IDR_W_RADL, 2a 01 = CRA, 02 01 = TRAIL_R, 40 01 = VPS.
const Row kRows[] = {
    {"AVC header", kVideo, "1700000000014d", Codec::kH264, "KH", 0},
    {"AVC IDR", kVideo, "170100000000000002658800000000", Codec::kH264, "KI", 0},
    {"AVC IDR behind AUD and SEI", kVideo,
     "1701000000"
     "0000000209f0"
     "0000000206aa"
     "000000026588",
     Codec::kH264, "KI", 0},
    {"AVC open GOP", kVideo,
     "1701000000"
     "000000024188",
     Codec::kH264, "K", 0},
    {"AVC P", kVideo,
     "2701000050"
     "000000024188",
     Codec::kH264, "", 80},
    {"AVC B not referred to", kVideo, "27010000000000000201aa", Codec::kH264, "D", 0},
    {"AVC negative composition", kVideo,
     "2701fffff0"
     "000000024188",
     Codec::kH264, "", -16},
    {"AVC disposable by FLV", kVideo,
     "3701000000"
     "000000024188",
     Codec::kH264, "D", 0},
    {"AVC end", kVideo, "1702000000", Codec::kH264, "KE", 0},
    {"AVC NAL longer than body", kVideo,
     "2701000000"
     "ffffffff09",
     Codec::kH264, "", 0},
    {"H.265 legacy header", kVideo, "1c00000000", Codec::kH265, "KH", 0},
    {"H.265 legacy IDR", kVideo,
     "1c01000000"
     "000000042601aaaa",
     Codec::kH265, "KI", 0},
    {"H.265 legacy CRA", kVideo,
     "1c01000000"
     "000000034001aa"
     "000000042a01aaaa",
     Codec::kH265, "K", 0},
    {"H.265 enhanced header", kVideo,
     "90"
     "68766331"
     "01",
     Codec::kH265, "KH", 0},
    {"H.265 enhanced IDR", kVideo,
     "91"
     "68766331"
     "000021"
     "000000042601aaaa",
     Codec::kH265, "KI", 33},
    {"H.265 enhanced P, CodedFramesX", kVideo,
     "a3"
     "68766331"
     "000000040201aaaa",
     Codec::kH265, "", 0},
    {"H.265 enhanced end", kVideo,
     "92"
     "68766331",
     Codec::kH265, "KE", 0},
    {"AVC enhanced IDR", kVideo,
     "91"
     "61766331"
     "000000"
     "000000026588",
     Codec::kH264, "KI", 0},
    {"AV1 header", kVideo,
     "90"
     "61763031"
     "81",
     Codec::kAv1, "KH", 0},
    {"AV1 key", kVideo,
     "91"
     "61763031"
     "0a0b",
     Codec::kAv1, "K", 0},
    {"VP9 inter", kVideo,
     "a1"
     "76703039"
     "00",
     Codec::kVp9, "", 0},
    {"enhanced metadata", kVideo,
     "94"
     "68766331"
     "02",
     Codec::kH265, "K", 0},
    {"unknown FourCC", kVideo,
     "91"
     "3f3f3f3f",
     Codec::kUnknown, "K", 0},
    {"ModEx before coded frames", kVideo,
     "97"
     "02"
     "000000"
     "01"
     "68766331"
     "000000"
     "000000042601aaaa",
     Codec::kH265, "KI", 0},
    {"multitrack, one track", kVideo,
     "96"
     "01"
     "61766331"
     "00"
     "000000"
     "000000026588",
     Codec::kH264, "KI", 0},
    {"multitrack, many tracks", kVideo,
     "96"
     "11"
     "61766331"
     "00"
     "000009"
     "000000"
     "000000026588",
     Codec::kH264, "KI", 0},
    {"command frame", kVideo, "5700", Codec::kUnknown, "", 0},
    {"enhanced command frame", kVideo, "d100", Codec::kUnknown, "", 0},
    {"Sorenson H.263", kVideo, "2200", Codec::kUnknown, "", 0},
    {"AAC header", kAudio, "af001210", Codec::kAac, "H", 0},
    {"AAC frame", kAudio, "af01aabb", Codec::kAac, "", 0},
    {"MP3", kAudio, "2fff", Codec::kMp3, "", 0},
    {"G.711 A", kAudio, "72aa", Codec::kG711A, "", 0},
    {"Opus enhanced header", kAudio,
     "90"
     "4f707573"
     "4f",
     Codec::kOpus, "H", 0},
    {"Opus enhanced frame", kAudio,
     "91"
     "4f707573"
     "aa",
     Codec::kOpus, "", 0},
    {"AAC enhanced header", kAudio,
     "90"
     "6d703461"
     "1210",
     Codec::kAac, "H", 0},
    {"enhanced multitrack audio", kAudio,
     "95"
     "01"
     "4f707573"
     "00"
     "aa",
     Codec::kOpus, "", 0},
};

TEST(FrameHeaderTest, ClassifiesEachRow) {
  for (const Row& row : kRows) {
    const auto header = ParseFrameHeader(row.kind, 77, absl::HexStringToBytes(row.hex));
    ASSERT_TRUE(header.ok()) << row.what;
    EXPECT_EQ(CodecName(header->codec), CodecName(row.codec)) << row.what;
    EXPECT_EQ(Flags(*header), row.flags) << row.what;
    EXPECT_EQ(header->composition_ms, row.composition_ms) << row.what;
    EXPECT_EQ(header->dts_ms, 77u) << row.what;
  }
}

TEST(FrameHeaderTest, OnlyPicturesCanBeStartedAt) {
  const auto is_key = [](const char* hex) {
    return ParseFrameHeader(kVideo, 0, absl::HexStringToBytes(hex))->IsKeyPicture();
  };
  EXPECT_TRUE(is_key("1701000000000000026588"));
  EXPECT_FALSE(is_key("1700000000"));
  EXPECT_FALSE(is_key("1702000000"));
  EXPECT_FALSE(is_key("2701000000000000024188"));
}

TEST(FrameHeaderTest, UsesTheNalLengthOfTheStream) {
  const std::string body = absl::HexStringToBytes(
      "1701000000"
      "00026588");
  EXPECT_TRUE(ParseFrameHeader(kVideo, 0, body, 2)->idr);
}

TEST(FrameHeaderTest, RefusesBodiesThatEndInsideTheirHeader) {
  for (const char* hex : {"", "17", "17010000", "91687663", "9168766331", "97ff", "9601617663"}) {
    EXPECT_FALSE(ParseFrameHeader(kVideo, 0, absl::HexStringToBytes(hex)).ok()) << hex;
  }
  for (const char* hex : {"", "af", "904f70"}) {
    EXPECT_FALSE(ParseFrameHeader(kAudio, 0, absl::HexStringToBytes(hex)).ok()) << hex;
  }
  EXPECT_TRUE(ParseFrameHeader(FrameKind::kScript, 0, "").ok());
}

TEST(FrameHeaderTest, FindsTheConfigBehindTheHeader) {
  EXPECT_EQ(SequenceHeaderConfig(kVideo, absl::HexStringToBytes("1700000000014d")), "\x01\x4d");
  EXPECT_EQ(SequenceHeaderConfig(kVideo, absl::HexStringToBytes("9068766331014d")), "\x01\x4d");
  EXPECT_EQ(SequenceHeaderConfig(kAudio, absl::HexStringToBytes("af001210")), "\x12\x10");
  EXPECT_EQ(SequenceHeaderConfig(kAudio, absl::HexStringToBytes("af011210")), "");
  EXPECT_EQ(SequenceHeaderConfig(kVideo, "\x17"), "");
}

// Every prefix of every row and random bytes: whatever the outcome, no read past the end (asan
// watches).
TEST(FrameHeaderTest, SurvivesEveryPrefixAndRandomBytes) {
  for (const Row& row : kRows) {
    const std::string body = absl::HexStringToBytes(row.hex);
    for (size_t size = 0; size <= body.size(); ++size) {
      const std::string prefix(body, 0, size);
      for (int nal_length = 1; nal_length <= 4; ++nal_length) {
        (void)ParseFrameHeader(row.kind, 0, prefix, nal_length);
      }
    }
  }
  std::mt19937 random(2);
  for (int round = 0; round < 100000; ++round) {
    std::string body(random() % 24, '\0');
    for (char& byte : body) byte = static_cast<char>(random());
    (void)ParseFrameHeader(random() % 2 == 0 ? kAudio : kVideo, 0, body);
  }
}

}  // namespace
}  // namespace nearcast::media
