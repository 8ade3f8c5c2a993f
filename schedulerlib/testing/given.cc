#include "schedulerlib/testing/given.h"

#include <algorithm>
#include <iostream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "ipdb/ip_prefix.h"
#include "ipdb/prefix_table_builder.h"
#include "schedulerlib/config/validate.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/snapshot/build_snapshot.h"

namespace nearcast::scheduler {
namespace {

constexpr double kCapacityMbps = 1000;

TranscodeTemplate TemplateOf(const std::string& key) {
  TranscodeTemplate made;
  made.name = key;
  const bool is_h265 = absl::EndsWith(key, "5");
  made.tier = ParseTier(absl::StripSuffix(key, "5")).value();
  made.codec = is_h265 ? Codec::kH265 : Codec::kH264;
  made.fps = 30;
  const auto rank = static_cast<uint32_t>(made.tier);
  if (made.tier != Tier::kAo) {
    made.width = 1920 - 320 * rank;
    made.height = 1080 - 180 * rank;
  }
  if (made.tier != Tier::kOrigin) made.bitrate_bps = 4'000'000 >> rank;
  return made;
}

}  // namespace

ipdb::Location Place(absl::string_view text) {
  std::vector<std::string> parts = absl::StrSplit(text, '/');
  NC_CHECK(parts.size() <= 4);
  parts.resize(4);
  return {.country = parts[0], .region = parts[1], .city = parts[2], .isp = parts[3]};
}

ipdb::IpAddress Ip(absl::string_view text) { return ipdb::ParseIpAddress(text).value(); }

Given& Given::Own(const std::string& name) {
  Cdn& cdn = config_.cdns.emplace_back();
  cdn.name = name;
  cdn.kind = CdnKind::kOwn;
  cdn.addressing = Addressing::kNodeAddress;
  cdn.pull_templates["flv"] =
      "http://{host}/{app}/{stream}{suffix}.flv?gop_cache_ms={gop_cache_ms}";
  cdn.pull_templates["rtmp"] = "rtmp://{host}/{app}/{stream}{suffix}";
  return *this;
}

Given& Given::Vendor(const std::string& name) {
  Cdn& cdn = config_.cdns.emplace_back();
  cdn.name = name;
  cdn.push_domain = absl::StrCat("push.", name, ".example");
  cdn.pull_domain = absl::StrCat("pull.", name, ".example");
  cdn.pull_templates["flv"] = "https://{host}/{app}/{stream}{suffix}.flv";
  cdn.pull_templates["hls"] = "https://{host}/{app}/{stream}{suffix}.m3u8";
  return *this;
}

Given& Given::Node(const std::string& name, absl::string_view place, Names addresses) {
  NC_CHECK(!config_.cdns.empty());
  scheduler::Node& node = config_.nodes.emplace_back();
  node.name = name;
  node.cdn = config_.cdns.back().name;
  node.location = Place(place);
  node.capacity_mbps = kCapacityMbps;
  const size_t number = config_.nodes.size();
  if (addresses.empty()) {
    addresses = {absl::StrCat("192.0.", 2 + number / 256, ".", number % 256),
                 absl::StrCat("2001:db8::", absl::Hex(number))};
  }
  node.addresses = std::move(addresses);
  return *this;
}

Given& Given::Announces(Names isps) {
  config_.nodes.back().announces = std::move(isps);
  return *this;
}

Given& Given::Drained() {
  config_.nodes.back().admin_state = AdminState::kDrained;
  return *this;
}

Given& Given::Down() {
  live_[config_.nodes.back().name].health = Health::kDown;
  return *this;
}

Given& Given::Loaded(double share) {
  NodeLive& live = live_[config_.nodes.back().name];
  live.health = Health::kUp;
  live.out_bits_per_s = share * kCapacityMbps * 1e6;
  return *this;
}

Given& Given::Network(absl::string_view prefix, absl::string_view place) {
  networks_.emplace_back(std::string(prefix), std::string(place));
  return *this;
}

Given& Given::ScheduledName(const std::string& name, const std::string& cdn, uint32_t answers) {
  if (config_.domains.empty()) {
    Domain& domain = config_.domains.emplace_back();
    domain.name = "live.example";
    domain.zone_file =
        "@ 3600 SOA ns1 hostmaster 1 7200 1800 259200 60\n"
        "@ 3600 NS ns1\n"
        "ns1 3600 A 192.0.2.53\n";
  }
  config_.domains.back().scheduled_names.push_back({.name = name, .cdn = cdn, .answers = answers});
  return *this;
}

Given& Given::Point(const std::string& name, Names push_cdns, Names tiers) {
  auto& templates = config_.transcode_templates;
  for (const std::string& key : tiers) {
    const bool is_known = std::any_of(templates.begin(), templates.end(),
                                      [&key](const auto& t) { return t.name == key; });
    if (!is_known) templates.push_back(TemplateOf(key));
  }
  PublishPoint& point = config_.publish_points.emplace_back();
  point.name = name;
  point.push_cdns = std::move(push_cdns);
  point.transcode_templates = std::move(tiers);
  return *this;
}

Given& Given::StandsBy(Standby standby) {
  config_.publish_points.back().standby = standby;
  return *this;
}

Given& Given::Policy(const std::string& default_tier, std::vector<GradeRule> by_grade) {
  QualityPolicy& policy = config_.quality_policies.emplace_back();
  policy.name = absl::StrCat("policy-", config_.quality_policies.size());
  policy.default_tier = ParseTier(default_tier).value();
  policy.by_grade = std::move(by_grade);
  config_.publish_points.back().quality_policy = policy.name;
  return *this;
}

Given& Given::Ratio(const std::string& name, std::vector<CdnWeight> main,
                    std::vector<CdnWeight> backup, RatioScope scope) {
  config_.ratio_rules.push_back({.name = name,
                                 .scope = std::move(scope),
                                 .main = std::move(main),
                                 .backup = std::move(backup)});
  return *this;
}

std::shared_ptr<const ipdb::PrefixTable> Given::Places() const {
  ipdb::PrefixTableBuilder builder;
  for (const auto& [prefix, place] : networks_) {
    builder.Add(ipdb::ParseIpPrefix(prefix).value(), Place(place));
  }
  return std::make_shared<const ipdb::PrefixTable>(builder.Build());
}

std::shared_ptr<const scheduler::Snapshot> Given::Snapshot() const {
  const auto problems = Validate(config_);
  for (const Problem& problem : problems) std::cerr << problem.ToString() << '\n';
  NC_CHECK(problems.empty());
  return BuildSnapshot(config_, live_, Places());
}

}  // namespace nearcast::scheduler
