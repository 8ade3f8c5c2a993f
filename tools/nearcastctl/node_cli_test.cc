// One node, and what nodes measure: the output as a whole.
#include "nearcast/v1/admin.pb.h"
#include "tools/nearcastctl/cli_harness.h"

namespace nearcast::ctl {
namespace {

class NodeCli : public CliHarness {};

TEST_F(NodeCli, OneNodeIsShownBesideItsDeclaration) {
  v1::ListNodesResponse list;
  v1::NodeStatus& node = *list.add_nodes();
  node.set_name("gz-1");
  node.mutable_spec()->mutable_location()->set_country("CN");
  node.mutable_spec()->add_addresses("192.0.2.11");
  node.set_health(v1::NodeStatus::UP);
  node.set_out_bits_per_s(2'504'000);
  node.set_cpu(0.374);
  node.set_viewers(12);
  node.set_streams(3);
  node.mutable_last_report_time()->set_seconds(1'767'323'045);
  node.mutable_spec()->set_cdn("own");
  node.mutable_spec()->set_capacity_mbps(1000);
  node.set_instance_id("1f2e3d4c");
  node.set_listen_address("192.0.2.12");
  node.set_rtmp_port(1935);
  node.set_http_port(8089);
  node.set_capacity_bits_per_s(1e9);
  server_.Answer("ListNodes", list);
  EXPECT_EQ(Run("node describe gz-1"), 0);
  EXPECT_EQ(out_,
            "WHAT         VALUE\n"
            "node         gz-1\n"
            "cdn          own\n"
            "location     CN\n"
            "health       up\n"
            "checks       -\n"
            "state        active\n"
            "last report  now\n"
            "instance     1f2e3d4c\n"
            "listens at   192.0.2.12 (declared: 192.0.2.11)\n"
            "rtmp port    1935\n"
            "http port    8089 (declared: 8088)\n"
            "capacity     1 Gbit/s\n"
            "out          2.5 Mbit/s\n"
            "cpu          37 %\n"
            "viewers      12\n"
            "streams      3\n");
  server_.Answer("ListNodes", list);
  EXPECT_EQ(Run("node describe nobody"), 1);
  EXPECT_NE(err_.find("there is no Node \"nobody\"; see nearcastctl node list"), std::string::npos)
      << err_;
}

TEST_F(NodeCli, MeasuredDelaysAreShownWithWhatCounts) {
  v1::ListDelaysResponse delays;
  v1::DelayEntry* sample = delays.add_entries();
  sample->set_node("gz-1");
  sample->set_target("sample/198.51.100.7:443");
  sample->mutable_place()->set_country("CN");
  sample->mutable_place()->set_region("310000");
  sample->set_counted_us(12'000);
  sample->set_smoothed_us(12'340);
  sample->set_last_us(13'000);
  sample->set_age_ms(8'000);
  v1::DelayEntry* silent = delays.add_entries();
  silent->set_node("gz-1");
  silent->set_target("sample/203.0.113.1:80");
  silent->set_loss(1);
  silent->set_age_ms(8'000);
  delays.set_total(5);
  server_.Answer("ListDelays", delays);
  EXPECT_EQ(Run("node delays"), 0);
  EXPECT_EQ(out_,
            "NODE  TARGET                   PLACE      COUNTS AS   MEDIAN     LAST   LOSS  MEASURED"
            "\n"
            "gz-1  sample/198.51.100.7:443  CN/310000    12.0 ms  12.3 ms  13.0 ms    0 %  8 s ago"
            "\n"
            "gz-1  sample/203.0.113.1:80    -                  -        -        -  100 %  8 s ago"
            "\n"
            "and 3 more; name a node\n");
}

TEST_F(NodeCli, StreamsAreShownWithWhatTheirViewersGet) {
  v1::ListStreamStatsResponse list;
  v1::StreamStatsEntry& published = *list.add_entries();
  published.set_node("gz-1");
  v1::StreamStats& stats = *published.mutable_stats();
  stats.set_app("live");
  stats.set_stream("s1");
  stats.set_upstream("192.0.2.7:5000");
  stats.set_bits_per_s(864'000);
  stats.set_out_bits_per_s(2'592'000);
  stats.set_fps(25);
  stats.set_gop_ms(2000);
  stats.set_viewers(3);
  stats.set_viewers_behind(1);
  stats.set_delay_ms_mean(250);
  stats.set_delay_ms_max(400);
  stats.mutable_drops()->set_tail(3);
  stats.mutable_drops()->set_jumped(1);
  v1::StreamStatsEntry& pulled = *list.add_entries();
  pulled.set_node("bj-1");
  pulled.mutable_stats()->set_app("live");
  pulled.mutable_stats()->set_stream("s1");
  pulled.mutable_stats()->set_pulled(true);
  pulled.mutable_stats()->set_interrupted(true);
  pulled.mutable_stats()->set_upstream("http://192.0.2.1/live/s1.flv");
  list.set_total(2);
  list.set_untold(4);
  server_.Answer("ListStreamStats", list);
  EXPECT_EQ(Run("stream stats s1"), 0);
  EXPECT_EQ(out_,
            "STREAM   NODE  VIEWERS  BEHIND       DELAY          IN          OUT   FPS     GOP  "
            "DROPPED           FROM\n"
            "live/s1  gz-1        3       1  250/400 ms  864 kbit/s  2.59 Mbit/s  25.0  2.00 s  "
            "3 tail, 1 jumped  push 192.0.2.7:5000\n"
            "live/s1  bj-1        0       0           -           0            0   0.0  0.00 s  "
            "-                 lost: pull http://192.0.2.1/live/s1.flv\n"
            "and 4 more\n");
}

}  // namespace
}  // namespace nearcast::ctl
