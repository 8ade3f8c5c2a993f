#include "schedulerlib/stream/play_url.h"

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

Given World() {
  Given given = Given()
                    .Own("own")
                    .Node("gz", "CN/440000/440100/chinatelecom", {"192.0.2.1"})
                    .Vendor("vendor")
                    .Network("10.1.0.0/16", "CN/440000/440100/chinatelecom")
                    .Point("show", {"own"}, {"origin", "hd", "ao"})
                    .Ratio("r", {{"vendor", 1}});
  Cdn& vendor = given.config().cdns[1];
  vendor.pull_templates["rtmp"] = "rtmp://{host}/{app}/{stream}{suffix}";
  vendor.pull_signing.method = SignMethod::kTencent;
  vendor.pull_signing.key = "key";
  return given;
}

// The URL of one tier, by its key, of the main line.
std::string Url(const Given& given, absl::string_view tier, const std::string& format,
                absl::Time now = kNow, uint32_t grade = 0) {
  const auto snapshot = given.Snapshot();
  Stream stream;
  stream.name = "s1";
  stream.publish_point = "show";
  stream.state = StreamState::kPublishing;
  Viewer viewer;
  viewer.address = Ip("10.1.0.1");
  viewer.key = "v";
  viewer.network_grade = grade;
  const PlayDecision decision = DecidePlay(*snapshot, stream, viewer, now).value();
  for (const TranscodeTemplate& made : decision.tiers) {
    if (made.name == tier) {
      return BuildPlayUrl(*snapshot, decision, decision.lines[0], made, format);
    }
  }
  return "no such tier";
}

// Without the signature, whose vectors stand in signing/url_signer_test.
std::string Unsigned(const std::string& url) { return url.substr(0, url.find("txSecret")); }

TEST(PlayUrlTest, UrlsAreSignedBehindEverythingElse) {
  const Given given = World();
  EXPECT_EQ(Unsigned(Url(given, "hd", "flv")), "https://pull.vendor.example/live/s1_hd.flv?");
  EXPECT_EQ(Unsigned(Url(given, "ao", "flv")),
            "https://pull.vendor.example/live/s1.flv?only_audio=1&");
  EXPECT_TRUE(absl::StrContains(Url(given, "ao", "flv"), "&txTime="));
  EXPECT_EQ(Url(given, "hd", "lls"), "");
}

TEST(PlayUrlTest, ASignatureIsTheSameForThePeriodAndAnotherAfterIt) {
  const Given given = World();
  const std::string url = Url(given, "hd", "flv", kNow);
  EXPECT_NE(url, Url(given, "hd", "flv", kNow + absl::Hours(1)));
  int same = 0;
  for (int minute = 0; minute < 60; ++minute) {
    same += Url(given, "hd", "flv", kNow + absl::Minutes(minute)) == url;
  }
  EXPECT_GE(same, 1);
  EXPECT_NE(url, Url(given, "origin", "flv", kNow));
}

TEST(PlayUrlTest, TheGopCachesDialectIsForFlvAndRtmp) {
  Given given = World();
  GopCache& cache = given.config().cdns[1].gop_cache;
  cache.query = "fast_open={minus_ms}";
  cache.drop_query = "protected_period={protected_ms}&gop_keep_duration={gop_keep_ms}";
  EXPECT_EQ(Unsigned(Url(given, "hd", "flv")),
            "https://pull.vendor.example/live/s1_hd.flv?fast_open=-1800&")
      << "without a policy nothing asks for protection";
  EXPECT_EQ(Unsigned(Url(given, "hd", "rtmp")),
            "rtmp://pull.vendor.example/live/s1_hd?fast_open=-1800&");
  EXPECT_EQ(Unsigned(Url(given, "hd", "hls")), "https://pull.vendor.example/live/s1_hd.m3u8?");
  LatencyPolicy policy;
  policy.name = "flv";
  policy.target_ms = 3000;
  policy.network_ms = 200;
  given.config().latency_policies = {policy};
  given.config().publish_points[0].latency_policy = "flv";
  EXPECT_EQ(Unsigned(Url(given, "hd", "flv")),
            "https://pull.vendor.example/live/s1_hd.flv?fast_open=-1800&protected_period=5000&"
            "gop_keep_duration=1500&");
  EXPECT_EQ(Unsigned(Url(given, "hd", "flv", kNow, 2)),
            "https://pull.vendor.example/live/s1_hd.flv?fast_open=-4300&protected_period=5000&"
            "gop_keep_duration=1500&");
}

TEST(PlayUrlTest, TemplatesMayNameTheStreamAnywhere) {
  Given given = World();
  auto& templates = given.config().cdns[1].pull_templates;
  given.config().cdns[1].gop_cache.query = "m={ms}";
  templates["flv"] = "https://{host}/play?app={app}&stream={stream}{suffix}";
  EXPECT_EQ(Unsigned(Url(given, "hd", "flv")),
            "https://pull.vendor.example/play?app=live&stream=s1_hd&m=1800&");
  templates["flv"] = "https://{host}/{suffix}/{stream}/{stream}.flv";
  EXPECT_EQ(Unsigned(Url(given, "hd", "flv")), "https://pull.vendor.example/_hd/s1/s1.flv?m=1800&");
  EXPECT_EQ(Unsigned(Url(given, "ao", "flv")),
            "https://pull.vendor.example//s1/s1.flv?m=1800&only_audio=1&");
}

TEST(PlayUrlTest, FormatsMayHaveDomainsOfTheirOwn) {
  Given given = World();
  given.config().cdns[1].pull_domains["hls"] = "hls.vendor.example";
  EXPECT_TRUE(absl::StartsWith(Url(given, "hd", "hls"), "https://hls.vendor.example/live/"));
  EXPECT_TRUE(absl::StartsWith(Url(given, "hd", "flv"), "https://pull.vendor.example/live/"));
}

TEST(PlayUrlTest, VendorsHaveTheirOwnSuffixes) {
  Given given = World();
  given.config().cdns[1].suffixes["hd"] = "720p";
  EXPECT_EQ(Unsigned(Url(given, "hd", "flv")), "https://pull.vendor.example/live/s1_720p.flv?");
}

TEST(PlayUrlTest, OnesOwnRelaysAreSignedLikeAnyCdn) {
  Given given = World();
  given.config().ratio_rules[0].main = {{"own", 1}};
  Signing& signing = given.config().cdns[0].pull_signing;
  signing.method = SignMethod::kHmacSha256;
  signing.key = "secret-of-relays";
  const std::string url = Url(given, "hd", "flv");
  EXPECT_TRUE(absl::StartsWith(url, "http://192.0.2.1:8088/live/s1_hd.flv?gop_cache_ms=1800&sign="))
      << url;
  EXPECT_TRUE(absl::StrContains(url, "&expire=17900"));
}

}  // namespace
}  // namespace nearcast::scheduler
