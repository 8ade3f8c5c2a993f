#include "schedulerlib/client/client_decision.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Guangdong Telecom is 10.1/16, Beijing Unicom 10.2/16.
Given World() {
  return Given()
      .Own("own")
      .Node("gz", "CN/440000/440100/chinatelecom", {"192.0.2.1"})
      .Node("bj", "CN/110000/110100/chinaunicom", {"192.0.2.2"})
      .Vendor("vendor")
      .Network("10.1.0.0/16", "CN/440000/440100/chinatelecom")
      .Network("10.2.0.0/16", "CN/110000/110100/chinaunicom")
      .Point("show", {"own", "vendor"})
      .Ratio("default", {{"own", 1}}, {{"vendor", 1}});
}

Viewer Client(absl::string_view address) {
  Viewer client;
  client.address = Ip(address);
  client.key = "device-1";
  client.os = "android 13";
  return client;
}

std::vector<std::string> Texts(const std::vector<ClientAddress>& addresses) {
  std::vector<std::string> texts;
  for (const ClientAddress& address : addresses) {
    texts.push_back(absl::StrCat(address.cdn, "/", address.node, " ", address.host));
  }
  return texts;
}

TEST(ClientDecisionTest, AddressesAreThoseThatPushAndPlayWouldDecide) {
  const auto snapshot = World().Snapshot();
  const auto south = DecideClient(*snapshot, "show", Client("10.1.0.1"), absl::UnixEpoch()).value();
  EXPECT_THAT(Texts(south.push),
              ElementsAre("own/gz 192.0.2.1", "vendor/ push.vendor.example", "own/bj 192.0.2.2"));
  EXPECT_THAT(Texts(south.play),
              ElementsAre("own/gz 192.0.2.1:8088", "vendor/ pull.vendor.example"));
  const auto north = DecideClient(*snapshot, "show", Client("10.2.0.1"), absl::UnixEpoch()).value();
  EXPECT_EQ(Texts(north.push).front(), "own/bj 192.0.2.2");
  EXPECT_EQ(Texts(north.play).front(), "own/bj 192.0.2.2:8088");
}

TEST(ClientDecisionTest, PoliciesMatchThePlaceAndTheScene) {
  Given given = World();
  ClientPolicy policy;
  policy.name = "telecom";
  policy.match.isps = {"chinatelecom"};
  policy.match.publish_points = {"show"};
  policy.encoder.gop_ms = 1000;
  given.config().client_policies.push_back(policy);
  const auto snapshot = given.Snapshot();
  const auto decide = [&](absl::string_view address) {
    return DecideClient(*snapshot, "show", Client(address), absl::UnixEpoch())->settings;
  };
  EXPECT_EQ(decide("10.1.0.1").encoder.gop_ms, 1000u);
  EXPECT_THAT(decide("10.2.0.1").policies, IsEmpty());
}

TEST(ClientDecisionTest, PushAddressesAreForTheScenesProtocol) {
  Given given = World();
  Cdn& own = given.config().cdns[0];
  own.push_templates["flv"] = "http://{host}/{app}/{stream}.flv";
  Cdn& vendor = given.config().cdns[1];
  vendor.push_templates["flv"] = "https://{host}/{app}/{stream}.flv";
  vendor.push_domains["flv"] = "post.vendor.example";
  vendor.pull_domains["flv"] = "flv.vendor.example";
  given.config().publish_points[0].push_protocol = "flv";
  const auto snapshot = given.Snapshot();
  const auto decision =
      DecideClient(*snapshot, "show", Client("10.1.0.1"), absl::UnixEpoch()).value();
  EXPECT_THAT(
      Texts(decision.push),
      ElementsAre("own/gz 192.0.2.1:8088", "vendor/ post.vendor.example", "own/bj 192.0.2.2:8088"));
  EXPECT_EQ(Texts(decision.play).back(), "vendor/ flv.vendor.example");
}

TEST(ClientDecisionTest, KeyframesComeAsTheLatencyPolicyNeedsThem) {
  Given given = World();
  given.config().client_policies.push_back({.name = "all", .encoder = {.gop_ms = 2000}});
  given.config().latency_policies = {
      {.name = "near", .target_ms = 1000, .difference_ms = 500, .network_ms = 200}};
  given.config().publish_points[0].latency_policy = "near";
  for (TranscodeTemplate& made : given.config().transcode_templates) made.gop_s = 1;
  const auto snapshot = given.Snapshot();
  EXPECT_EQ(DecideClient(*snapshot, "show", Client("10.1.0.1"), absl::UnixEpoch())
                ->settings.encoder.gop_ms,
            1000u);
}

TEST(ClientDecisionTest, AnAppThatOnlyPlaysNeedsNoPlaceToPushTo) {
  Given given = World();
  given.config().publish_points[0].push_cdns = {"own"};
  given.config().cdns[0].disabled = true;
  given.config().ratio_rules.clear();
  given.Ratio("default", {{"vendor", 1}});
  const auto snapshot = given.Snapshot();
  const auto decision = DecideClient(*snapshot, "show", Client("10.1.0.1"), absl::UnixEpoch());
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_THAT(decision->push, IsEmpty());
  EXPECT_THAT(Texts(decision->play), ElementsAre("vendor/ pull.vendor.example"));
}

TEST(ClientDecisionTest, AnUnknownSceneAndOneWithoutACdnAreErrors) {
  Given given = World();
  for (Cdn& cdn : given.config().cdns) cdn.disabled = true;
  const auto snapshot = given.Snapshot();
  const auto code = [&](const std::string& point) {
    return DecideClient(*snapshot, point, Client("10.1.0.1"), absl::UnixEpoch()).status().code();
  };
  EXPECT_EQ(code("nosuch"), absl::StatusCode::kNotFound);
  EXPECT_EQ(code("show"), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace nearcast::scheduler
