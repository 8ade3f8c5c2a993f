#include "dataplane/egress/link_protocol.h"

#include <vector>

#include "dataplane/media/link_record.h"
#include "dataplane/stream/frame_ring.h"
#include "gtest/gtest.h"

namespace nearcast::egress {
namespace {

std::vector<media::LinkRecord> Records(absl::string_view bytes) {
  media::LinkReader reader;
  std::vector<media::LinkRecord> records;
  while (true) {
    auto record = reader.Read(&bytes);
    EXPECT_TRUE(record.ok()) << record.status();
    if (!record.ok() || !*record) return records;
    records.push_back(**std::move(record));
  }
}

stream::Headers SomeHeaders() {
  using stream::Frame;
  return {.video = Frame::Make({stream::FrameRole::kVideoHeader, 0, {7, 30}}, "avcC"),
          .audio = Frame::Make({stream::FrameRole::kAudioHeader, 0, {7, 31}}, "asc")};
}

TEST(LinkProtocolTest, OpensWithTheHeadersUnderTheirNumbers) {
  const stream::Headers headers = SomeHeaders();
  LinkProtocol protocol(LinkDoor::kBare);
  const auto records = Records(
      protocol.Open({.headers = &headers, .has_video = true, .has_audio = true, .dts_ms = 4000}));
  ASSERT_EQ(records.size(), 2u);
  EXPECT_TRUE(records[0].header.configuration);
  EXPECT_EQ(records[0].header.seq, 30u);
  EXPECT_EQ(records[1].header.timeline, 7u);
  EXPECT_EQ(records[1].header.seq, 31u);
  EXPECT_EQ(records[1].payload, "asc");
}

TEST(LinkProtocolTest, ShowsThatItIsAliveBeforeAndAfterItBegins) {
  const stream::Headers headers = SomeHeaders();
  LinkProtocol http(LinkDoor::kHttp);
  EXPECT_EQ(http.KeepAlive(), "HTTP/1.1 102 Processing\r\n\r\n");
  EXPECT_EQ(http.Open({.headers = &headers}).substr(0, 15), "HTTP/1.1 200 OK");
  EXPECT_EQ(http.KeepAlive(), media::EncodeLinkRecord({}, ""));
  LinkProtocol bare(LinkDoor::kBare);
  std::string link = bare.KeepAlive();
  link += bare.KeepAlive();
  link += bare.Close();
  const auto records = Records(link);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[1].header.type, media::LinkType::kKeepAlive);
  EXPECT_EQ(records[2].header.type, media::LinkType::kEnd);
}

TEST(LinkProtocolTest, SaysWhyItRefuses) {
  EXPECT_EQ(LinkProtocol(LinkDoor::kHttp).Refuse(absl::NotFoundError("no")).substr(0, 12),
            "HTTP/1.1 404");
  const std::string bytes = LinkProtocol(LinkDoor::kBare).Refuse(absl::NotFoundError("no"));
  const auto records = Records(bytes);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].header.type, media::LinkType::kRefused);
  EXPECT_EQ(records[0].header.seq, 5u);
  EXPECT_EQ(records[0].payload, "no");
}

}  // namespace
}  // namespace nearcast::egress
