#include "dataplane/media/chunk_writer.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

std::string Chunks(const RtmpMessageHeader& header, absl::string_view payload,
                   uint32_t chunk_size) {
  std::string out;
  AppendChunks(header, payload, chunk_size, &out);
  return out;
}

TEST(ChunkWriterTest, WritesTheBytesOfTheSpecification) {
  const RtmpMessageHeader header{.chunk_stream_id = 4,
                                 .timestamp_ms = 1000,
                                 .type = RtmpType::kAudio,
                                 .message_stream_id = 12345};
  EXPECT_EQ(absl::BytesToHexString(Chunks(header, "abcde", 2)),
            "04"
            "0003e8"
            "000005"
            "08"
            "39300000"
            "6162"
            "c4"
            "6364"
            "c4"
            "65");
  EXPECT_EQ(absl::BytesToHexString(Chunks(header, "", 128)),
            "04"
            "0003e8"
            "000000"
            "08"
            "39300000");
}

TEST(ChunkWriterTest, RepeatsTheExtendedTimestampInEveryChunk) {
  RtmpMessageHeader header{
      .chunk_stream_id = 6, .timestamp_ms = 0xFFFFFF, .type = RtmpType::kVideo};
  EXPECT_EQ(absl::BytesToHexString(Chunks(header, "abc", 2)),
            "06"
            "ffffff"
            "000003"
            "09"
            "00000000"
            "00ffffff"
            "6162"
            "c6"
            "00ffffff"
            "63");
  header.timestamp_ms = 0xFFFFFE;
  EXPECT_EQ(absl::BytesToHexString(Chunks(header, "abc", 2)),
            "06"
            "fffffe"
            "000003"
            "09"
            "00000000"
            "6162"
            "c6"
            "63");
}

TEST(ChunkWriterTest, WritesAllBasicHeaderForms) {
  const auto begin = [](uint32_t id) {
    const ChunkHeaders headers = BuildChunkHeaders({.chunk_stream_id = id}, 0);
    return absl::BytesToHexString(headers.first().substr(0, headers.first_size - 11)) + " " +
           absl::BytesToHexString(headers.next());
  };
  EXPECT_EQ(begin(2), "02 c2");
  EXPECT_EQ(begin(63), "3f ff");
  EXPECT_EQ(begin(64), "0000 c000");
  EXPECT_EQ(begin(319), "00ff c0ff");
  EXPECT_EQ(begin(320), "010001 c10001");
  EXPECT_EQ(begin(65599), "01ffff c1ffff");
}

// Slices from every offset, a few pieces at a time, must give the copied form.
TEST(ChunkWriterTest, SlicesAreTheMessageFromEveryOffset) {
  for (const uint32_t timestamp_ms : {0u, 0x1000000u}) {
    for (const size_t payload_size : {0, 1, 9, 10, 11, 20, 35}) {
      const RtmpMessageHeader header{.chunk_stream_id = 70, .timestamp_ms = timestamp_ms};
      const std::string payload = std::string("0123456789abcdefghijklmnopqrstuvwxyz", payload_size);
      const std::string whole = Chunks(header, payload, 10);
      const ChunkHeaders headers = BuildChunkHeaders(header, payload.size());
      ASSERT_EQ(ChunkedSize(headers, payload.size(), 10), whole.size());
      for (size_t piece_count = 1; piece_count < 5; ++piece_count) {
        for (size_t skip = 0; skip <= whole.size(); ++skip) {
          std::vector<absl::string_view> pieces(piece_count);
          std::string joined;
          size_t filled = piece_count;
          while (filled == piece_count) {
            filled = SliceChunks(headers, payload, 10, skip + joined.size(), pieces);
            for (size_t i = 0; i < filled; ++i) {
              EXPECT_FALSE(pieces[i].empty());
              absl::StrAppend(&joined, pieces[i]);
            }
          }
          ASSERT_EQ(joined, whole.substr(skip)) << payload_size << " from " << skip;
        }
      }
    }
  }
}

TEST(ChunkWriterTest, SlicesPointIntoThePayload) {
  const std::string payload(100, 'p');
  const ChunkHeaders headers = BuildChunkHeaders({}, payload.size());
  absl::string_view pieces[4];
  ASSERT_EQ(SliceChunks(headers, payload, 64, 0, pieces), 4u);
  EXPECT_EQ(pieces[0].data(), headers.first().data());
  EXPECT_EQ(pieces[1].data(), payload.data());
  EXPECT_EQ(pieces[3].data(), payload.data() + 64);
}

}  // namespace
}  // namespace nearcast::media
