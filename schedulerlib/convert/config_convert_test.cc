#include "schedulerlib/convert/config_convert.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

v1::Resource Read(const std::string& text) {
  v1::Resource resource;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &resource)) << text;
  return resource;
}

Config Convert(const std::string& text) {
  const ConvertedConfig converted = ConvertConfig({Read(text)}, 7);
  EXPECT_THAT(converted.problems, IsEmpty());
  return converted.config;
}

std::vector<std::string> ProblemsOf(const std::string& text) {
  std::vector<std::string> lines;
  for (const Problem& problem : ConvertConfig({Read(text)}, 7).problems) {
    lines.push_back(problem.ToString());
  }
  return lines;
}

TEST(ConfigConvertTest, NodeArrivesWhole) {
  const Config config = Convert(R"pb(
    name: "gz"
    revision: 3
    node {
      cdn: "own"
      location { country: "CN" region: "440000" city: "440100" isp: "chinatelecom" }
      addresses: "192.0.2.1"
      addresses: "2001:db8::1"
      rtmp_port: 1
      http_port: 65535
      announces: "cernet"
      announces: "*"
      capacity_mbps: 12.5
      admin_state: DRAINED
      health: ALWAYS_UP
    })pb");
  ASSERT_EQ(config.nodes.size(), 1u);
  const Node& node = config.nodes[0];
  EXPECT_EQ(config.revision, 7);
  EXPECT_EQ(node.name, "gz");
  EXPECT_EQ(node.cdn, "own");
  EXPECT_EQ(node.location, (ipdb::Location{"CN", "440000", "440100", "chinatelecom"}));
  EXPECT_THAT(node.addresses, ElementsAre("192.0.2.1", "2001:db8::1"));
  EXPECT_EQ(node.rtmp_port, 1);
  EXPECT_EQ(node.http_port, 65535);
  EXPECT_THAT(node.announces, ElementsAre("cernet", "*"));
  EXPECT_EQ(node.capacity_mbps, 12.5);
  EXPECT_EQ(node.admin_state, AdminState::kDrained);
  EXPECT_EQ(node.health, HealthSource::kAlwaysUp);
}

TEST(ConfigConvertTest, EmptyNodeHasTheDocumentedDefaults) {
  const Node node = Convert("name: 'n' node {}").nodes[0];
  EXPECT_EQ(node.rtmp_port, 1935);
  EXPECT_EQ(node.http_port, 8088);
  EXPECT_EQ(node.capacity_mbps, 0);
  EXPECT_EQ(node.admin_state, AdminState::kActive);
  EXPECT_EQ(node.health, HealthSource::kHeartbeat);
}

TEST(ConfigConvertTest, DomainArrivesWholeAndItsNamesHaveDefaults) {
  const Domain domain = Convert(R"pb(
                          name: "live.example"
                          domain {
                            zone_file: "@ 60 NS ns1"
                            scheduled_names { name: "pull" cdn: "own" ttl_s: 5 answers: 3 }
                            scheduled_names { name: "@" cdn: "own" }
                          })pb")
                            .domains[0];
  EXPECT_EQ(domain.name, "live.example");
  EXPECT_EQ(domain.zone_file, "@ 60 NS ns1");
  ASSERT_EQ(domain.scheduled_names.size(), 2u);
  EXPECT_EQ(domain.scheduled_names[0].name, "pull");
  EXPECT_EQ(domain.scheduled_names[0].cdn, "own");
  EXPECT_EQ(domain.scheduled_names[0].ttl_s, 5u);
  EXPECT_EQ(domain.scheduled_names[0].answers, 3u);
  EXPECT_EQ(domain.scheduled_names[1].ttl_s, 60u);
  EXPECT_EQ(domain.scheduled_names[1].answers, 2u);
}

TEST(ConfigConvertTest, CdnArrivesWholeAndHasDefaults) {
  const Cdn cdn = Convert(R"pb(
                    name: "own"
                    cdn {
                      kind: OWN
                      addressing: NODE_ADDRESS
                      line: "line_a"
                      push_domain: "push.example:81"
                      pull_domain: "pull.example"
                      push_template: "rtmp://{host}/x"
                      disabled: true
                      pull_templates { key: "flv" value: "http://{host}/y" }
                    })pb")
                      .cdns[0];
  EXPECT_EQ(cdn.name, "own");
  EXPECT_EQ(cdn.kind, CdnKind::kOwn);
  EXPECT_EQ(cdn.addressing, Addressing::kNodeAddress);
  EXPECT_EQ(cdn.line, "line_a");
  EXPECT_EQ(cdn.push_domain, "push.example:81");
  EXPECT_EQ(cdn.pull_domain, "pull.example");
  EXPECT_EQ(cdn.push_template, "rtmp://{host}/x");
  EXPECT_THAT(cdn.pull_templates, ElementsAre(Pair("flv", "http://{host}/y")));
  EXPECT_TRUE(cdn.disabled);
  const Cdn empty = Convert("name: 'v' cdn {}").cdns[0];
  EXPECT_EQ(empty.kind, CdnKind::kVendor);
  EXPECT_EQ(empty.addressing, Addressing::kDomain);
  EXPECT_EQ(empty.push_template, "rtmp://{host}/{app}/{stream}");
  EXPECT_FALSE(empty.disabled);
}

TEST(ConfigConvertTest, RatioRuleArrivesWhole) {
  const RatioRule rule =
      Convert(R"pb(
        name: "r"
        ratio_rule {
          scope { publish_point: "p" country: "CN" region: "440000" isp: "t" stream: "s" }
          main { cdn: "a" weight: 7 }
          main { cdn: "b" }
          backup { cdn: "c" weight: 1 }
        })pb")
          .ratio_rules[0];
  EXPECT_EQ(rule.name, "r");
  EXPECT_EQ(rule.scope.publish_point, "p");
  EXPECT_EQ(rule.scope.country, "CN");
  EXPECT_EQ(rule.scope.region, "440000");
  EXPECT_EQ(rule.scope.isp, "t");
  EXPECT_EQ(rule.scope.stream, "s");
  ASSERT_EQ(rule.main.size(), 2u);
  EXPECT_EQ(rule.main[0].cdn, "a");
  EXPECT_EQ(rule.main[0].weight, 7u);
  EXPECT_EQ(rule.main[1].cdn, "b");
  EXPECT_EQ(rule.main[1].weight, 0u);
  ASSERT_EQ(rule.backup.size(), 1u);
  EXPECT_EQ(rule.backup[0].cdn, "c");
}

TEST(ConfigConvertTest, PublishPointArrivesWholeAndHasDefaults) {
  const PublishPoint point = Convert(R"pb(
                               name: "show"
                               publish_point {
                                 app: "game"
                                 push_cdns: "a"
                                 push_cdns: "b"
                                 transcode_templates: "origin"
                                 standby: HOT
                                 gop_cache_ms: 600
                                 start_buffer_ms: 200
                                 quality_policy: "q"
                                 app_id: "1001"
                                 business_type: "show"
                               })pb")
                                 .publish_points[0];
  EXPECT_EQ(point.name, "show");
  EXPECT_EQ(point.app, "game");
  EXPECT_THAT(point.push_cdns, ElementsAre("a", "b"));
  EXPECT_THAT(point.transcode_templates, ElementsAre("origin"));
  EXPECT_EQ(point.standby, Standby::kHot);
  EXPECT_EQ(point.gop_cache_ms, 600u);
  EXPECT_EQ(point.start_buffer_ms, 200u);
  EXPECT_EQ(point.quality_policy, "q");
  EXPECT_EQ(point.app_id, "1001");
  EXPECT_EQ(point.business_type, "show");
  const PublishPoint empty = Convert("name: 'p' publish_point {}").publish_points[0];
  EXPECT_EQ(empty.app, "live");
  EXPECT_EQ(empty.standby, Standby::kNone);
  EXPECT_EQ(empty.gop_cache_ms, 1800u);
  EXPECT_EQ(empty.start_buffer_ms, 400u);
  const auto cold = Convert("name: 'p' publish_point { standby: COLD }");
  EXPECT_EQ(cold.publish_points[0].standby, Standby::kCold);
}

TEST(ConfigConvertTest, TranscodeTemplateArrivesWholeAndHasDefaults) {
  const TranscodeTemplate made = Convert(R"pb(
                                   name: "uhd"
                                   transcode_template {
                                     tier: "uhd"
                                     codec: H265
                                     width: 1920
                                     height: 1080
                                     bitrate_bps: 3200000
                                     fps: 60
                                     gop_s: 4
                                     side: PUSH_SIDE
                                     suffix: "uhd560"
                                   })pb")
                                     .transcode_templates[0];
  EXPECT_EQ(made.name, "uhd");
  EXPECT_EQ(made.tier, Tier::kUhd);
  EXPECT_EQ(made.codec, Codec::kH265);
  EXPECT_EQ(made.width, 1920u);
  EXPECT_EQ(made.height, 1080u);
  EXPECT_EQ(made.bitrate_bps, 3200000u);
  EXPECT_EQ(made.fps, 60u);
  EXPECT_EQ(made.gop_s, 4u);
  EXPECT_EQ(made.side, TranscodeSide::kPush);
  EXPECT_EQ(made.suffix, "uhd560");
  const auto plain = Convert("name: 't' transcode_template { tier: 'sd' }").transcode_templates[0];
  EXPECT_EQ(plain.codec, Codec::kH264);
  EXPECT_EQ(plain.gop_s, 2u);
  EXPECT_EQ(plain.side, TranscodeSide::kPull);
}

TEST(ConfigConvertTest, QualityPolicyArrivesWhole) {
  const QualityPolicy policy = Convert(R"pb(
                                 name: "q"
                                 quality_policy {
                                   default_tier: "hd"
                                   by_grade { grade_max: 2 tier: "ld" }
                                   by_grade { grade_max: 5 tier: "sd" }
                                 })pb")
                                   .quality_policies[0];
  EXPECT_EQ(policy.default_tier, Tier::kHd);
  ASSERT_EQ(policy.by_grade.size(), 2u);
  EXPECT_EQ(policy.by_grade[0].grade_max, 2u);
  EXPECT_EQ(policy.by_grade[0].tier, Tier::kLd);
  EXPECT_EQ(policy.by_grade[1].tier, Tier::kSd);
}

TEST(ConfigConvertTest, DelayProbeArrivesWhole) {
  const DelayProbe probe = Convert(R"pb(
                             name: "d"
                             delay_probe {
                               samples { address: "192.0.2.1" }
                               samples {
                                 address: "192.0.2.2:443"
                                 place { country: "CN" isp: "chinatelecom" }
                               }
                               cdn: "own"
                               between_nodes: true
                               interval_s: 10
                               timeout_ms: 300
                               tries: 5
                             })pb")
                               .delay_probes[0];
  EXPECT_EQ(probe.name, "d");
  ASSERT_EQ(probe.samples.size(), 2u);
  EXPECT_EQ(probe.samples[0].address, "192.0.2.1");
  EXPECT_EQ(probe.samples[0].place, ipdb::Location());
  EXPECT_EQ(probe.samples[1].place, (ipdb::Location{"CN", "", "", "chinatelecom"}));
  EXPECT_EQ(probe.cdn, "own");
  EXPECT_TRUE(probe.between_nodes);
  EXPECT_EQ(probe.interval_s, 10u);
  EXPECT_EQ(probe.timeout_ms, 300u);
  EXPECT_EQ(probe.tries, 5u);
  const DelayProbe plain = Convert("name: 'd' delay_probe {}").delay_probes[0];
  EXPECT_EQ(plain.interval_s, 60u);
  EXPECT_EQ(plain.timeout_ms, 1000u);
  EXPECT_EQ(plain.tries, 3u);
  EXPECT_FALSE(plain.between_nodes);
}

TEST(ConfigConvertTest, HealthCheckOfAVendorArrivesWhole) {
  const HealthCheck check = Convert(R"pb(
                              name: "h"
                              health_check {
                                cdn: "vendor"
                                type: FLV
                                path: "/live/probe.flv"
                                role: PUSH
                                formats: "flv"
                                sign_path: true
                              })pb")
                                .health_checks[0];
  EXPECT_EQ(check.cdn, "vendor");
  EXPECT_EQ(check.role, CdnRole::kPush);
  EXPECT_EQ(check.formats, std::vector<std::string>{"flv"});
  EXPECT_TRUE(check.sign_path);
  const HealthCheck plain = Convert("name: 'h' health_check {}").health_checks[0];
  EXPECT_EQ(plain.role, CdnRole::kPlay);
  EXPECT_TRUE(plain.formats.empty());
  EXPECT_FALSE(plain.sign_path);
}

TEST(ConfigConvertTest, WhatTheModelCannotSayIsAProblem) {
  EXPECT_THAT(ProblemsOf("name: 'n' node { rtmp_port: 65536 http_port: 70000 }"),
              ElementsAre("Node/n: spec.rtmp_port: is no port: 65536; 1 to 65535",
                          "Node/n: spec.http_port: is no port: 70000; 1 to 65535"));
  EXPECT_THAT(ProblemsOf("name: 'q' quality_policy { default_tier: 'auto' by_grade {} }"),
              ElementsAre("QualityPolicy/q: spec.default_tier: is no tier: \"auto\"; known are "
                          "origin, uhd, hd, sd, ld, md, ao",
                          "QualityPolicy/q: spec.by_grade[0].tier: is no tier: \"\"; known are "
                          "origin, uhd, hd, sd, ld, md, ao"));
  EXPECT_THAT(ProblemsOf("name: 't' transcode_template {}"),
              ElementsAre("TranscodeTemplate/t: spec.tier: is no tier: \"\"; known are origin, "
                          "uhd, hd, sd, ld, md, ao"));
  EXPECT_THAT(ProblemsOf("name: 'x'"), ElementsAre("/x: spec: is missing"));
}

}  // namespace
}  // namespace nearcast::scheduler
