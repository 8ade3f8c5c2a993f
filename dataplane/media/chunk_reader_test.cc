#include "dataplane/media/chunk_reader.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "dataplane/media/big_endian.h"
#include "dataplane/media/chunk_writer.h"
#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

// A message as text: "csid type@timestamp/stream: payload".
std::string Describe(const RtmpMessage& message) {
  const RtmpMessageHeader& header = message.header;
  const std::string payload = message.payload.size() > 40
                                  ? absl::StrCat(message.payload.size(), " bytes")
                                  : absl::CEscape(message.payload);
  return absl::StrCat(header.chunk_stream_id, " ", static_cast<int>(header.type), "@",
                      header.timestamp_ms, "/", header.message_stream_id, ": ", payload);
}

// Feeds `piece`; the messages found are appended to *messages.
absl::Status ReadAll(absl::string_view piece, ChunkReader* reader,
                     std::vector<std::string>* messages) {
  while (true) {
    auto message = reader->Read(&piece);
    if (!message.ok()) return message.status();
    if (!*message) return absl::OkStatus();
    messages->push_back(Describe(**message));
  }
}

// All messages in `bytes`; an error as the last one.
std::vector<std::string> ReadHex(absl::string_view hex, ChunkLimits limits = {}) {
  ChunkReader reader(limits);
  std::vector<std::string> messages;
  const absl::Status status = ReadAll(absl::HexStringToBytes(hex), &reader, &messages);
  if (!status.ok()) messages.push_back(absl::StatusCodeToString(status.code()));
  return messages;
}

using Messages = std::vector<std::string>;

TEST(ChunkReaderTest, ReadsTheFourChunkTypes) {
  // Audio on chunk stream 4, as in the specification's example 5.3.2.1: 1000 ms, then deltas of 20
  // ms.
  EXPECT_EQ(ReadHex("04"
                    "0003e8"
                    "000002"
                    "08"
                    "39300000"
                    "6162"
                    "84"
                    "000014"
                    "6364"
                    "c4"
                    "6566"
                    "44"
                    "000028"
                    "000001"
                    "09"
                    "67"
                    "c4"
                    "68"),
            (Messages{"4 8@1000/12345: ab", "4 8@1020/12345: cd", "4 8@1040/12345: ef",
                      "4 9@1080/12345: g", "4 9@1120/12345: h"}));
}

TEST(ChunkReaderTest, TypeThreeBehindTypeZeroRepeatsTheTimestampAsDelta) {  // 5.3.1.2.4
  EXPECT_EQ(ReadHex("04"
                    "0003e8"
                    "000001"
                    "08"
                    "00000000"
                    "61"
                    "c4"
                    "62"),
            (Messages{"4 8@1000/0: a", "4 8@2000/0: b"}));
}

TEST(ChunkReaderTest, ReadsAllBasicHeaderForms) {  // 5.3.1.1
  EXPECT_EQ(
      ReadHex("3f"
              "000000"
              "000001"
              "08"
              "00000000"
              "61"
              "0000"
              "000000"
              "000001"
              "08"
              "00000000"
              "62"
              "00ff"
              "000000"
              "000001"
              "08"
              "00000000"
              "63"
              "010001"
              "000000"
              "000001"
              "08"
              "00000000"
              "64"
              "01ffff"
              "000000"
              "000001"
              "08"
              "00000000"
              "65"),
      (Messages{"63 8@0/0: a", "64 8@0/0: b", "319 8@0/0: c", "320 8@0/0: d", "65599 8@0/0: e"}));
}

TEST(ChunkReaderTest, InterleavesChunkStreams) {
  ChunkReader reader;
  Messages messages;
  const std::string video(200, 'v');
  const std::string bytes = absl::StrCat(absl::HexStringToBytes("06"
                                                                "000000"
                                                                "0000c8"
                                                                "09"
                                                                "01000000"),
                                         video.substr(0, 128),
                                         absl::HexStringToBytes("04"
                                                                "000000"
                                                                "000001"
                                                                "08"
                                                                "01000000"
                                                                "61"
                                                                "c6"),
                                         video.substr(128));
  ASSERT_TRUE(ReadAll(bytes, &reader, &messages).ok());
  EXPECT_EQ(messages, (Messages{"4 8@0/1: a", "6 9@0/1: 200 bytes"}));
  EXPECT_EQ(reader.buffered_bytes(), 0u);
}

TEST(ChunkReaderTest, EmptyMessagesNeedNoPayload) {
  EXPECT_EQ(ReadHex("04"
                    "000005"
                    "000000"
                    "08"
                    "00000000"
                    "c4"),
            (Messages{"4 8@5/0: ", "4 8@10/0: "}));
}

TEST(ChunkReaderTest, ExtendedTimestampIsAbsoluteInTypeZeroAndADeltaInOneAndTwo) {  // 5.3.1.3
  EXPECT_EQ(ReadHex("04"
                    "ffffff"
                    "000001"
                    "08"
                    "00000000"
                    "01000000"
                    "61"
                    "44"
                    "ffffff"
                    "000001"
                    "08"
                    "02000000"
                    "62"
                    "84"
                    "ffffff"
                    "00ffffff"
                    "63"
                    "84"
                    "000001"
                    "64"),
            (Messages{"4 8@16777216/0: a", "4 8@50331648/0: b", "4 8@67108863/0: c",
                      "4 8@67108864/0: d"}));
}

TEST(ChunkReaderTest, TimestampsWrapAtTwoToTheThirtyTwo) {
  EXPECT_EQ(ReadHex("04"
                    "ffffff"
                    "000001"
                    "08"
                    "00000000"
                    "fffffff0"
                    "61"
                    "84"
                    "000020"
                    "62"),
            (Messages{"4 8@4294967280/0: a", "4 8@16/0: b"}));
}

// A message of `size` bytes in chunks of 128 with the extended timestamp 0x01020304 in the first
// chunk and, when `repeat` says so, in the others.
enum class Repeat { kYes, kNo };
std::string ExtendedMessage(Repeat repeat, absl::string_view payload) {
  std::string bytes = absl::StrCat(absl::HexStringToBytes("06ffffff"),
                                   std::string(1, static_cast<char>(payload.size() >> 16)),
                                   std::string(1, static_cast<char>(payload.size() >> 8)),
                                   std::string(1, static_cast<char>(payload.size())),
                                   absl::HexStringToBytes("0901000000"
                                                          "01020304"));
  for (size_t at = 0; at < payload.size(); at += 128) {
    if (at > 0) bytes += repeat == Repeat::kYes ? "\xC6\x01\x02\x03\x04" : "\xC6";
    absl::StrAppend(&bytes, payload.substr(at, 128));
  }
  return bytes;
}

TEST(ChunkReaderTest, TakesExtendedTimestampsInTypeThreeChunksAndTheirAbsence) {
  // Payloads whose chunks begin with nothing, with some, or near to all of the timestamp's bytes;
  // and a last chunk shorter than the timestamp, so that bytes taken for it belong to the next
  // chunk's header.
  for (const char* begin : {"", "\x01", "\x01\x02", "\x01\x02\x03", "\x01\x02\x03\x05"}) {
    for (const size_t size : {129, 130, 131, 200, 256, 257, 500}) {
      std::string payload(size, 'p');
      for (size_t at = 128; at < size; at += 128) {
        const size_t room = std::min(size - at, absl::string_view(begin).size());
        payload.replace(at, room, begin, room);
      }
      for (const Repeat repeat : {Repeat::kYes, Repeat::kNo}) {
        const std::string bytes = absl::StrCat(
            ExtendedMessage(repeat, payload), absl::HexStringToBytes("05000000000001080000000061"));
        for (size_t cut = 0; cut <= bytes.size(); ++cut) {
          ChunkReader reader;
          Messages messages;
          ASSERT_TRUE(ReadAll(absl::string_view(bytes).substr(0, cut), &reader, &messages).ok());
          ASSERT_TRUE(ReadAll(absl::string_view(bytes).substr(cut), &reader, &messages).ok());
          ASSERT_EQ(messages,
                    (Messages{absl::StrCat("6 9@16909060/1: ", size, " bytes"), "5 8@0/0: a"}))
              << size << " cut at " << cut;
        }
      }
    }
  }
}

TEST(ChunkReaderTest, SetChunkSizeHoldsFromTheNextChunk) {  // 5.4.1
  ChunkReader reader;
  Messages messages;
  const std::string bytes = absl::StrCat(absl::HexStringToBytes("02"
                                                                "000000"
                                                                "000004"
                                                                "01"
                                                                "00000000"
                                                                "000003e8"
                                                                "04"
                                                                "000000"
                                                                "0003e8"
                                                                "08"
                                                                "00000000"),
                                         std::string(1000, 'a'));
  ASSERT_TRUE(ReadAll(bytes, &reader, &messages).ok());
  EXPECT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[1], "4 8@0/0: 1000 bytes");
  EXPECT_EQ(reader.chunk_size(), 1000u);
}

TEST(ChunkReaderTest, ClampsAHugeChunkSizeAndRefusesZero) {
  ChunkReader reader;
  Messages messages;
  ASSERT_TRUE(ReadAll(absl::HexStringToBytes("02000000000004010000000"
                                             "07fffffff"),
                      &reader, &messages)
                  .ok());
  EXPECT_EQ(reader.chunk_size(), kRtmpMessageBytesMax);
  EXPECT_EQ(ReadHex("020000000000040100000000"
                    "00000000")
                .back(),
            "INVALID_ARGUMENT");
  EXPECT_EQ(ReadHex("020000000000040100000000"
                    "80000000")
                .back(),
            "INVALID_ARGUMENT");
  EXPECT_EQ(ReadHex("020000000000030100000000"
                    "000000")
                .back(),
            "INVALID_ARGUMENT");
}

TEST(ChunkReaderTest, ChunkSizeOfOneWorks) {
  EXPECT_EQ(ReadHex("02000000000004010000000000000001"
                    "04000000000003080000000061c462c463")
                .back(),
            "4 8@0/0: abc");
}

TEST(ChunkReaderTest, AbortDropsTheUnfinishedMessage) {  // 5.4.2
  ChunkReader reader;
  Messages messages;
  const std::string bytes = absl::StrCat(absl::HexStringToBytes("06"
                                                                "000000"
                                                                "0000c8"
                                                                "09"
                                                                "01000000"),
                                         std::string(128, 'v'),
                                         absl::HexStringToBytes("02"
                                                                "000000"
                                                                "000004"
                                                                "02"
                                                                "00000000"
                                                                "00000006"
                                                                "06"
                                                                "000000"
                                                                "000001"
                                                                "09"
                                                                "01000000"
                                                                "77"));
  ASSERT_TRUE(ReadAll(bytes, &reader, &messages).ok());
  EXPECT_EQ(messages.back(), "6 9@0/1: w");
  EXPECT_EQ(reader.buffered_bytes(), 0u);
}

TEST(ChunkReaderTest, RefusesWhatTheProtocolForbids) {
  EXPECT_EQ(ReadHex("84000000"),
            (Messages{"INVALID_ARGUMENT"}));                 // a chunk stream begins with type 2
  EXPECT_EQ(ReadHex("c4"), (Messages{"INVALID_ARGUMENT"}));  // or with type 3
  // Type 0 inside a message.
  EXPECT_EQ(ReadHex(absl::StrCat("06"
                                 "000000"
                                 "0000c8"
                                 "09"
                                 "01000000",
                                 absl::BytesToHexString(std::string(128, 'v')),
                                 "06"
                                 "000000"
                                 "0000c8"
                                 "09"
                                 "01000000")),
            (Messages{"INVALID_ARGUMENT"}));
}

TEST(ChunkReaderTest, StaysInErrorOnceItFailed) {
  ChunkReader reader;
  Messages messages;
  EXPECT_FALSE(ReadAll("\xC4", &reader, &messages).ok());
  EXPECT_FALSE(
      ReadAll(absl::HexStringToBytes("04000000000001080000000061"), &reader, &messages).ok());
  EXPECT_TRUE(messages.empty());
}

TEST(ChunkReaderTest, RefusesAMessageOverTheLimitAtItsHeader) {
  const char* header =
      "04000000"
      "000065"
      "0800000000";
  EXPECT_EQ(ReadHex(header, {.message_bytes_max = 100}), (Messages{"RESOURCE_EXHAUSTED"}));
  EXPECT_EQ(ReadHex(header, {.message_bytes_max = 101}), Messages{});
}

TEST(ChunkReaderTest, BoundsChunkStreams) {
  std::string hex;
  for (int id = 2; id < 7; ++id) absl::StrAppend(&hex, "0", id, "0000000000010800000000", "61");
  EXPECT_EQ(ReadHex(hex, {.chunk_streams_max = 5}).size(), 5u);
  EXPECT_EQ(ReadHex(hex, {.chunk_streams_max = 4}).back(), "RESOURCE_EXHAUSTED");
}

TEST(ChunkReaderTest, BoundsUnfinishedMessagesTogether) {
  ChunkReader reader({.message_bytes_max = 1000, .buffered_bytes_max = 300});
  Messages messages;
  absl::Status status;
  int begun = 0;
  for (; status.ok() && begun < 10; ++begun) {
    status = ReadAll(absl::StrCat(std::string(1, static_cast<char>(3 + begun)),
                                  absl::HexStringToBytes("000000"
                                                         "0003e8"
                                                         "09"
                                                         "00000000"),
                                  std::string(128, 'v')),
                     &reader, &messages);
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(begun, 3);
  EXPECT_LE(reader.buffered_bytes(), 300u);
}

// A stream of all chunk types, sizes and times, as a writer with state makes it.
std::string RandomStream(std::mt19937* random, Messages* expected) {
  std::string bytes;
  uint32_t chunk_size = kRtmpDefaultChunkSize;
  for (int i = 0; i < 30; ++i) {
    if ((*random)() % 8 == 0) {
      RtmpMessage set{.header = {.chunk_stream_id = 2, .type = RtmpType::kSetChunkSize},
                      .payload = std::string(4, '\0')};
      const uint32_t before = chunk_size;
      chunk_size = 1 + static_cast<uint32_t>((*random)() % 400);
      StoreBigEndian(chunk_size, 4, set.payload.data());
      AppendChunks(set.header, set.payload, before, &bytes);
      expected->push_back(Describe(set));
    }
    RtmpMessage message;
    message.header.chunk_stream_id = 3 + static_cast<uint32_t>((*random)() % 4 * 300);
    message.header.timestamp_ms =
        static_cast<uint32_t>((*random)() % 2 == 0 ? (*random)() : (*random)() % 100);
    message.header.type = RtmpType::kVideo;
    message.header.message_stream_id = static_cast<uint32_t>((*random)());
    message.payload.assign((*random)() % 1500, static_cast<char>('a' + i % 26));
    AppendChunks(message.header, message.payload, chunk_size, &bytes);
    expected->push_back(Describe(message));
  }
  return bytes;
}

TEST(ChunkReaderTest, ReadsWhatTheWriterWroteInRandomPieces) {
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    Messages expected;
    const std::string bytes = RandomStream(&random, &expected);
    ChunkReader reader;
    Messages messages;
    const size_t piece_max = 1 + random() % 700;
    for (size_t at = 0; at < bytes.size();) {
      const size_t size = 1 + random() % piece_max;
      ASSERT_TRUE(ReadAll(absl::string_view(bytes).substr(at, size), &reader, &messages).ok());
      at += size;
    }
    ASSERT_EQ(messages, expected) << "round " << round;
    ASSERT_EQ(reader.buffered_bytes(), 0u);
  }
}

}  // namespace
}  // namespace nearcast::media
