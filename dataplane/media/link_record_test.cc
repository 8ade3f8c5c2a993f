#include "dataplane/media/link_record.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

LinkRecordHeader Picture(uint32_t seq) {
  return {.type = LinkType::kFrame,
          .kind = FrameKind::kVideo,
          .dts_ms = int64_t{1} << 40,
          .timeline = 0xFEDCBA98,
          .seq = seq};
}

std::vector<LinkRecord> ReadAll(absl::string_view bytes, size_t piece_bytes) {
  LinkReader reader;
  std::vector<LinkRecord> records;
  while (!bytes.empty()) {
    absl::string_view piece = bytes.substr(0, piece_bytes);
    bytes.remove_prefix(piece.size());
    while (true) {
      auto record = reader.Read(&piece);
      EXPECT_TRUE(record.ok()) << record.status();
      if (!record.ok() || !*record) break;
      records.push_back(**std::move(record));
    }
  }
  return records;
}

TEST(LinkRecordTest, WhatIsWrittenIsReadInAnyPieces) {
  LinkRecordHeader configuration = Picture(7);
  configuration.configuration = true;
  const std::string bytes = absl::StrCat(
      kLinkMagic, EncodeLinkRecord(configuration, "avcC"), EncodeLinkRecord(Picture(7), "slice"),
      EncodeLinkRecord({}, ""), EncodeLinkRecord(Picture(0xFFFFFFFF), ""),
      EncodeLinkRecord({.type = LinkType::kRefused, .seq = 5}, "nobody has it"),
      EncodeLinkRecord({.type = LinkType::kEnd}, ""));
  for (size_t piece : {size_t{1}, size_t{7}, bytes.size()}) {
    const std::vector<LinkRecord> records = ReadAll(bytes, piece);
    ASSERT_EQ(records.size(), 6u);
    EXPECT_TRUE(records[0].header.configuration);
    EXPECT_EQ(records[0].payload, "avcC");
    EXPECT_FALSE(records[1].header.configuration);
    EXPECT_EQ(records[1].header.kind, FrameKind::kVideo);
    EXPECT_EQ(records[1].header.dts_ms, int64_t{1} << 40);
    EXPECT_EQ(records[1].header.timeline, 0xFEDCBA98);
    EXPECT_EQ(records[1].header.seq, 7u);
    EXPECT_EQ(records[2].header.type, LinkType::kKeepAlive);
    EXPECT_EQ(records[3].header.seq, 0xFFFFFFFF);
    EXPECT_EQ(records[4].header.type, LinkType::kRefused);
    EXPECT_EQ(records[4].header.seq, 5u);
    EXPECT_EQ(records[5].header.type, LinkType::kEnd);
  }
}

TEST(LinkRecordTest, WhatIsNoLinkIsRefusedForGood) {
  LinkReader reader;
  absl::string_view flv = "FLV\1\5";
  EXPECT_EQ(reader.Read(&flv).status().code(), absl::StatusCode::kInvalidArgument);
  absl::string_view link = kLinkMagic;
  EXPECT_FALSE(reader.Read(&link).ok()) << "the reader stays in error";
  for (const absl::string_view header :
       {absl::string_view("\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20),
        absl::string_view("\x09\0\0\0\xFF\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20)}) {
    LinkReader other;
    const std::string bytes = absl::StrCat(kLinkMagic, header);
    absl::string_view input = bytes;
    EXPECT_EQ(other.Read(&input).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(LinkRecordTest, ARecordThatIsTooLargeIsRefusedBeforeItsBytesCome) {
  LinkReader reader(100);
  const std::string bytes =
      absl::StrCat(kLinkMagic, EncodeLinkRecord(Picture(0), std::string(101, 'x')));
  absl::string_view input = absl::string_view(bytes).substr(0, 24);
  EXPECT_EQ(reader.Read(&input).status().code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace nearcast::media
