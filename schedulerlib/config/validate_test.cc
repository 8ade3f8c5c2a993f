#include "schedulerlib/config/validate.h"

#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> ProblemsOf(const Config& config) {
  std::vector<std::string> lines;
  for (const Problem& problem : Validate(config)) lines.push_back(problem.ToString());
  return lines;
}

Config ValidConfig() {
  return Given()
      .Vendor("vendor")
      .Own("own")
      .Node("gz", "CN/440000/440100/chinatelecom", {"192.0.2.1"})
      .ScheduledName("pull", "own")
      .Point("show", {"own", "vendor"}, {"origin", "hd", "ao"})
      .StandsBy(Standby::kHot)
      .Policy("hd", {{4, Tier::kHd}})
      .Ratio("default", {{"own", 70}, {"vendor", 30}}, {}, {.publish_point = "show"})
      .config();
}

struct Row {
  std::string what;
  std::function<void(Config&)> spoil;
  std::string problem;

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.what; }
};

class ValidateTest : public ::testing::TestWithParam<Row> {};

TEST_P(ValidateTest, TellsTheOneMistakeAndItsPlace) {
  Config config = ValidConfig();
  GetParam().spoil(config);
  EXPECT_THAT(ProblemsOf(config), ElementsAre(GetParam().problem));
}

std::vector<Row> CdnRows() {
  return {
      {"CdnName", [](Config& c) { c.cdns.push_back(c.cdns[0]), c.cdns.back().name = "Vendor"; },
       "Cdn/Vendor: name: must be 1 to 253 lower-case letters, digits, '-', '_' or '.'"},
      {"VendorByNode", [](Config& c) { c.cdns[0].addressing = Addressing::kNodeAddress; },
       "Cdn/vendor: spec.addressing: NODE_ADDRESS needs kind OWN: a vendor's nodes are not known"},
      {"NoPullDomain", [](Config& c) { c.cdns[0].pull_domain = ""; },
       "Cdn/vendor: spec.pull_domain: is empty, and addressing is DOMAIN"},
      {"NoPushDomain", [](Config& c) { c.cdns[0].push_domain = ""; },
       "Cdn/vendor: spec.push_domain: is empty, and addressing is DOMAIN"},
      {"PushTemplate", [](Config& c) { c.cdns[0].push_template = "rtmp://{hots}/x"; },
       "Cdn/vendor: spec.push_template: has the unknown name {hots}; known are {host}, {app}, "
       "{stream}, {suffix} and {gop_cache_ms}"},
      {"PullTemplate", [](Config& c) { c.cdns[0].pull_templates["hls"] = "{host}/a"; },
       "Cdn/vendor: spec.pull_templates.hls: is not a URL: \"{host}/a\"; begin with a scheme, as "
       "in http://{host}/…"},
      {"PullTemplateOpenBrace",
       [](Config& c) { c.cdns[0].pull_templates["hls"] = "http://{host/a"; },
       "Cdn/vendor: spec.pull_templates.hls: has a '{' without its '}': \"http://{host/a\""},
      {"Format", [](Config& c) { c.cdns[0].pull_templates["webm"] = "http://{host}/a"; },
       "Cdn/vendor: spec.pull_templates.webm: is no format; known are flv, hls, cmaf, dash, lls, "
       "tsl, tile, http_ts, ll_hls, rtmp"},
  };
}

std::vector<Row> NodeRows() {
  return {
      {"NodeName", [](Config& c) { c.nodes[0].name = ""; },
       "Node/: name: must be 1 to 253 lower-case letters, digits, '-', '_' or '.'"},
      {"NodeCdnUnknown", [](Config& c) { c.nodes[0].cdn = "owm"; },
       "Node/gz: spec.cdn: names Cdn \"owm\", which does not exist; there are own, vendor"},
      {"NodeCdnVendor", [](Config& c) { c.nodes[0].cdn = "vendor"; },
       "Node/gz: spec.cdn: names Cdn \"vendor\", which is of kind VENDOR; nodes belong to one of "
       "kind OWN"},
      {"NodeWithoutAddress", [](Config& c) { c.nodes[0].addresses.clear(); },
       "Node/gz: spec.addresses: is empty; give at least one IP address"},
      {"NodeAddress", [](Config& c) { c.nodes[0].addresses.push_back("10.0.0.300"); },
       "Node/gz: spec.addresses[1]: is not an IP address: \"10.0.0.300\""},
      {"NodeNowhere", [](Config& c) { c.nodes[0].location.country = ""; },
       "Node/gz: spec.location.country: is empty; without it no client is near (for example CN)"},
      {"NodeCapacity", [](Config& c) { c.nodes[0].capacity_mbps = -1; },
       "Node/gz: spec.capacity_mbps: must be 0 (no limit) or more"},
      {"NodeCapacityNan",
       [](Config& c) { c.nodes[0].capacity_mbps = std::numeric_limits<double>::quiet_NaN(); },
       "Node/gz: spec.capacity_mbps: must be 0 (no limit) or more"},
      {"NodeWeight", [](Config& c) { c.nodes[0].weight = 10001; },
       "Node/gz: spec.weight: must be at most 10000"},
      {"NodeProbeAddress", [](Config& c) { c.nodes[0].probe_address = "gz.example"; },
       "Node/gz: spec.probe_address: is not an IP address: \"gz.example\""},
  };
}

// A mistake in a check that is right otherwise.
Row CheckRow(const char* what, std::function<void(HealthCheck&)> spoil, const char* problem) {
  const auto add = [spoil](Config& c) {
    HealthCheck& check = c.health_checks.emplace_back();
    check.name = "c";
    check.cdn = "own";
    check.nodes = {"gz"};
    spoil(check);
  };
  return {what, add, absl::StrCat("HealthCheck/c: ", problem)};
}

std::vector<Row> HealthCheckRows() {
  using H = HealthCheck;
  const char* kPath = "spec.path: must begin with '/', have no spaces, and at most 1024 characters";
  const char* kFlvPath = "spec.path: must end with .flv for type FLV, as in /live/probe.flv";
  const char* kTimeout = "spec.timeout_ms: must be 1 to interval_ms, and at most 60000 (a minute)";
  return {
      CheckRow(
          "ServerName", [](H& h) { h.type = CheckType::kHttps, h.server_name = "a b"; },
          "spec.server_name: must have no spaces, and at most 253 characters"),
      CheckRow(
          "VerifyOfPlainHttp", [](H& h) { h.type = CheckType::kHttp, h.skip_verify = true; },
          "spec.type: is not HTTPS, which server_name and skip_verify are for"),
      {"DelayProbeOfNobody",
       [](Config& c) {
         c.delay_probes.push_back({.name = "d", .samples = {{"192.0.2.1"}}, .cdn = "nobody"});
       },
       "DelayProbe/d: spec.cdn: names Cdn \"nobody\", which does not exist; there are "
       "own, vendor"},
      {"ProbeAddress", [](Config& c) { c.nodes[0].probe_address = "gz.example"; },
       "Node/gz: spec.probe_address: is not an IP address: \"gz.example\""},
      CheckRow(
          "CheckCdn", [](H& c) { c.cdn = "x"; },
          "spec.cdn: names Cdn \"x\", which does not exist; there are own, vendor"),
      CheckRow(
          "CheckNode", [](H& c) { c.nodes.push_back("x"); },
          "spec.nodes[1]: names Node \"x\", which does not exist; there are gz"),
      CheckRow(
          "CheckPath", [](H& c) { c.path = "healthz"; }, kPath),
      CheckRow(
          "CheckPathSpace", [](H& c) { c.path = "/a b"; }, kPath),
      CheckRow(
          "CheckPathLong", [](H& c) { c.path = "/" + std::string(1024, 'a'); }, kPath),
      CheckRow(
          "CheckFlvWithoutPath", [](H& c) { c.type = CheckType::kFlv; }, kFlvPath),
      CheckRow(
          "CheckFlvPath", [](H& c) { c.type = CheckType::kFlv, c.path = "/a.ts?b.flv"; }, kFlvPath),
      CheckRow(
          "CheckHost", [](H& c) { c.host = "a\r\nb"; },
          "spec.host: must have no spaces, and at most 255 characters"),
      CheckRow(
          "CheckStatus", [](H& c) { c.expected_status = 600; },
          "spec.expected_status: must be 100 to 599"),
      CheckRow(
          "CheckBody", [](H& c) { c.body_contains = std::string(1025, 'a'); },
          "spec.body_contains: must have at most 1024 characters"),
      CheckRow(
          "CheckIntervalShort", [](H& c) { c.interval_ms = 99, c.timeout_ms = 99; },
          "spec.interval_ms: must be 100 to 3600000"),
      CheckRow(
          "CheckIntervalLong", [](H& c) { c.interval_ms = 3'600'001; },
          "spec.interval_ms: must be 100 to 3600000"),
      CheckRow(
          "CheckTimeout", [](H& c) { c.timeout_ms = 5001; }, kTimeout),
      CheckRow(
          "CheckTimeoutLong", [](H& c) { c.interval_ms = 100'000, c.timeout_ms = 60'001; },
          kTimeout),
      CheckRow(
          "CheckUp", [](H& c) { c.up_threshold = 0; }, "spec.up_threshold: must be 1 to 100"),
      CheckRow(
          "CheckDown", [](H& c) { c.down_threshold = 101; },
          "spec.down_threshold: must be 1 to 100"),
      CheckRow(
          "CheckQuorum", [](H& c) { c.quorum = 101; }, "spec.quorum: must be 0 to 100"),
  };
}

std::vector<Row> DomainRows() {
  const auto name = [](Config& c) -> ScheduledName& { return c.domains[0].scheduled_names[0]; };
  return {
      {"ScheduledCdn", [=](Config& c) { name(c).cdn = "vendor"; },
       "Domain/live.example: spec.scheduled_names[0].cdn: names Cdn \"vendor\", which is of kind "
       "VENDOR; nodes belong to one of kind OWN"},
      {"ScheduledTtl", [=](Config& c) { name(c).ttl_s = 86401; },
       "Domain/live.example: spec.scheduled_names[0].ttl_s: must be at most 86400 (a day)"},
      {"ScheduledAnswers", [=](Config& c) { name(c).answers = 17; },
       "Domain/live.example: spec.scheduled_names[0].answers: must be at most 16"},
      {"ScheduledStream", [=](Config& c) { name(c).spread = Spread::kStream; },
       "Domain/live.example: spec.scheduled_names[0].spread: STREAM needs a name that begins with "
       "\"*.\""},
      {"ScheduledFallback", [=](Config& c) { name(c).fallback_cname = "a..b"; },
       "Domain/live.example: spec.scheduled_names[0].fallback_cname: is not a domain name: "
       "\"a..b\""},
      {"ScheduledAliasAtApex",
       [=](Config& c) { name(c).name = "@", name(c).fallback_cname = "vendor.example"; },
       "Domain/live.example: spec.scheduled_names[0]: gives an alias at the zone's own name, where "
       "SOA and NS stand (RFC 2181 §10.1)"},
      {"ScheduledRuleEmpty", [=](Config& c) { name(c).rules.emplace_back(); },
       "Domain/live.example: spec.scheduled_names[0].rules[0]: needs nodes or a cname, and not "
       "both"},
      {"ScheduledRuleNode",
       [=](Config& c) {
         name(c).rules.push_back({{}, {"gx"}, ""});
       },
       "Domain/live.example: spec.scheduled_names[0].rules[0].nodes[0]: names Node \"gx\", which "
       "does not exist; there are gz"},
      {"ScheduledHttps", [=](Config& c) { name(c).https = HttpsRecord{.port = 65536}; },
       "Domain/live.example: spec.scheduled_names[0].https.port: must be at most 65535"},
      {"ScheduledTwice", [=](Config& c) { c.domains[0].scheduled_names.push_back(name(c)); },
       "Domain/live.example: spec.scheduled_names[1].name: pull.live.example is "
       "spec.scheduled_names[0] already"},
      {"ScheduledOverStatic", [](Config& c) { c.domains[0].zone_file += "pull 60 A 192.0.2.9\n"; },
       "Domain/live.example: spec.scheduled_names[0].name: pull.live.example has a static A record "
       "on line 4 of the zone file"},
  };
}

std::vector<Row> AccountRows() {
  const auto add = [](Config& c) -> Account& {
    return c.accounts.emplace_back(Account{.name = "a", .account_id = "1001"});
  };
  return {
      {"AccountId", [=](Config& c) { add(c).account_id = ""; },
       "Account/a: spec.account_id: is empty"},
      {"AccountTwice", [=](Config& c) { add(c), add(c).name = "b"; },
       "Account/b: spec.account_id: is that of another Account: 1001"},
      {"AccountKeySize", [=](Config& c) { add(c).tencent_des_key = "dnspodpass"; },
       "Account/a: spec.tencent_des_key: has 10 characters; it needs 8"},
      {"AccountKeyHex",
       [=](Config& c) { add(c).alibaba_aes_key = "0123456789abcdef0123456789abcdeg"; },
       "Account/a: spec.alibaba_aes_key: must be hexadecimal"},
      {"AccountAddress", [=](Config& c) { add(c).service_addresses = {"here"}; },
       "Account/a: spec.service_addresses[0]: is not an IP address"},
      {"AccountTagEmpty", [=](Config& c) { add(c).tags = {{.tag = "", .names = {"a.example"}}}; },
       "Account/a: spec.tags[0].tag: is empty"},
      {"AccountTagTwice",
       [=](Config& c) {
         add(c).tags = {{.tag = "x", .names = {"a.example"}}, {.tag = "x", .names = {"b.example"}}};
       },
       "Account/a: spec.tags[1].tag: is there twice: x"},
      {"AccountTagNames", [=](Config& c) { add(c).tags = {{.tag = "x", .names = {}}}; },
       "Account/a: spec.tags[0].names: has 0 names; it needs 1 to 10"},
      {"AccountTagName", [=](Config& c) { add(c).tags = {{.tag = "x", .names = {"a\"b"}}}; },
       "Account/a: spec.tags[0].names[0]: is not a host name: \"a\"b\""},
  };
}

std::vector<Row> PublishPointRows() {
  const auto point = [](Config& c) -> PublishPoint& { return c.publish_points[0]; };
  return {
      {"NoPushCdn", [=](Config& c) { point(c).push_cdns.clear(); },
       "PublishPoint/show: spec.push_cdns: is empty; nobody could go live"},
      {"PushCdn", [=](Config& c) { point(c).push_cdns[1] = "x"; },
       "PublishPoint/show: spec.push_cdns[1]: names Cdn \"x\", which does not exist; there are "
       "own, vendor"},
      {"PushCdnTwice", [=](Config& c) { point(c).push_cdns[1] = "own"; },
       "PublishPoint/show: spec.push_cdns[1]: names Cdn \"own\" a second time"},
      {"NoTier", [=](Config& c) { point(c).transcode_templates.clear(); },
       "PublishPoint/show: spec.transcode_templates: is empty; name at least one with tier "
       "origin"},
      {"OnlySound", [=](Config& c) { point(c).transcode_templates = {"ao"}; },
       "PublishPoint/show: spec.transcode_templates: has only md and ao, which players' menus do "
       "not show; name one with tier origin, uhd, hd, sd or ld too"},
      {"Tier", [=](Config& c) { point(c).transcode_templates[0] = "x"; },
       "PublishPoint/show: spec.transcode_templates[0]: names TranscodeTemplate \"x\", which does "
       "not exist; there are ao, hd, origin"},
      {"TierTwice", [=](Config& c) { point(c).transcode_templates.push_back("hd"); },
       "PublishPoint/show: spec.transcode_templates[3]: is the second template for tier hd"},
      {"Policy", [=](Config& c) { point(c).quality_policy = "x"; },
       "PublishPoint/show: spec.quality_policy: names QualityPolicy \"x\", which does not exist; "
       "there are policy-1"},
      {"GopCache", [=](Config& c) { point(c).gop_cache_ms = 60001; },
       "PublishPoint/show: spec.gop_cache_ms: must be at most 60000 (a minute)"},
      {"Grade", [](Config& c) { c.quality_policies[0].by_grade[0].grade_max = 9; },
       "QualityPolicy/policy-1: spec.by_grade[0].grade_max: must be 1 (worst) to 8 (best)"},
      {"GradeZero", [](Config& c) { c.quality_policies[0].by_grade[0].grade_max = 0; },
       "QualityPolicy/policy-1: spec.by_grade[0].grade_max: must be 1 (worst) to 8 (best)"},
      {"Width", [](Config& c) { c.transcode_templates[1].height = 0; },
       "TranscodeTemplate/hd: spec.width: width and height must be given together"},
      {"Bitrate", [](Config& c) { c.transcode_templates[1].bitrate_bps = 0; },
       "TranscodeTemplate/hd: spec.bitrate_bps: is 0; only origin may leave it open"},
  };
}

std::vector<Row> RatioRows() {
  const auto rule = [](Config& c) -> RatioRule& { return c.ratio_rules[0]; };
  return {
      {"MainCdn", [=](Config& c) { rule(c).main[1].cdn = "x"; },
       "RatioRule/default: spec.main[1].cdn: names Cdn \"x\", which does not exist; there are "
       "own, vendor"},
      {"MainTwice", [=](Config& c) { rule(c).main[1].cdn = "own"; },
       "RatioRule/default: spec.main[1].cdn: names Cdn \"own\" a second time"},
      {"BackupTwice",
       [=](Config& c) {
         rule(c).backup = {{"own", 1}, {"own", 1}};
       },
       "RatioRule/default: spec.backup[1].cdn: names Cdn \"own\" a second time"},
      {"WeightsAllZero",
       [=](Config& c) {
         rule(c).main = {{"own", 0}, {"vendor", 0}};
       },
       "RatioRule/default: spec.main: has no weight above 0; give at least one, as in {cdn: NAME, "
       "weight: 100}"},
      {"NoFlv", [](Config& c) { c.cdns[0].pull_templates.erase("flv"); },
       "RatioRule/default: spec.main[1].cdn: names Cdn \"vendor\", which has no pull template for "
       "flv"},
      {"ScopePoint", [=](Config& c) { rule(c).scope.publish_point = "x"; },
       "RatioRule/default: spec.scope.publish_point: names PublishPoint \"x\", which does not "
       "exist; there are show"},
  };
}

std::string NameOf(const ::testing::TestParamInfo<Row>& info) { return info.param.what; }

INSTANTIATE_TEST_SUITE_P(Account, ValidateTest, ::testing::ValuesIn(AccountRows()), NameOf);
INSTANTIATE_TEST_SUITE_P(Cdn, ValidateTest, ::testing::ValuesIn(CdnRows()), NameOf);
INSTANTIATE_TEST_SUITE_P(HealthCheck, ValidateTest, ::testing::ValuesIn(HealthCheckRows()), NameOf);
INSTANTIATE_TEST_SUITE_P(Node, ValidateTest, ::testing::ValuesIn(NodeRows()), NameOf);
INSTANTIATE_TEST_SUITE_P(Domain, ValidateTest, ::testing::ValuesIn(DomainRows()), NameOf);
INSTANTIATE_TEST_SUITE_P(PublishPoint, ValidateTest, ::testing::ValuesIn(PublishPointRows()),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(Ratio, ValidateTest, ::testing::ValuesIn(RatioRows()), NameOf);

TEST(ValidateAllTest, NothingIsWrongWithNothing) { EXPECT_TRUE(Validate(Config()).empty()); }

TEST(ValidateAllTest, ABigValidConfigurationHasNoProblem) {
  Given given;
  given.Vendor("vendor");
  for (int cdn = 0; cdn < 20; ++cdn) {
    given.Own(absl::StrCat("own-", cdn));
    for (int node = 0; node < 50; ++node) {
      given.Node(absl::StrCat("node-", cdn, "-", node), "CN/440000/440100/chinatelecom");
    }
    given.ScheduledName(absl::StrCat("pull-", cdn), absl::StrCat("own-", cdn));
  }
  for (int i = 0; i < 200; ++i) {
    given.Point(absl::StrCat("point-", i), {"own-0", "vendor"}, {"origin", "uhd5", "hd", "ld"})
        .Policy("hd")
        .Ratio(absl::StrCat("rule-", i), {{"own-1", 1}, {"vendor", 2}}, {},
               {.publish_point = absl::StrCat("point-", i)});
  }
  EXPECT_THAT(ProblemsOf(given.config()), ElementsAre());
}

TEST(ValidateAllTest, ManyMistakesAreAllToldInTheOrderOfKindsNamesAndFields) {
  Config config = ValidConfig();
  config.cdns[0].pull_domain = "";
  config.nodes[0].cdn = "x";
  config.nodes[0].addresses = {"a", "192.0.2.1", "b"};
  config.ratio_rules[0].main = {{"x", 0}};
  config.transcode_templates[1].bitrate_bps = 0;
  EXPECT_THAT(
      ProblemsOf(config),
      ElementsAre(
          "Cdn/vendor: spec.pull_domain: is empty, and addressing is DOMAIN",
          "Node/gz: spec.cdn: names Cdn \"x\", which does not exist; there are own, vendor",
          "Node/gz: spec.addresses[0]: is not an IP address: \"a\"",
          "Node/gz: spec.addresses[2]: is not an IP address: \"b\"",
          "RatioRule/default: spec.main[0].cdn: names Cdn \"x\", which does not exist; there are "
          "own, vendor",
          "RatioRule/default: spec.main: has no weight above 0; give at least one, as in {cdn: "
          "NAME, weight: 100}",
          "TranscodeTemplate/hd: spec.bitrate_bps: is 0; only origin may leave it open"));
}

}  // namespace
}  // namespace nearcast::scheduler
