// The declared configuration as plain values: what operators wrote, checked for nothing yet.
//
// These structs mirror nearcast.v1's resources, which document each field; schedulerlib/convert
// fills them. Names are still text here. BuildSnapshot turns them into dense indices.
#ifndef SCHEDULERLIB_MODEL_CONFIG_H_
#define SCHEDULERLIB_MODEL_CONFIG_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ipdb/location.h"

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
};

struct ScheduledName {
  std::string name;  // relative to the zone, or "@"
  std::string cdn;
  uint32_t ttl_s = 60;
  uint32_t answers = 2;
};

struct Domain {
  std::string name;  // the zone's
  std::string zone_file;
  std::vector<ScheduledName> scheduled_names;
};

enum class CdnKind { kVendor, kOwn };
enum class Addressing { kDomain, kNodeAddress };

struct Cdn {
  std::string name;
  CdnKind kind = CdnKind::kVendor;
  Addressing addressing = Addressing::kDomain;
  std::string line;
  std::string push_domain;
  std::string pull_domain;
  std::string push_template = "rtmp://{host}/{app}/{stream}";
  std::map<std::string, std::string> pull_templates;  // format → template
  bool disabled = false;
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
};

enum class Standby { kNone, kHot, kCold };

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

struct QualityPolicy {
  std::string name;
  Tier default_tier = Tier::kOrigin;
  std::vector<GradeRule> by_grade;
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
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MODEL_CONFIG_H_
