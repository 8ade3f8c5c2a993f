#include "services/scheduler/json_scheduler.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/fake_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rapidjson/document.h"
#include "schedulerlib/testing/given.h"
#include "services/scheduler/stream_lifecycle.h"
#include "services/store/memory_store.h"

namespace nearcast {
namespace {

using ::testing::HasSubstr;

scheduler::Given World() {
  return scheduler::Given()
      .Own("own")
      .Node("gz", "CN/440000/440100/chinatelecom", {"192.0.2.1"})
      .Node("bj", "CN/110000/110100/chinaunicom", {"192.0.2.2"})
      .Network("10.1.0.0/16", "CN/440000/440100/chinatelecom")
      .Network("10.2.0.0/16", "CN/110000/110100/chinaunicom")
      .Point("show", {"own"}, {"origin", "hd"})
      .Policy("hd", {{3, scheduler::Tier::kOrigin}})
      .Ratio("default", {{"own", 1}});
}

class JsonSchedulerTest : public ::testing::Test {
 protected:
  void SetUp() override { RegisterJsonScheduler(&router_, &scheduler_); }

  http::Response Ask(http::Method method, absl::string_view path, absl::string_view query,
                     absl::string_view body = "") {
    http::Request request;
    const http::RouteMatch match = router_.Find(method, path);
    request.method = method;
    request.path = path;
    request.query = query;
    request.body = body;
    request.wildcard = match.wildcard;
    request.client = scheduler::Ip("10.2.0.9");
    request.headers = headers_;
    http::Response response;
    match.endpoint->now(request, response);
    return response;
  }

  http::Response Get(absl::string_view path, absl::string_view query = "") {
    return Ask(http::Method::kGet, path, query);
  }
  http::Response Post(absl::string_view body) {
    return Ask(http::Method::kPost, "/v1/streams", "", body);
  }
  http::Response Change(absl::string_view path, absl::string_view body) {
    return Ask(http::Method::kPost, absl::StrCat("/v1/streams/", path), "", body);
  }

  void PublishStream() {
    ASSERT_EQ(Post(R"({"publish_point":"show","stream":"s1"})").status, 200);
    lifecycle_.ApplyPublished({.started = {"live/s1"}, .stopped = {}});
  }

  // "STATUS CODE" of a refusal.
  static std::string ErrorOf(const http::Response& response) {
    rapidjson::Document body;
    body.Parse(response.body);
    if (body.HasParseError() || !body.HasMember("code")) return response.body;
    return std::to_string(response.status) + " " + body["code"].GetString();
  }

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  store::MemoryStore store_;
  StreamTable streams_{&store_};
  SnapshotHolder<scheduler::Snapshot> snapshots_{World().Snapshot()};
  StreamScheduler scheduler_{&clock_, &snapshots_, &streams_};
  StreamLifecycle lifecycle_{&clock_, &snapshots_, &streams_};
  http::Router router_;
  std::vector<http::HeaderField> headers_;  // of what is asked
};

TEST_F(JsonSchedulerTest, PostMakesAStreamAndGetShowsIt) {
  const http::Response made =
      Post(R"({"publish_point":"show","stream":"s1","broadcaster":{"address":"10.1.0.1"}})");
  EXPECT_EQ(made.status, 200);
  EXPECT_EQ(made.content_type, http::kJsonType);
  rapidjson::Document stream;
  stream.Parse(made.body);
  ASSERT_FALSE(stream.HasParseError()) << made.body;
  EXPECT_STREQ(stream["state"].GetString(), "CREATED");
  EXPECT_STREQ(stream["publish_point"].GetString(), "show");
  EXPECT_STREQ(stream["push_lines"][0]["url"].GetString(), "rtmp://192.0.2.1/live/s1");
  EXPECT_THAT(Get("/v1/streams/s1").body, HasSubstr("rtmp://192.0.2.1/live/s1"));
  EXPECT_EQ(ErrorOf(Get("/v1/streams/s2")), "404 STREAM_NOT_FOUND");
}

TEST_F(JsonSchedulerTest, AStreamMayEndWithItsPublishersGoodbye) {
  EXPECT_THAT(Post(R"({"publish_point":"show","stream":"s1","ends_on_unpublish":true})").body,
              HasSubstr(R"("ends_on_unpublish":true)"));
  EXPECT_TRUE(streams_.Find("s1")->ends_on_unpublish);
  EXPECT_THAT(Get("/v1/streams/s1").body, HasSubstr(R"("ends_on_unpublish":true)"));
}

TEST_F(JsonSchedulerTest, AStreamIsPushedOnAndNoMore) {
  PublishStream();
  EXPECT_THAT(Change("s1/forward", R"({"urls":["rtmp://192.0.2.9/live/copy"]})").body,
              HasSubstr(R"("forwards":["rtmp://192.0.2.9/live/copy"])"));
  EXPECT_THAT(Get("/v1/streams/s1").body,
              HasSubstr(R"("forwards":["rtmp://192.0.2.9/live/copy"])"));
  EXPECT_EQ(Change("s1/forward", R"({"urls":["http://192.0.2.9/live/copy"]})").status, 400);
  const http::Response none = Change("s1/forward", "");
  EXPECT_EQ(none.status, 200);
  EXPECT_THAT(none.body, ::testing::Not(HasSubstr("forwards")));
}

TEST_F(JsonSchedulerTest, AStreamGoesThroughItsStates) {
  ASSERT_EQ(Post(R"({"publish_point":"show","stream":"s1"})").status, 200);
  EXPECT_THAT(Change("s1/state", R"({"state":"PUBLISHING"})").body,
              HasSubstr(R"("state":"PUBLISHING")"));
  EXPECT_THAT(Change("s1/move", R"({"play_cdn":"own"})").body, HasSubstr(R"("play_cdn":"own")"));
  EXPECT_THAT(Change("s1/preheat", R"({"nodes":["bj"]})").body, HasSubstr(R"("nodes":["bj"])"));
  EXPECT_THAT(Change("s1/end", "").body, HasSubstr(R"("state":"ENDED")"));
  EXPECT_EQ(ErrorOf(Change("s1/preheat", "{}")), "400 STREAM_ENDED");
}

TEST_F(JsonSchedulerTest, StreamsAreListed) {
  PublishStream();
  ASSERT_EQ(Post(R"({"publish_point":"show","stream":"s2"})").status, 200);
  ASSERT_EQ(Post(R"({"publish_point":"show","stream":"t1"})").status, 200);
  const auto names = [this](absl::string_view query) {
    rapidjson::Document body;
    body.Parse(Get("/v1/streams", query).body);
    std::string names = body.HasMember("next_page_token") ? "more:" : "";
    if (!body.HasMember("streams")) return names;
    for (const auto& stream : body["streams"].GetArray()) names += stream["name"].GetString();
    return names;
  };
  EXPECT_EQ(names(""), "s1s2t1");
  EXPECT_EQ(names("state=CREATED&name_prefix=s"), "s2");
  EXPECT_EQ(names("page_size=2"), "more:s1s2");
  rapidjson::Document page;
  page.Parse(Get("/v1/streams", "page_size=2").body);
  const std::string token = page["next_page_token"].GetString();
  EXPECT_EQ(names(absl::StrCat("page_size=2&page_token=", token)), "t1");
  EXPECT_EQ(ErrorOf(Get("/v1/streams", absl::StrCat("name_prefix=s&page_token=", token))),
            "400 INVALID_PAGE_TOKEN");
  EXPECT_EQ(names("created_from=2100-01-01T00:00:00Z"), "");
}

TEST_F(JsonSchedulerTest, PagesOfOtherSitesChangeNothing) {
  PublishStream();
  headers_ = {{"Host", "live.example:8080"}, {"Origin", "https://elsewhere.example"}};
  EXPECT_EQ(ErrorOf(Change("s1/end", "")), "403 FOREIGN_ORIGIN");
  EXPECT_EQ(ErrorOf(Post(R"({"publish_point":"show"})")), "403 FOREIGN_ORIGIN");
  EXPECT_EQ(Get("/v1/streams/s1").status, 200);
  headers_[1].value = "http://live.example:8080";
  EXPECT_EQ(Change("s1/end", "").status, 200);
}

TEST_F(JsonSchedulerTest, PlayAnswersForTheGivenOrTheConnectionsAddress) {
  PublishStream();
  const http::Response given = Get("/v1/play", "stream=s1&ip=10.1.0.1");
  EXPECT_EQ(given.status, 200);
  EXPECT_THAT(given.body, ::testing::StartsWith("{\"stream_url\":{\"flv_pull_url\":"));
  EXPECT_THAT(given.body, HasSubstr("http://192.0.2.1:8088/live/s1.flv"));
  EXPECT_THAT(given.headers, HasSubstr("Access-Control-Allow-Origin: *\r\n"));
  EXPECT_THAT(Get("/v1/play", "stream=s1").body, HasSubstr("http://192.0.2.2:8088/live/s1.flv"));
}

TEST_F(JsonSchedulerTest, PlayTakesGradeViewerAndFormat) {
  PublishStream();
  const auto opened = [this](absl::string_view query) {
    rapidjson::Document body;
    body.Parse(Get("/v1/play", query).body);
    return std::string(body["stream_url"]["live_core_sdk_data"]["pull_data"]["options"]
                           ["default_quality"]["sdk_key"]
                               .GetString());
  };
  EXPECT_EQ(opened("stream=s1"), "hd");
  EXPECT_EQ(opened("stream=s1&grade=3&viewer=v1&app=tv&device=phone&app_version=2"), "origin");
  EXPECT_EQ(opened("stream=s1&format=stream_data"), "hd");
  EXPECT_THAT(Get("/v1/play", "stream=s1&format=veplayer").body,
              ::testing::StartsWith("{\"enableABR\":"));
}

TEST_F(JsonSchedulerTest, APlaylistLeadsToTheSameViewersSteering) {
  scheduler::Given given = World();
  given.config().cdns[0].pull_templates["hls"] = "http://{host}/{app}/{stream}{suffix}.m3u8";
  snapshots_.Publish(given.Snapshot());
  PublishStream();
  const http::Response playlist = Get("/v1/play", "stream=s1&format=hls&ip=10.1.0.1");
  EXPECT_EQ(playlist.content_type, "application/vnd.apple.mpegurl");
  EXPECT_THAT(playlist.body,
              HasSubstr("SERVER-URI=\"/v1/steering/s1?stream=s1&format=hls&ip=10.1.0.1\","
                        "PATHWAY-ID=\"own\""));
  EXPECT_THAT(playlist.body, HasSubstr("http://192.0.2.1:8088/live/s1_hd.m3u8"));
  EXPECT_EQ(Get("/v1/steering/s1", "ip=10.1.0.1&_HLS_pathway=own").body,
            R"({"VERSION":1,"TTL":60,"PATHWAY-PRIORITY":["own"],"PATHWAY-CLONES":[]})");
  EXPECT_THAT(Get("/v1/steering/s1", "_DASH_pathway=own").body,
              HasSubstr(R"("SERVICE-LOCATION-PRIORITY":["own"])"));
}

TEST_F(JsonSchedulerTest, SteeringEndsWithTheStream) {
  PublishStream();
  EXPECT_EQ(Get("/v1/steering/s1").status, 200);
  EXPECT_EQ(ErrorOf(Get("/v1/steering/s2")), "404 STREAM_NOT_FOUND");
  v1::EndStreamRequest end;
  end.set_stream("s1");
  ASSERT_TRUE(scheduler_.EndStream(end).ok());
  EXPECT_EQ(ErrorOf(Get("/v1/steering/s1")), "410 STREAM_ENDED");
}

TEST_F(JsonSchedulerTest, PlayHasOtherForms) {
  PublishStream();
  EXPECT_THAT(Get("/v1/play", "stream=s1&format=auto").body,
              ::testing::StartsWith(R"({"version":"1.0","adaptationSet":[)"));
  EXPECT_EQ(ErrorOf(Get("/v1/play", "stream=s1&format=hls")), "400 FORMAT_NOT_DELIVERED");
}

TEST_F(JsonSchedulerTest, ManyStreamsAreAskedAtOnce) {
  PublishStream();
  const http::Response many = Get("/v1/plays", "streams=s1,no%22such&ip=10.1.0.1");
  rapidjson::Document body;
  body.Parse(many.body);
  ASSERT_FALSE(body.HasParseError()) << many.body;
  ASSERT_EQ(body["results"].Size(), 2u);
  EXPECT_STREQ(body["results"][0]["stream"].GetString(), "s1");
  EXPECT_TRUE(body["results"][0]["stream_url"].IsObject());
  EXPECT_STREQ(body["results"][1]["stream"].GetString(), "no\"such");
  EXPECT_STREQ(body["results"][1]["code"].GetString(), "STREAM_NOT_FOUND");
  EXPECT_EQ(Get("/v1/plays", "streams=").body, R"({"results":[]})");
  EXPECT_THAT(Get("/v1/plays", "streams=s1&format=veplayer").body,
              ::testing::StartsWith(R"({"results":[{"stream":"s1","document":{"enableABR":)"));
  EXPECT_EQ(ErrorOf(Get("/v1/plays", "streams=s1&format=mp4")), "400 INVALID_FORMAT");
}

TEST_F(JsonSchedulerTest, ErrorsHaveTheGrpcCodesHttpStatusAndTheReason) {
  EXPECT_EQ(ErrorOf(Post("{")), "400 INVALID_JSON");
  EXPECT_EQ(ErrorOf(Post(R"({"publishpoint":"show"})")), "400 INVALID_JSON");
  EXPECT_EQ(ErrorOf(Change("s1/forward", R"({"url":"x"})")), "400 INVALID_JSON");
  EXPECT_EQ(ErrorOf(Change("s1/forward", R"({"stream":"s2"})")), "400 INVALID_JSON");
  EXPECT_EQ(ErrorOf(Change("s1/forward", "")), "404 STREAM_NOT_FOUND");
  EXPECT_EQ(ErrorOf(Change("s1/rename", "")), "404 UNKNOWN_CALL");
  EXPECT_EQ(ErrorOf(Change("s1", "")), "404 UNKNOWN_CALL");
  EXPECT_EQ(ErrorOf(Get("/v1/streams", "pages=1")), "400 INVALID_QUERY");
  EXPECT_EQ(ErrorOf(Get("/v1/streams", "page_size=%zz")), "400 INVALID_QUERY");
  EXPECT_EQ(ErrorOf(Post(R"({"publish_point":"x"})")), "404 PUBLISH_POINT_NOT_FOUND");
  EXPECT_EQ(ErrorOf(Post(R"({"publish_point":"show","stream":"/"})")), "400 INVALID_STREAM_NAME");
  ASSERT_EQ(Post(R"({"publish_point":"show","stream":"s1"})").status, 200);
  EXPECT_EQ(ErrorOf(Post(R"({"publish_point":"show","stream":"s1"})")), "409 STREAM_EXISTS");
  EXPECT_EQ(ErrorOf(Get("/v1/play", "stream=s1")), "400 STREAM_CREATED");
  lifecycle_.ApplyPublished({.started = {"live/s1"}, .stopped = {}});
  EXPECT_EQ(ErrorOf(Get("/v1/play")), "404 STREAM_NOT_FOUND");
  EXPECT_EQ(ErrorOf(Get("/v1/play", "stream=%zz")), "400 INVALID_QUERY");
  EXPECT_EQ(ErrorOf(Get("/v1/play", "stream=s1&ip=x")), "400 INVALID_VIEWER");
  EXPECT_EQ(ErrorOf(Get("/v1/play", "stream=s1&grade=best")), "400 INVALID_VIEWER");
  EXPECT_EQ(ErrorOf(Get("/v1/play", "stream=s1&grade=9")), "400 INVALID_VIEWER");
  EXPECT_EQ(ErrorOf(Get("/v1/play", "stream=s1&recent_stalls=-1")), "400 INVALID_VIEWER");
  EXPECT_EQ(ErrorOf(Get("/v1/play", "stream=s1&format=mp4")), "400 INVALID_FORMAT");
  v1::UpdateStreamStateRequest ban;
  ban.set_stream("s1");
  ban.set_state(v1::Stream::BANNED);
  ASSERT_TRUE(scheduler_.UpdateStreamState(ban).ok());
  EXPECT_EQ(ErrorOf(Get("/v1/play", "stream=s1")), "403 STREAM_BANNED");
}

TEST_F(JsonSchedulerTest, CorsHoldsForRefusalsToo) {
  EXPECT_THAT(Get("/v1/play", "stream=x").headers, HasSubstr("Access-Control-Allow-Origin: *\r\n"));
}

}  // namespace
}  // namespace nearcast
