// The declared configuration as plain values: what operators wrote, checked for nothing yet.
//
// These structs mirror nearcast.v1's resources, which document each field; schedulerlib/convert
// fills them. Names are still text here. BuildSnapshot turns them into dense indices.
#ifndef SCHEDULERLIB_MODEL_CONFIG_H_
#define SCHEDULERLIB_MODEL_CONFIG_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "ipdb/location.h"
#include "schedulerlib/model/client_policy.h"
#include "schedulerlib/model/latency_policy.h"
#include "schedulerlib/model/nearness.h"
#include "schedulerlib/model/rule_match.h"
#include "schedulerlib/model/switch.h"
#include "signing/signing.h"

namespace nearcast::scheduler {

enum class AdminState { kActive, kDrained };
enum class HealthSource { kHeartbeat, kAlwaysUp };

struct Node {
  std::string name;
  std::string cdn;
  ipdb::Location location;
  std::vector<std::string> addresses;
  uint16_t rtmp_port = 1935;
  uint16_t http_port = 8088;
  std::vector<std::string> announces;  // canonical ISP names, or "*"
  double capacity_mbps = 0;            // 0 = no limit
  AdminState admin_state = AdminState::kActive;
  HealthSource health = HealthSource::kHeartbeat;
  uint32_t weight = 100;
  std::string probe_address;  // empty = the first of `addresses`
};

enum class Spread { kPlace, kClient, kStream };

struct PlaceRule {
  ipdb::Location match;  // empty fields match everything
  std::vector<std::string> nodes;
  std::string cname;
};

struct HttpsRecord {
  uint32_t priority = 1;
  std::vector<std::string> alpn = {"h2", "http/1.1"};
  uint32_t port = 443;
};

struct ScheduledName {
  std::string name;  // relative to the zone, or "@"
  std::string cdn;
  uint32_t ttl_s = 60;
  uint32_t answers = 2;
  Spread spread = Spread::kPlace;
  bool diverse = false;
  bool by_load = false;
  std::vector<PlaceRule> rules;
  std::string fallback_cname;
  std::optional<HttpsRecord> https;
};

struct Domain {
  std::string name;  // the zone's
  std::string zone_file;
  std::vector<ScheduledName> scheduled_names;
};

enum class CdnKind { kVendor, kOwn };
enum class Addressing { kDomain, kNodeAddress };
enum class CdnHealth { kUp, kPoor, kDown };
enum class Transcoding { kBoth, kPushOnly, kPullOnly, kNone };

struct Cdn {
  std::string name;
  CdnKind kind = CdnKind::kVendor;
  Addressing addressing = Addressing::kDomain;
  std::string line;
  std::string push_domain;
  std::string pull_domain;
  std::string push_template = "rtmp://{host}/{app}/{stream}";
  std::map<std::string, std::string> pull_templates;  // format → template
  std::map<std::string, std::string> push_templates;  // protocol → template
  std::string record_template;                        // empty = cannot be asked
  bool disabled = false;
  std::map<std::string, std::string> pull_domains;  // format → domain
  std::map<std::string, std::string> push_domains;  // protocol → domain
  Signing push_signing;
  Signing pull_signing;
  GopCache gop_cache;
  std::map<std::string, std::string> suffixes;  // template's name, or codec mark → suffix
  double cap_mbps = 0;                          // 0 = no limit
  double cap_low_share = 0.8;
  double cap_high_share = 0.95;
  double commit_mbps = 0;
  double price_per_mbps = 0;
  CdnHealth health = CdnHealth::kUp;
  Transcoding transcoding = Transcoding::kBoth;
};

struct RatioScope {
  std::string publish_point;
  std::string country;
  std::string region;
  std::string isp;
  std::string stream;
};

struct CdnWeight {
  std::string cdn;
  uint32_t weight = 0;
};

struct RatioRule {
  std::string name;
  RatioScope scope;
  std::vector<CdnWeight> main;
  std::vector<CdnWeight> backup;
  double tolerance_percent = 0.25;
  bool uncorrected = false;
};

enum class Standby { kNone, kHot, kCold };

struct Record {
  std::vector<std::string> formats;
  uint32_t file_s = 3600;
};

struct Callback {
  std::string url;  // empty = none
  std::string secret;
  std::vector<std::string> events;  // empty = all
};

struct PublishPoint {
  std::string name;
  std::string app = "live";
  std::vector<std::string> push_cdns;
  std::vector<std::string> transcode_templates;
  Standby standby = Standby::kNone;
  uint32_t gop_cache_ms = 1800;
  uint32_t start_buffer_ms = 400;
  std::string quality_policy;
  std::string app_id;
  std::string business_type;
  std::string push_protocol = "rtmp";
  uint32_t reconnect_grace_s = 5;
  uint32_t created_ttl_s = 86400;
  uint32_t interrupted_ttl_s = 3600;
  uint32_t stream_ttl_s = 0;  // 0 = no end
  Record record;
  Callback callback;
  uint32_t watch_s = 600;
  std::string latency_policy;  // empty = gop_cache_ms and start_buffer_ms, for everyone
};

enum class Tier { kOrigin, kUhd, kHd, kSd, kLd, kMd, kAo };
enum class Codec { kH264, kH265 };
enum class TranscodeSide { kPull, kPush };

struct TranscodeTemplate {
  std::string name;
  Tier tier = Tier::kOrigin;
  Codec codec = Codec::kH264;
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t bitrate_bps = 0;
  uint32_t fps = 0;
  uint32_t gop_s = 2;
  TranscodeSide side = TranscodeSide::kPull;
  std::string suffix;
};

struct GradeRule {
  uint32_t grade_max = 0;
  Tier tier = Tier::kOrigin;
};

struct QualityRule {
  std::string name;
  RuleMatch match;
  Tier tier = Tier::kOrigin;
};

struct BudgetStep {
  double share = 0;  // of the budget, 0..1
  Tier tier = Tier::kOrigin;
};

struct BudgetLadder {
  double budget_mbps = 0;
  std::vector<std::string> cdns;  // empty = all
  std::vector<BudgetStep> steps;  // by share, ascending
  double hysteresis = 0.05;
  uint32_t hold_s = 60;
};

struct QualityPin {
  Tier tier = Tier::kOrigin;
  absl::Time expire_at = absl::InfiniteFuture();
};

struct QualityPolicy {
  std::string name;
  Tier default_tier = Tier::kOrigin;
  std::vector<GradeRule> by_grade;
  std::vector<QualityRule> rules;
  std::optional<BudgetLadder> budget;
  std::optional<QualityPin> pin;
};

// Names that are asked for by one word.
struct NameTag {
  std::string tag;
  std::vector<std::string> names;  // 1 to kTaggedNamesMax
};

inline constexpr size_t kTaggedNamesMax = 10;

struct Account {
  std::string name;
  std::string account_id;
  std::string sign_secret;
  std::string alibaba_aes_key;  // 32 hex digits
  std::string tencent_aes_key;  // 16 characters
  std::string tencent_des_key;  // 8 characters
  std::string tencent_token;
  bool allow_unsigned = false;
  bool allow_ip_parameter = false;
  uint32_t requests_per_s_max = 0;  // 0 = no limit
  std::vector<std::string> service_addresses;
  std::vector<std::string> hosts;  // empty = every scheduled name
  std::vector<NameTag> tags;
};

enum class CheckType { kTcp, kHttp, kHttps, kRtmp, kFlv };
enum class CdnRole { kPlay, kPush };

struct HealthCheck {
  std::string name;
  std::string cdn;
  std::vector<std::string> nodes;
  CheckType type = CheckType::kTcp;
  uint16_t port = 0;  // 0 = the node's own for the type
  std::string path = "/healthz";
  std::string host;
  uint32_t expected_status = 0;  // 0 = 200 to 299
  std::string body_contains;
  uint32_t interval_ms = 5000;
  uint32_t timeout_ms = 2000;
  uint32_t up_threshold = 2;
  uint32_t down_threshold = 3;
  uint32_t quorum = 0;  // 0 = more than half of the vantages that are heard
  std::string server_name;
  bool skip_verify = false;
  // Of a vendor's domains.
  CdnRole role = CdnRole::kPlay;
  std::vector<std::string> formats;  // or push protocols; empty = all
  bool sign_path = false;
};

struct DelaySample {
  std::string address;   // with or without a port
  ipdb::Location place;  // unknown = where the IP database has it
};

struct DelayProbe {
  std::string name;
  std::vector<DelaySample> samples;
  std::string cdn;  // empty = every node
  bool between_nodes = false;
  uint32_t interval_s = 60;
  uint32_t timeout_ms = 1000;
  uint32_t tries = 3;
};

// One whole configuration, each list in the order of names.
struct Config {
  int64_t revision = 0;
  std::vector<Node> nodes;
  std::vector<Domain> domains;
  std::vector<Cdn> cdns;
  std::vector<RatioRule> ratio_rules;
  std::vector<PublishPoint> publish_points;
  std::vector<TranscodeTemplate> transcode_templates;
  std::vector<QualityPolicy> quality_policies;
  std::vector<Account> accounts;
  std::vector<HealthCheck> health_checks;
  std::vector<ClientPolicy> client_policies;
  std::vector<Switch> switches;
  std::vector<LatencyPolicy> latency_policies;
  std::vector<NearnessPolicy> nearness_policies;  // at most one
  std::vector<PrefixOverride> prefix_overrides;
  std::vector<DelayProbe> delay_probes;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MODEL_CONFIG_H_
