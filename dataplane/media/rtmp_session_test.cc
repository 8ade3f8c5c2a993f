#include "dataplane/media/rtmp_session.h"

#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

struct Row {
  const char* tc_url;
  const char* app;
  const char* stream;
  const char* parts;  // host|app|stream|query
};

TEST(RtmpSessionTest, SplitsNames) {
  const Row rows[] = {
      {"rtmp://a.example/live", "live", "s", "a.example|live|s|"},
      {"rtmp://a.example:1935/live", "live", "s?t=1&u=2", "a.example|live|s|t=1&u=2"},
      {"rtmp://[::1]:1935/live", "live", "s", "::1|live|s|"},
      {"rtmp://h/live?vhost=v", "live?vhost=v", "s?t=1", "h|live|s|t=1&vhost=v"},
      {"rtmp://h/live?vhost=v", "live", "s", "h|live|s|vhost=v"},
      {"rtmp://h/live/", "live/", "a/b", "h|live|a/b|"},
      {"rtmp://h", "a/b", "s?", "h|a/b|s|"},
      {"", "live", "", "|live||"},
      {"nonsense", "", "?t", "|||t"},
  };
  for (const Row& row : rows) {
    const RtmpStreamName name = BuildStreamName(row.tc_url, row.app, row.stream);
    EXPECT_EQ(name.host + "|" + name.app + "|" + name.stream + "|" + name.query, row.parts)
        << row.tc_url << " " << row.app << " " << row.stream;
  }
}

TEST(RtmpSessionTest, SendsEachKindOnItsChunkStream) {
  EXPECT_EQ(MediaMessageHeader(FrameKind::kAudio, 5, 1).chunk_stream_id, kAudioChunkStream);
  EXPECT_EQ(MediaMessageHeader(FrameKind::kVideo, 5, 1).chunk_stream_id, kVideoChunkStream);
  EXPECT_EQ(MediaMessageHeader(FrameKind::kScript, 5, 1).chunk_stream_id, kDataChunkStream);
  EXPECT_EQ(MediaMessageHeader(FrameKind::kScript, 5, 1).type, RtmpType::kDataAmf0);
}

}  // namespace
}  // namespace nearcast::media
