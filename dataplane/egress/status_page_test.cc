#include "dataplane/egress/status_page.h"

#include <string>

#include "base/promtool.h"
#include "gtest/gtest.h"

namespace nearcast::egress {
namespace {

stream::StreamStatus SampleStream(const std::string& name) {
  stream::StreamStatus status;
  status.name = name;
  status.state = stream::StreamState::kLive;
  status.publisher = "10.0.0.1:5";
  status.media = {"h264", "aac", 854, 480};
  status.bits_per_s = 864'000.4;
  status.video_frames_per_s = 25;
  status.gop_ms = 2000;
  status.viewers = 7;
  status.queues = {.viewers = 7, .behind = 1, .lag_ms_sum = 280, .lag_ms_max = 250};
  status.silent_ms = 15;
  return status;
}

TEST(StatusPageTest, StreamsAreOneJsonObject) {
  EXPECT_EQ(WriteStreamsJson({.node = "n1", .uptime_s = 5, .viewers = 7}, {SampleStream("live/a")}),
            "{\"node\":\"n1\",\"uptime_s\":5,\"viewers\":7,\"streams\":[{\"name\":\"live/a\","
            "\"state\":\"live\",\"source\":\"push\",\"upstream\":\"10.0.0.1:5\","
            "\"video_codec\":\"h264\",\"audio_codec\":\"aac\",\"width\":854,\"height\":480,"
            "\"bits_per_s\":864000,\"fps\":25.0,\"gop_ms\":2000,\"cached_ms\":0,"
            "\"cached_bytes\":0,\"cached_keyframes\":0,\"frames\":0,\"viewers\":7,\"epoch\":0,"
            "\"clock_jumps\":0,\"bytes_sent\":0,\"dropped\":{\"tail\":0,\"unreferred\":0,\"rest\":"
            "0,\"jumped\":0,"
            "\"undecodable\":0},\"viewer_delay_ms_mean\":40,\"viewer_delay_ms_max\":250,"
            "\"viewers_behind\":1,\"silent_ms\":15}]}\n");
}

TEST(StatusPageTest, QueuesAreACumulativeHistogram) {
  const std::string text =
      WriteMetrics({.queues = {5, 4, 3, 0, 0, 0, 1}, .queue_ms_sum = 12'500}, {});
  for (const char* line :
       {"_bucket{le=\"0.01\"} 5\n", "_bucket{le=\"0.1\"} 9\n", "_bucket{le=\"10\"} 12\n",
        "_bucket{le=\"+Inf\"} 13\n", "_sum 12.5\n", "_count 13\n"}) {
    EXPECT_NE(text.find(std::string("nearcast_relay_viewer_queue_seconds") + line),
              std::string::npos)
        << line;
  }
}

TEST(StatusPageTest, MetricsNameTypeAndEscapeLabels) {
  const std::string text =
      WriteMetrics({.node = "n1",
                    .waiting_refused = 7,
                    .bytes_sent = 12'345'678'901,
                    .accepts_failed = 3,
                    .media = {.bytes = 5'000, .bytes_max = 9'000, .refused = 4, .cuts = 2}},
                   {SampleStream("live/\"a\"")});
  EXPECT_NE(text.find("# TYPE nearcast_relay_sent_bytes_total counter\n"
                      "nearcast_relay_sent_bytes_total 12345678901\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("nearcast_relay_waiting_refused_total 7\n"), std::string::npos);
  EXPECT_NE(text.find("nearcast_relay_accepts_failed_total 3\n"), std::string::npos);
  EXPECT_NE(text.find("nearcast_relay_media_bytes 5000\n"), std::string::npos);
  EXPECT_NE(text.find("nearcast_relay_media_max_bytes 9000\n"), std::string::npos);
  EXPECT_NE(text.find("nearcast_relay_media_refused_total 4\n"), std::string::npos);
  EXPECT_NE(text.find("nearcast_relay_media_cuts_total 2\n"), std::string::npos);
  EXPECT_NE(text.find("nearcast_relay_stream_gop_seconds{stream=\"live/\\\"a\\\"\"} 2\n"),
            std::string::npos);
}

TEST(StatusPageTest, SeriesPerStreamAreBoundedAndTheOthersCounted) {
  const std::vector<stream::StreamStatus> many(kMetricStreamsMax + 50, SampleStream("live/a"));
  const std::string text = WriteMetrics({}, many);
  EXPECT_LT(text.size(), 1'300'000u);
  EXPECT_NE(text.find("\nnearcast_relay_streams_left_out 50\n"), std::string::npos);
  EXPECT_NE(
      WriteMetrics({}, {SampleStream("live/a")}).find("\nnearcast_relay_streams_left_out 0\n"),
      std::string::npos);
}

TEST(StatusPageTest, AStreamHasItsSourceItsDropsByKindAndWhatWasSent) {
  stream::StreamStatus pushed = SampleStream("live/a");
  pushed.drops = {.tail = 1, .unreferred = 2, .rest = 3, .jumped = 4, .undecodable = 5};
  pushed.bytes_sent = 12'345'678;
  stream::StreamStatus pulled = SampleStream("live/b");
  pulled.publisher_kind = stream::PublisherKind::kPull;
  pulled.publisher = "http://10.0.0.2:8088/live/b.flv?sign=x";
  const std::string text = WriteMetrics({}, {pushed, pulled});
  const std::string named = "nearcast_relay_stream_";
  for (const char* line :
       {"info{stream=\"live/a\",source=\"push\",upstream=\"10.0.0.1\",video_codec=\"h264\","
        "audio_codec=\"aac\"} 1\n",
        "info{stream=\"live/b\",source=\"pull\",upstream=\"http://10.0.0.2:8088/live/b.flv\","
        "video_codec=\"h264\",audio_codec=\"aac\"} 1\n",
        "frames_dropped_total{stream=\"live/a\",kind=\"tail\"} 1\n",
        "frames_dropped_total{stream=\"live/a\",kind=\"undecodable\"} 5\n",
        "sent_bytes_total{stream=\"live/a\"} 12345678\n",
        "bytes_per_second{stream=\"live/a\"} 108000.05\n",
        "viewer_delay_seconds_mean{stream=\"live/a\"} 0.04\n",
        "viewer_delay_seconds_max{stream=\"live/a\"} 0.25\n"}) {
    EXPECT_NE(text.find(named + line), std::string::npos) << line;
  }
  EXPECT_NE(text.find("# TYPE nearcast_relay_stream_frames_dropped_total counter\n"),
            std::string::npos);
}

TEST(StatusPageTest, PromtoolAcceptsThePage) {
  if (!HasPromtool()) GTEST_SKIP() << "promtool is not installed (Debian: prometheus)";
  NodeTotals totals{.node = "n1", .queues = {1, 2, 3, 4, 5, 6, 7}, .plays = PlayTotals{}};
  const std::string text = WriteMetrics(totals, {SampleStream("live/a"), SampleStream("live/b")});
  EXPECT_TRUE(PromtoolAccepts(text));
}

}  // namespace
}  // namespace nearcast::egress
