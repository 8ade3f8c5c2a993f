#include "services/client/client_desk.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/fake_clock.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "nearcast/v1/client.grpc.pb.h"
#include "schedulerlib/testing/given.h"
#include "services/client/grpc_client.h"
#include "services/rpc/status.h"

namespace nearcast {
namespace {

using ::testing::HasSubstr;

scheduler::Given World() {
  scheduler::Given given;
  given.Own("own")
      .Node("gz", "CN/440000/440100/chinatelecom", {"192.0.2.1"})
      .Network("10.1.0.0/16", "CN/440000/440100/chinatelecom")
      .Point("show", {"own"})
      .Ratio("default", {{"own", 1}});
  scheduler::ClientPolicy policy;
  policy.name = "android";
  policy.match.oses = {"android *"};
  policy.encoder.video = {scheduler::ClientCodecName::kH265, scheduler::Acceleration::kHardware};
  policy.encoder.audio_first = true;
  policy.decoder.start_buffer_ms = 400;
  given.config().client_policies.push_back(policy);
  return given;
}

v1::GetClientConfigRequest Request(const std::string& os) {
  v1::GetClientConfigRequest request;
  request.set_publish_point("show");
  request.set_address("10.1.0.9");
  request.set_os(os);
  return request;
}

class ClientDeskTest : public ::testing::Test {
 protected:
  void SetUp() override { RegisterJsonClient(&router_, &desk_); }

  http::Response Get(absl::string_view query, absl::string_view known = "") {
    http::Request request;
    request.path = "/v1/client";
    request.query = query;
    request.client = scheduler::Ip("10.1.0.9");
    if (!known.empty()) request.headers.push_back({"If-None-Match", known});
    http::Response response;
    router_.Find(http::Method::kGet, request.path).endpoint->now(request, response);
    return response;
  }

  std::string ErrorOf(const v1::GetClientConfigRequest& request) {
    const auto config = desk_.GetClientConfig(request);
    return absl::StatusCodeToString(config.status().code()) + " " + rpc::ReasonOf(config.status());
  }

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  SnapshotHolder<scheduler::Snapshot> snapshots_{World().Snapshot()};
  ClientDesk desk_{&clock_, &snapshots_};
  http::Router router_;
};

TEST_F(ClientDeskTest, ADeviceGetsItsCodecsAndTheAddressesNearestToIt) {
  const v1::ClientConfig config = desk_.GetClientConfig(Request("android 13")).value();
  EXPECT_EQ(config.encoder().video().codec(), v1::ClientCodec::H265);
  EXPECT_TRUE(config.encoder().audio_first());
  EXPECT_EQ(config.decoder().start_buffer_ms(), 400u);
  ASSERT_EQ(config.push_size(), 1);
  EXPECT_EQ(config.push(0).host(), "192.0.2.1");
  ASSERT_EQ(config.play_size(), 1);
  EXPECT_EQ(config.play(0).host(), "192.0.2.1:8088");
  ASSERT_EQ(config.policies_size(), 1);
  EXPECT_EQ(config.policies(0), "android");
}

TEST_F(ClientDeskTest, TheVersionStaysUntilSomethingChangesForThisClient) {
  v1::GetClientConfigRequest request = Request("ios 17");
  const std::string version = desk_.GetClientConfig(request)->version();
  request.set_known_version(version);
  const v1::ClientConfig same = desk_.GetClientConfig(request).value();
  EXPECT_TRUE(same.not_modified());
  EXPECT_EQ(same.version(), version);
  EXPECT_EQ(same.push_size(), 0);
  EXPECT_EQ(desk_.counters().not_modified, 1u);

  scheduler::Given other = World();
  other.config().client_policies[0].decoder.start_buffer_ms = 600;
  snapshots_.Publish(other.Snapshot());
  EXPECT_TRUE(desk_.GetClientConfig(request)->not_modified());  // that policy is not for iOS
  request.set_os("android 13");
  EXPECT_FALSE(desk_.GetClientConfig(request)->not_modified());
}

TEST_F(ClientDeskTest, RefusalsHaveTheirReasons) {
  v1::GetClientConfigRequest request = Request("");
  request.set_publish_point("nosuch");
  EXPECT_EQ(ErrorOf(request), "NOT_FOUND PUBLISH_POINT_NOT_FOUND");
  request = Request("");
  request.set_address("here");
  EXPECT_EQ(ErrorOf(request), "INVALID_ARGUMENT INVALID_CLIENT");
  request = Request("");
  request.set_network_grade(9);
  EXPECT_EQ(ErrorOf(request), "INVALID_ARGUMENT INVALID_CLIENT");
  EXPECT_EQ(desk_.counters().refused, 3u);
}

TEST_F(ClientDeskTest, OverHttpTheVersionIsTheEntityTag) {
  const http::Response first = Get("publish_point=show&os=android+13");
  EXPECT_EQ(first.status, 200);
  EXPECT_THAT(first.body, HasSubstr(R"("codec":"H265")"));
  EXPECT_THAT(first.body, HasSubstr(R"("host":"192.0.2.1:8088")"));
  const size_t begin = first.headers.find("ETag: ") + 6;
  const std::string tag = first.headers.substr(begin, first.headers.find('\r', begin) - begin);
  EXPECT_EQ(Get("publish_point=show&os=android+13", tag).status, 304);
  EXPECT_EQ(Get("publish_point=show&os=ios+17", tag).status, 200);
  EXPECT_EQ(Get("publish_point=nosuch").status, 404);
  EXPECT_EQ(Get("publish_point=show&grade=best").status, 400);
  EXPECT_EQ(Get("publish_point=%zz").status, 400);
}

// A policy for each attribute, and another scene: whatever a client says changes its answer.
scheduler::Given CuriousWorld() {
  scheduler::Given given = World();
  given.Network("10.2.0.0/16", "CN/110000/110100/chinaunicom").Point("other", {"own"});
  const auto add = [&given](const std::string& name, const scheduler::RuleMatch& match) {
    scheduler::ClientPolicy policy;
    policy.name = name;
    policy.match = match;
    policy.encoder.audio_first = true;
    given.config().client_policies.push_back(policy);
  };
  add("scene", {.publish_points = {"other"}});
  add("isp", {.isps = {"chinaunicom"}});
  add("half", {.percent = 50});
  add("device", {.devices = {"x*"}});
  add("os", {.oses = {"x*"}});
  add("app", {.apps = {"x*"}});
  add("app-version", {.app_version_min = "3"});
  add("network", {.networks = {"x*"}});
  add("grade", {.grade_min = 3, .grade_max = 3});
  add("class", {.viewer_classes = {"x*"}});
  return given;
}

TEST_F(ClientDeskTest, EveryFieldOfTheRequestMeansTheSameAsAParameter) {
  snapshots_.Publish(CuriousWorld().Snapshot());
  const std::map<std::string, std::string> params = {{"publish_point", "publish_point"},
                                                     {"address", "ip"},
                                                     {"device_id", "device_id"},
                                                     {"device", "device"},
                                                     {"os", "os"},
                                                     {"app", "app"},
                                                     {"app_version", "app_version"},
                                                     {"network", "network"},
                                                     {"network_grade", "grade"},
                                                     {"client_class", "class"},
                                                     {"known_version", "If-None-Match"}};
  const auto base = desk_.GetClientConfig(Request(""));
  ASSERT_TRUE(base.ok());
  EXPECT_EQ(Get("publish_point=show", base->version()).status, 304);
  const auto& type = *v1::GetClientConfigRequest::descriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const std::string& field = type.field(i)->name();
    ASSERT_EQ(params.count(field), 1u) << field << ": add it to client_desk.h, and here";
    if (field == "known_version") continue;
    int changes = 0;
    for (const char* said : {"x1", "x2", "x3", "x4", "x5", "x6", "x7", "3", "10.2.0.9", "other"}) {
      v1::GetClientConfigRequest request;
      const std::string json = absl::StrCat("{\"", field, "\":\"", said, "\"}");
      if (!google::protobuf::util::JsonStringToMessage(json, &request).ok()) continue;
      if (request.publish_point().empty()) request.set_publish_point("show");
      if (request.address().empty()) request.set_address("10.1.0.9");
      const auto by_grpc = desk_.GetClientConfig(request);
      if (!by_grpc.ok() || by_grpc->version() == base->version()) continue;
      ++changes;
      const http::Response by_http =
          Get(absl::StrCat(params.at(field), "=", said, "&publish_point=show"));
      EXPECT_THAT(by_http.body, HasSubstr(by_grpc->version())) << field << " " << said;
    }
    EXPECT_GT(changes, 0) << field;
  }
}

TEST_F(ClientDeskTest, AnswersOverGrpc) {
  const auto service = MakeGrpcClient(&desk_);
  grpc::ServerBuilder builder;
  builder.RegisterService(service.get());
  const auto server = builder.BuildAndStart();
  const auto stub =
      v1::ClientConfiguration::NewStub(server->InProcessChannel(grpc::ChannelArguments()));
  grpc::ClientContext context;
  v1::ClientConfig config;
  ASSERT_TRUE(stub->GetClientConfig(&context, Request("android 13"), &config).ok());
  EXPECT_EQ(config.push(0).node(), "gz");
  server->Shutdown();
}

}  // namespace
}  // namespace nearcast
