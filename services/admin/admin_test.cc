#include "services/admin/admin.h"

#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/yaml/resource_reader.h"
#include "schedulerlib/testing/given.h"
#include "services/admin/admin_fixture.h"

namespace nearcast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kConfig[] = R"(
kind: Cdn
name: own
spec:
  kind: OWN
  addressing: NODE_ADDRESS
  pull_templates: {flv: "http://{host}/{app}/{stream}{suffix}.flv"}
---
kind: Cdn
name: vendor
spec:
  push_domain: push.vendor.example
  pull_domain: pull.vendor.example
  pull_templates: {flv: "https://{host}/{app}/{stream}{suffix}.flv"}
---
kind: Node
name: gz
spec:
  cdn: own
  location: {country: CN, region: "440000", city: "440100", isp: chinatelecom}
  addresses: [192.0.2.1]
---
kind: Node
name: bj
spec:
  cdn: own
  location: {country: CN, region: "110000", city: "110100", isp: chinaunicom}
  addresses: [192.0.2.2]
---
kind: Domain
name: live.example
spec:
  zone_file: |
    @ 60 SOA ns1 hostmaster 1 7200 1800 259200 60
    @ 60 NS ns1
    ns1 60 A 192.0.2.53
  scheduled_names: [{name: pull, cdn: own, answers: 1}]
---
kind: TranscodeTemplate
name: origin
spec: {tier: origin}
---
kind: TranscodeTemplate
name: hd
spec: {tier: hd, bitrate_bps: 2000000}
---
kind: QualityPolicy
name: default
spec: {default_tier: origin}
---
kind: PublishPoint
name: show
spec: {push_cdns: [own], transcode_templates: [origin, hd], quality_policy: default}
---
kind: RatioRule
name: default
spec: {main: [{cdn: own, weight: 100}], backup: [{cdn: vendor, weight: 1}]}
)";

std::vector<v1::Resource> Read(const std::string& text) {
  const std::vector<yaml::ResourceText> texts = {{"test.yaml", text}};
  const auto sources = yaml::ParseResources(texts);
  EXPECT_TRUE(sources.ok()) << sources.status();
  std::vector<v1::Resource> resources;
  for (const yaml::ResourceSource& source : *sources) resources.push_back(source.resource);
  return resources;
}

v1::ApplyRequest ApplyOf(const std::string& text) {
  v1::ApplyRequest request;
  for (const v1::Resource& resource : Read(text)) *request.add_resources() = resource;
  request.mutable_note()->set_author("ann");
  request.mutable_note()->set_reason("a test");
  return request;
}

constexpr char kSecondGuangzhouNode[] = R"(
kind: Node
name: gz-2
spec:
  cdn: own
  location: {country: CN, region: "440000", city: "440100", isp: chinatelecom}
  addresses: [192.0.2.3]
)";

class AdminTest : public AdminFixture {
 protected:
  AdminTest() : AdminFixture(Places()) {}

  void SetUp() override {
    ASSERT_TRUE(follower_.Start().ok());
    ASSERT_TRUE(admin_.Apply(ApplyOf(kConfig)).ok());
  }

  static std::shared_ptr<const ipdb::PrefixTable> Places() {
    return scheduler::Given()
        .Network("10.1.0.0/16", "CN/440000/440100/chinatelecom")
        .Network("10.2.0.0/16", "CN/110000/110100/chinaunicom")
        .Network("2400:1::/32", "CN/440000/440100/chinatelecom")
        .Places();
  }

  scheduler::Standing StandingOf(const char* node) {
    return Published()->node(*Published()->FindNode(node)).standing;
  }

  std::vector<std::string> AnswerFor(const std::string& address) {
    v1::ExplainDnsRequest request;
    request.set_name("pull.live.example.");
    request.set_address(address);
    const auto explanation = admin_.ExplainDns(request).value();
    return {explanation.answer().begin(), explanation.answer().end()};
  }
};

TEST_F(AdminTest, ApplyTellsWhatItCreatedConfiguredAndLeft) {
  EXPECT_EQ(Tell(admin_.Apply(ApplyOf(kSecondGuangzhouNode))), "revision 2: Node/gz-2 CREATED");
  v1::ApplyRequest request = ApplyOf(kConfig);
  for (v1::Resource& resource : *request.mutable_resources()) {
    if (resource.name() == "bj") resource.mutable_node()->set_capacity_mbps(7);
  }
  const auto response = admin_.Apply(request);
  EXPECT_THAT(Tell(response), HasSubstr("revision 3: Cdn/own UNCHANGED"));
  EXPECT_THAT(Tell(response), HasSubstr("Node/gz UNCHANGED Node/bj CONFIGURED"));
  EXPECT_EQ(response->changes(3).before().node().capacity_mbps(), 0);
  EXPECT_EQ(response->changes(3).after().node().capacity_mbps(), 7);
}

TEST_F(AdminTest, ApplyingTheSameAgainMakesNoRevision) {
  v1::ApplyRequest request;
  const auto listed = admin_.ListResources({}).value();
  *request.mutable_resources() = listed.resources();  // with their revisions, as `get` prints them
  const auto response = admin_.Apply(request);
  EXPECT_EQ(response->revision(), 1);
  for (const auto& change : response->changes()) {
    EXPECT_EQ(change.action(), v1::ResourceChange::UNCHANGED) << change.name();
  }
  EXPECT_EQ(store_.LoadConfig()->revision, 1);
}

TEST_F(AdminTest, ChangeIsLiveInTheSnapshotWhenTheCallReturns) {
  for (int i = 0; i < 20; ++i) {
    v1::ApplyRequest request = ApplyOf(kSecondGuangzhouNode);
    request.mutable_resources(0)->mutable_node()->set_http_port(9000 + i);
    const auto response = admin_.Apply(request);
    ASSERT_TRUE(response.ok());
    ASSERT_EQ(Published()->revision, response->revision());
    ASSERT_EQ(Published()->node(*Published()->FindNode("gz-2")).spec.http_port, 9000 + i);
  }
}

TEST_F(AdminTest, ValidateOnlyTellsTheSameAndChangesNothing) {
  v1::ApplyRequest request = ApplyOf(kSecondGuangzhouNode);
  request.set_validate_only(true);
  EXPECT_EQ(Tell(admin_.Apply(request)), "revision 1: Node/gz-2 CREATED");
  EXPECT_EQ(store_.LoadConfig()->revision, 1);
  EXPECT_EQ(Published()->FindNode("gz-2"), std::nullopt);
  request.mutable_resources(0)->mutable_node()->set_cdn("x");
  EXPECT_THAT(Tell(admin_.Apply(request)), HasSubstr("INVALID_ARGUMENT INVALID_CONFIGURATION"));
}

TEST_F(AdminTest, AnotherRevisionThanTheExpectedOneIsAborted) {
  v1::ApplyRequest request = ApplyOf(kSecondGuangzhouNode);
  request.set_expected_revision(2);
  EXPECT_EQ(Tell(admin_.Apply(request)),
            "ABORTED REVISION_MISMATCH: revision 2 was expected, but 1 is current; look at what "
            "changed and try again");
  request.set_expected_revision(1);
  EXPECT_EQ(Tell(admin_.Apply(request)), "revision 2: Node/gz-2 CREATED");
}

TEST_F(AdminTest, AllMistakesAreToldAtOnceALineEach) {
  v1::ApplyRequest request = ApplyOf(kSecondGuangzhouNode);
  v1::Node& node = *request.mutable_resources(0)->mutable_node();
  node.set_cdn("x");
  node.set_addresses(0, "10.0.0.300");
  node.set_rtmp_port(70000);
  v1::Resource& policy = *request.add_resources();
  policy.set_name("default");
  policy.mutable_quality_policy()->set_default_tier("auto");
  EXPECT_EQ(Tell(admin_.Apply(request)),
            "INVALID_ARGUMENT INVALID_CONFIGURATION: "
            "Node/gz-2: spec.rtmp_port: is no port: 70000; 1 to 65535\n"
            "QualityPolicy/default: spec.default_tier: is no tier: \"auto\"; known are origin, "
            "uhd, hd, sd, ld, md, ao\n"
            "Node/gz-2: spec.cdn: names Cdn \"x\", which does not exist; there are own, vendor\n"
            "Node/gz-2: spec.addresses[0]: is not an IP address: \"10.0.0.300\"");
  EXPECT_EQ(store_.LoadConfig()->revision, 1);
}

TEST_F(AdminTest, ResourceGivenTwiceIsRefused) {
  v1::ApplyRequest request = ApplyOf(kSecondGuangzhouNode);
  *request.add_resources() = request.resources(0);
  EXPECT_EQ(Tell(admin_.Apply(request)),
            "INVALID_ARGUMENT RESOURCE_TWICE: Node/gz-2: name: is given twice");
}

TEST_F(AdminTest, SecretsAreWrittenAndNeverShown) {
  constexpr char kSigned[] = R"(
kind: Cdn
name: vendor
spec:
  push_domain: push.vendor.example
  pull_domain: pull.vendor.example
  pull_templates: {flv: "https://{host}/{app}/{stream}{suffix}.flv"}
  pull_signing: {method: TENCENT, key: "KEY"}
)";
  const auto with_key = [&](const std::string& key) {
    return ApplyOf(absl::StrReplaceAll(kSigned, {{"KEY", key}}));
  };
  const auto key_in_use = [this] {
    const auto snapshot = publisher_.holder()->Current();
    return snapshot->cdn(*snapshot->FindCdn("vendor")).spec.pull_signing.key;
  };
  ASSERT_TRUE(admin_.Apply(with_key("first")).ok());
  auto changed = admin_.Apply(with_key("second"));
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->DebugString().find("second"), std::string::npos);
  EXPECT_EQ(changed->changes(0).after().cdn().pull_signing().key(), "******** (changed)");
  EXPECT_EQ(key_in_use(), "second");

  v1::GetResourceRequest get;
  get.set_kind("Cdn");
  get.set_name("vendor");
  const auto shown = admin_.GetResource(get);
  ASSERT_TRUE(shown.ok());
  EXPECT_EQ(shown->cdn().pull_signing().key(), "********");
  const auto list = admin_.ListResources({});
  EXPECT_EQ(list->DebugString().find("second"), std::string::npos);

  // What was read can be written back.
  v1::ApplyRequest again;
  *again.add_resources() = *shown;
  again.mutable_resources(0)->mutable_cdn()->set_pull_domain("other.vendor.example");
  ASSERT_TRUE(admin_.Apply(again).ok());
  EXPECT_EQ(key_in_use(), "second");
  again.mutable_resources(0)->set_name("vendor-2");
  EXPECT_EQ(rpc::ReasonOf(admin_.Apply(again).status()), "SECRET_MISSING");
}

TEST_F(AdminTest, DeletingWhatOthersReferToIsRefused) {
  EXPECT_THAT(Tell(Delete("Cdn", "vendor")),
              HasSubstr("INVALID_ARGUMENT INVALID_CONFIGURATION: RatioRule/default: "
                        "spec.backup[0].cdn: names Cdn \"vendor\", which does not exist"));
  EXPECT_EQ(Tell(Delete("Node", "gz")), "revision 2: Node/gz DELETED");
  EXPECT_EQ(Published()->FindNode("gz"), std::nullopt);
  EXPECT_EQ(Tell(Delete("Node", "gz")),
            "NOT_FOUND RESOURCE_NOT_FOUND: there is no Node \"gz\"; see nearcastctl get Node");
}

TEST_F(AdminTest, DrainMovesAnswersAndUndrainBringsThemBack) {
  EXPECT_THAT(AnswerFor("10.1.0.1"), ElementsAre("192.0.2.1"));
  v1::DrainNodeRequest drain;
  drain.set_node("gz");
  EXPECT_EQ(Tell(admin_.DrainNode(drain)), "revision 2: Node/gz CONFIGURED");
  EXPECT_EQ(StandingOf("gz"), scheduler::Standing::kDrained);
  EXPECT_THAT(AnswerFor("10.1.0.1"), ElementsAre("192.0.2.2"));
  EXPECT_EQ(Tell(admin_.DrainNode(drain)), "revision 2: Node/gz UNCHANGED");
  v1::UndrainNodeRequest undrain;
  undrain.set_node("gz");
  EXPECT_EQ(Tell(admin_.UndrainNode(undrain)), "revision 3: Node/gz CONFIGURED");
  EXPECT_THAT(AnswerFor("10.1.0.1"), ElementsAre("192.0.2.1"));
  undrain.set_node("x");
  EXPECT_THAT(Tell(admin_.UndrainNode(undrain)), HasSubstr("NOT_FOUND RESOURCE_NOT_FOUND"));
}

TEST_F(AdminTest, RatioSetMakesARuleOrChangesTheOneThatIsThere) {
  v1::SetCdnRatioRequest request;
  request.set_rule("night");
  request.mutable_scope()->set_isp("chinaunicom");
  request.add_main()->set_cdn("vendor");
  request.mutable_main(0)->set_weight(5);
  EXPECT_EQ(Tell(admin_.SetCdnRatio(request)), "revision 2: RatioRule/night CREATED");
  EXPECT_EQ(Published()->ratio_rules[0].spec.name, "night");
  request.clear_scope();
  request.mutable_main(0)->set_weight(6);
  EXPECT_EQ(Tell(admin_.SetCdnRatio(request)), "revision 3: RatioRule/night CONFIGURED");
  EXPECT_EQ(Get("RatioRule", "night").ratio_rule().scope().isp(), "chinaunicom") << "kept";
  request.clear_rule();
  EXPECT_EQ(Tell(admin_.SetCdnRatio(request)), "revision 4: RatioRule/default CONFIGURED");
  EXPECT_EQ(Get("RatioRule", "default").ratio_rule().backup_size(), 1) << "kept";
  request.clear_main();
  EXPECT_THAT(Tell(admin_.SetCdnRatio(request)), HasSubstr("spec.main: has no weight above 0"));
}

TEST_F(AdminTest, QualityDefaultIsSetForViewersAtOnce) {
  v1::SetDefaultQualityRequest request;
  request.set_tier("hd");
  EXPECT_EQ(Tell(admin_.SetDefaultQuality(request)),
            "revision 2: QualityPolicy/default CONFIGURED");
  EXPECT_EQ(Published()->publish_points.at("show").default_tier, scheduler::Tier::kHd);
  request.set_policy("event");
  EXPECT_EQ(Tell(admin_.SetDefaultQuality(request)), "revision 3: QualityPolicy/event CREATED");
  request.set_tier("best");
  EXPECT_THAT(Tell(admin_.SetDefaultQuality(request)), HasSubstr("is no tier: \"best\""));
}

TEST_F(AdminTest, RollbackIsANewRevisionWithTheOldConfiguration) {
  ASSERT_TRUE(admin_.Apply(ApplyOf(kSecondGuangzhouNode)).ok());
  v1::DrainNodeRequest drain;
  drain.set_node("gz");
  ASSERT_TRUE(admin_.DrainNode(drain).ok());
  const auto response = Rollback(1);
  EXPECT_EQ(response->revision(), 4);
  EXPECT_THAT(Tell(response), HasSubstr("Node/gz CONFIGURED"));
  EXPECT_THAT(Tell(response), HasSubstr("Node/gz-2 DELETED"));
  EXPECT_EQ(StandingOf("gz"), scheduler::Standing::kUsable);
  EXPECT_EQ(Published()->FindNode("gz-2"), std::nullopt);
  EXPECT_EQ(Rollback(3)->revision(), 5);
  EXPECT_EQ(StandingOf("gz"), scheduler::Standing::kDrained);
  EXPECT_THAT(Tell(Rollback(77)), HasSubstr("NOT_FOUND REVISION_NOT_FOUND: "));
}

TEST_F(AdminTest, RevisionsAreListedTheNewestFirstWithTheirNotes) {
  ASSERT_TRUE(admin_.Apply(ApplyOf(kSecondGuangzhouNode)).ok());
  ASSERT_TRUE(Delete("Node", "gz-2").ok());
  v1::ListRevisionsRequest request;
  request.set_page_size(2);
  const auto response = admin_.ListRevisions(request).value();
  ASSERT_EQ(response.revisions_size(), 2);
  EXPECT_EQ(response.revisions(0).number(), 3);
  EXPECT_THAT(response.revisions(0).changes(), ElementsAre("Node/gz-2 deleted"));
  EXPECT_THAT(response.revisions(1).changes(), ElementsAre("Node/gz-2 created"));
  EXPECT_EQ(response.revisions(1).note().author(), "ann");
  EXPECT_EQ(response.revisions(1).note().reason(), "a test");
  EXPECT_EQ(response.revisions(1).time().seconds(), 1'790'000'000);
  request.set_page_size(-1);
  EXPECT_EQ(rpc::ReasonOf(admin_.ListRevisions(request).status()), "INVALID_PAGE_SIZE");
}

TEST_F(AdminTest, ResourcesAreListedInTheOrderOfKindsAndNames) {
  v1::ListResourcesRequest request;
  std::vector<std::string> keys;
  const auto listed = admin_.ListResources(request).value();
  for (const v1::Resource& resource : listed.resources()) {
    keys.push_back(resource::KeyOf(resource).ToString());
  }
  EXPECT_THAT(keys,
              ElementsAre("Cdn/own", "Cdn/vendor", "Domain/live.example", "Node/bj", "Node/gz",
                          "PublishPoint/show", "QualityPolicy/default", "RatioRule/default",
                          "TranscodeTemplate/hd", "TranscodeTemplate/origin"));
  request.set_kind("Node");
  EXPECT_EQ(admin_.ListResources(request)->resources_size(), 2);
  EXPECT_EQ(Get("Node", "gz").revision(), 1);
}

TEST_F(AdminTest, NodesAreListedWithWhatIsKnownOfThem) {
  ASSERT_TRUE(publisher_.Report({.node = "gz", .live = {.cpu = 0.5, .viewers = 9}}));
  while (publisher_.Counters().reports == 0) std::this_thread::yield();
  clock_.Advance(absl::Seconds(2));
  const auto nodes = admin_.ListNodes().value();
  ASSERT_EQ(nodes.nodes_size(), 2);
  EXPECT_EQ(nodes.nodes(0).name(), "bj");
  EXPECT_EQ(nodes.nodes(0).health(), v1::NodeStatus::UNKNOWN);
  EXPECT_FALSE(nodes.nodes(0).has_last_report_time());
  EXPECT_EQ(nodes.nodes(1).health(), v1::NodeStatus::UP);
  EXPECT_EQ(nodes.nodes(1).viewers(), 9u);
  EXPECT_EQ(nodes.nodes(1).cpu(), 0.5);
  EXPECT_EQ(nodes.nodes(1).spec().cdn(), "own");
  EXPECT_EQ(nodes.nodes(1).last_report_time().seconds(), 1'790'000'000);
}

TEST_F(AdminTest, DnsIsExplainedFromTheAnswersOwnPath) {
  v1::ExplainDnsRequest request;
  request.set_name("PULL.live.example");
  request.set_address("10.2.0.1");
  const auto explanation = admin_.ExplainDns(request).value();
  EXPECT_EQ(explanation.revision(), 1);
  EXPECT_THAT(explanation.answer(), ElementsAre("192.0.2.2"));
  EXPECT_EQ(explanation.candidates(0).node(), "bj");
  EXPECT_TRUE(explanation.candidates(0).chosen());
  EXPECT_EQ(explanation.candidates(0).rung(), "same-city-isp");
  request.set_address("x");
  EXPECT_EQ(rpc::ReasonOf(admin_.ExplainDns(request).status()), "INVALID_ADDRESS");
  request.set_address("10.2.0.1");
  request.set_name("ns1.live.example");
  EXPECT_EQ(rpc::ReasonOf(admin_.ExplainDns(request).status()), "NAME_NOT_SCHEDULED");
}

TEST_F(AdminTest, AddressIsLookedUpWithItsWholePrefix) {
  v1::LookupAddressRequest request;
  request.set_address("10.1.77.7");
  auto record = admin_.LookupAddress(request).value();
  EXPECT_EQ(record.prefix(), "10.1.0.0/16");
  EXPECT_EQ(record.location().region(), "440000");
  EXPECT_EQ(record.location().isp(), "chinatelecom");
  request.set_address("2400:1::5");
  EXPECT_EQ(admin_.LookupAddress(request)->prefix(), "2400:1::/32");
  request.set_address("203.0.113.1");
  EXPECT_EQ(admin_.LookupAddress(request)->location().country(), "");
  request.set_address("nowhere");
  EXPECT_EQ(rpc::ReasonOf(admin_.LookupAddress(request).status()), "INVALID_ADDRESS");
}

}  // namespace
}  // namespace nearcast
