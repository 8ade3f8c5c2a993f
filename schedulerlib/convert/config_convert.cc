#include "schedulerlib/convert/config_convert.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "proto/resource/kind.h"
#include "schedulerlib/convert/client_convert.h"
#include "schedulerlib/convert/nearness_convert.h"
#include "schedulerlib/convert/rule_convert.h"
#include "schedulerlib/convert/vendor_convert.h"
#include "schedulerlib/model/tier.h"

namespace nearcast::scheduler {
namespace {

template <typename T>
T Or(T value, T fallback) {
  return value == T() ? fallback : value;
}

ipdb::Location LocationOf(const v1::Location& from) {
  return {from.country(), from.region(), from.city(), from.isp()};
}

std::vector<std::string> Strings(const google::protobuf::RepeatedPtrField<std::string>& from) {
  return {from.begin(), from.end()};
}

class Converter {
 public:
  explicit Converter(ConvertedConfig& out) : out_(out) {}

  void Add(const v1::Resource& resource) {
    resource_ = &resource;
    switch (resource.spec_case()) {
      case v1::Resource::kNode:
        return AddNode(resource.node());
      case v1::Resource::kDomain:
        return AddDomain(resource.domain());
      case v1::Resource::kCdn:
        return AddCdn(resource.cdn());
      case v1::Resource::kRatioRule:
        return AddRatioRule(resource.ratio_rule());
      case v1::Resource::kPublishPoint:
        return AddPublishPoint(resource.publish_point());
      case v1::Resource::kTranscodeTemplate:
        return AddTemplate(resource.transcode_template());
      case v1::Resource::kQualityPolicy:
        return AddQualityPolicy(resource.quality_policy());
      case v1::Resource::kAccount:
        return AddAccount(resource.account());
      case v1::Resource::kHealthCheck:
        return AddHealthCheck(resource.health_check());
      case v1::Resource::kSwitch:
        return out_.config.switches.push_back(SwitchOf(resource_->name(), resource.switch_()));
      case v1::Resource::kLatencyPolicy:
        return out_.config.latency_policies.push_back(
            LatencyPolicyOf(resource_->name(), resource.latency_policy()));
      case v1::Resource::kNearnessPolicy:
        return out_.config.nearness_policies.push_back(
            NearnessPolicyOf(resource_->name(), resource.nearness_policy()));
      case v1::Resource::kPrefixOverride:
        return out_.config.prefix_overrides.push_back(PrefixOverrideOf(
            resource_->name(), resource.prefix_override(),
            [this](absl::string_view path, absl::string_view text) { Problem(path, text); }));
      case v1::Resource::kDelayProbe:
        return AddDelayProbe(resource.delay_probe());
      case v1::Resource::kClientPolicy:
        return out_.config.client_policies.push_back(
            ClientPolicyOf(resource_->name(), resource.client_policy()));
      case v1::Resource::SPEC_NOT_SET:
        return Problem("spec", "is missing");
    }
  }

 private:
  void Problem(absl::string_view path, absl::string_view message) {
    out_.problems.push_back(
        {resource::KindOf(*resource_), resource_->name(), std::string(path), std::string(message)});
  }

  uint16_t Port(absl::string_view path, uint32_t port, uint16_t fallback) {
    if (port > 65535) Problem(path, absl::StrCat("is no port: ", port, "; 1 to 65535"));
    return port == 0 ? fallback : static_cast<uint16_t>(port);
  }

  Tier TierOf(absl::string_view path, const std::string& key) {
    const std::optional<Tier> tier = ParseTier(key);
    if (!tier) {
      Problem(path,
              absl::StrCat("is no tier: \"", key, "\"; known are origin, uhd, hd, sd, ld, md, ao"));
    }
    return tier.value_or(Tier::kOrigin);
  }

  void AddNode(const v1::Node& from) {
    Node& to = out_.config.nodes.emplace_back();
    to.name = resource_->name();
    to.cdn = from.cdn();
    to.location = LocationOf(from.location());
    to.addresses = Strings(from.addresses());
    to.rtmp_port = Port("spec.rtmp_port", from.rtmp_port(), to.rtmp_port);
    to.http_port = Port("spec.http_port", from.http_port(), to.http_port);
    to.announces = Strings(from.announces());
    to.capacity_mbps = from.capacity_mbps();
    if (from.admin_state() == v1::Node::DRAINED) to.admin_state = AdminState::kDrained;
    if (from.health() == v1::Node::ALWAYS_UP) to.health = HealthSource::kAlwaysUp;
    to.weight = Or(from.weight(), to.weight);
    to.probe_address = from.probe_address();
  }

  void AddDomain(const v1::Domain& from) {
    Domain& to = out_.config.domains.emplace_back();
    to.name = resource_->name();
    to.zone_file = from.zone_file();
    for (const v1::ScheduledName& name : from.scheduled_names()) {
      to.scheduled_names.push_back(NameOf(name));
    }
  }

  static ScheduledName NameOf(const v1::ScheduledName& from) {
    ScheduledName to;
    to.name = from.name();
    to.cdn = from.cdn();
    to.ttl_s = Or(from.ttl_s(), to.ttl_s);
    to.answers = Or(from.answers(), to.answers);
    if (from.spread() == v1::ScheduledName::CLIENT) to.spread = Spread::kClient;
    if (from.spread() == v1::ScheduledName::STREAM) to.spread = Spread::kStream;
    to.diverse = from.diverse();
    to.by_load = from.by_load();
    for (const v1::ScheduledName::PlaceRule& rule : from.rules()) {
      to.rules.push_back({LocationOf(rule.match()), Strings(rule.nodes()), rule.cname()});
    }
    to.fallback_cname = from.fallback_cname();
    if (from.has_https()) to.https = HttpsOf(from.https());
    return to;
  }

  static HttpsRecord HttpsOf(const v1::ScheduledName::HttpsRecord& from) {
    HttpsRecord to;
    to.priority = Or(from.priority(), to.priority);
    if (from.alpn_size() > 0) to.alpn = Strings(from.alpn());
    to.port = Or(from.port(), to.port);
    return to;
  }

  void AddCdn(const v1::Cdn& from) {
    Cdn& to = out_.config.cdns.emplace_back();
    to.name = resource_->name();
    if (from.kind() == v1::Cdn::OWN) to.kind = CdnKind::kOwn;
    if (from.addressing() == v1::Cdn::NODE_ADDRESS) to.addressing = Addressing::kNodeAddress;
    to.line = from.line();
    to.push_domain = from.push_domain();
    to.pull_domain = from.pull_domain();
    to.push_template = Or(from.push_template(), to.push_template);
    to.pull_templates = {from.pull_templates().begin(), from.pull_templates().end()};
    to.push_templates = {from.push_templates().begin(), from.push_templates().end()};
    to.record_template = from.record_template();
    to.disabled = from.disabled();
    ConvertVendor(from, to);
  }

  static std::vector<CdnWeight> Weights(
      const google::protobuf::RepeatedPtrField<v1::RatioRule::Weight>& from) {
    std::vector<CdnWeight> to;
    for (const v1::RatioRule::Weight& w : from) to.push_back({w.cdn(), w.weight()});
    return to;
  }

  void AddRatioRule(const v1::RatioRule& from) {
    RatioRule& to = out_.config.ratio_rules.emplace_back();
    to.name = resource_->name();
    to.scope = {.publish_point = from.scope().publish_point(),
                .country = from.scope().country(),
                .region = from.scope().region(),
                .isp = from.scope().isp(),
                .stream = from.scope().stream()};
    to.main = Weights(from.main());
    to.backup = Weights(from.backup());
    to.tolerance_percent = Or(from.tolerance_percent(), to.tolerance_percent);
    to.uncorrected = from.uncorrected();
  }

  void AddPublishPoint(const v1::PublishPoint& from) {
    PublishPoint& to = out_.config.publish_points.emplace_back();
    to.name = resource_->name();
    to.app = Or(from.app(), to.app);
    to.push_cdns = Strings(from.push_cdns());
    to.transcode_templates = Strings(from.transcode_templates());
    if (from.standby() == v1::PublishPoint::HOT) to.standby = Standby::kHot;
    if (from.standby() == v1::PublishPoint::COLD) to.standby = Standby::kCold;
    to.gop_cache_ms = Or(from.gop_cache_ms(), to.gop_cache_ms);
    to.start_buffer_ms = Or(from.start_buffer_ms(), to.start_buffer_ms);
    to.quality_policy = from.quality_policy();
    to.app_id = from.app_id();
    to.business_type = from.business_type();
    to.watch_s = Or(from.watch_s(), to.watch_s);
    to.latency_policy = from.latency_policy();
    to.push_protocol = Or(from.push_protocol(), to.push_protocol);
    to.reconnect_grace_s = Or(from.reconnect_grace_s(), to.reconnect_grace_s);
    to.created_ttl_s = Or(from.created_ttl_s(), to.created_ttl_s);
    to.interrupted_ttl_s = Or(from.interrupted_ttl_s(), to.interrupted_ttl_s);
    to.stream_ttl_s = from.stream_ttl_s();
    to.record.formats = Strings(from.record().formats());
    to.record.file_s = Or(from.record().file_s(), to.record.file_s);
    to.callback = {from.callback().url(), from.callback().secret(),
                   Strings(from.callback().events())};
  }

  void AddTemplate(const v1::TranscodeTemplate& from) {
    TranscodeTemplate& to = out_.config.transcode_templates.emplace_back();
    to.name = resource_->name();
    to.tier = TierOf("spec.tier", from.tier());
    if (from.codec() == v1::TranscodeTemplate::H265) to.codec = Codec::kH265;
    to.width = from.width();
    to.height = from.height();
    to.bitrate_bps = from.bitrate_bps();
    to.fps = from.fps();
    to.gop_s = Or(from.gop_s(), to.gop_s);
    if (from.side() == v1::TranscodeTemplate::PUSH_SIDE) to.side = TranscodeSide::kPush;
    to.suffix = from.suffix();
  }

  void AddQualityPolicy(const v1::QualityPolicy& from) {
    QualityPolicy& to = out_.config.quality_policies.emplace_back();
    to.name = resource_->name();
    to.default_tier = TierOf("spec.default_tier", from.default_tier());
    for (int i = 0; i < from.by_grade_size(); ++i) {
      const std::string path = absl::StrCat("spec.by_grade[", i, "].tier");
      to.by_grade.push_back({from.by_grade(i).grade_max(), TierOf(path, from.by_grade(i).tier())});
    }
    for (int i = 0; i < from.rules_size(); ++i) {
      const v1::QualityPolicy::Rule& rule = from.rules(i);
      to.rules.push_back({rule.name(), MatchOf(rule.match()),
                          TierOf(absl::StrCat("spec.rules[", i, "].tier"), rule.tier())});
    }
    if (from.has_budget()) to.budget = BudgetOf(from.budget());
    if (from.has_pin()) {
      to.pin = {TierOf("spec.pin.tier", from.pin().tier()),
                ExpiryOf(from.pin().has_expire_time(), from.pin().expire_time())};
    }
  }

  BudgetLadder BudgetOf(const v1::QualityPolicy::BudgetLadder& from) {
    BudgetLadder to;
    to.budget_mbps = from.budget_mbps();
    to.cdns = Strings(from.cdns());
    for (int i = 0; i < from.steps_size(); ++i) {
      to.steps.push_back(
          {from.steps(i).share(),
           TierOf(absl::StrCat("spec.budget.steps[", i, "].tier"), from.steps(i).tier())});
    }
    to.hysteresis = Or(from.hysteresis(), to.hysteresis);
    to.hold_s = Or(from.hold_s(), to.hold_s);
    return to;
  }

  void AddAccount(const v1::Account& from) {
    Account& to = out_.config.accounts.emplace_back();
    to.name = resource_->name();
    to.account_id = from.account_id();
    to.sign_secret = from.sign_secret();
    to.alibaba_aes_key = from.alibaba_aes_key();
    to.tencent_aes_key = from.tencent_aes_key();
    to.tencent_des_key = from.tencent_des_key();
    to.tencent_token = from.tencent_token();
    to.allow_unsigned = from.allow_unsigned();
    to.allow_ip_parameter = from.allow_ip_parameter();
    to.requests_per_s_max = from.requests_per_s_max();
    to.service_addresses = Strings(from.service_addresses());
    to.hosts = Strings(from.hosts());
    for (const v1::NameTag& tag : from.tags()) {
      to.tags.push_back({.tag = tag.tag(), .names = Strings(tag.names())});
    }
  }

  static CheckType CheckTypeOf(v1::HealthCheck::Type type) {
    switch (type) {
      case v1::HealthCheck::HTTP:
        return CheckType::kHttp;
      case v1::HealthCheck::HTTPS:
        return CheckType::kHttps;
      case v1::HealthCheck::RTMP:
        return CheckType::kRtmp;
      case v1::HealthCheck::FLV:
        return CheckType::kFlv;
      default:
        return CheckType::kTcp;
    }
  }

  void AddHealthCheck(const v1::HealthCheck& from) {
    HealthCheck& to = out_.config.health_checks.emplace_back();
    to.name = resource_->name();
    to.cdn = from.cdn();
    to.nodes = Strings(from.nodes());
    to.type = CheckTypeOf(from.type());
    to.port = Port("spec.port", from.port(), 0);
    to.path = Or(from.path(), to.path);
    to.host = from.host();
    to.expected_status = from.expected_status();
    to.body_contains = from.body_contains();
    to.interval_ms = Or(from.interval_ms(), to.interval_ms);
    to.timeout_ms = Or(from.timeout_ms(), to.timeout_ms);
    to.up_threshold = Or(from.up_threshold(), to.up_threshold);
    to.down_threshold = Or(from.down_threshold(), to.down_threshold);
    to.quorum = from.quorum();
    to.server_name = from.server_name();
    to.skip_verify = from.skip_verify();
    if (from.role() == v1::HealthCheck::PUSH) to.role = CdnRole::kPush;
    to.formats = Strings(from.formats());
    to.sign_path = from.sign_path();
  }

  void AddDelayProbe(const v1::DelayProbe& from) {
    DelayProbe& to = out_.config.delay_probes.emplace_back();
    to.name = resource_->name();
    for (const v1::DelayProbe::Sample& sample : from.samples()) {
      to.samples.push_back({sample.address(), LocationOf(sample.place())});
    }
    to.cdn = from.cdn();
    to.between_nodes = from.between_nodes();
    to.interval_s = Or(from.interval_s(), to.interval_s);
    to.timeout_ms = Or(from.timeout_ms(), to.timeout_ms);
    to.tries = Or(from.tries(), to.tries);
  }

  ConvertedConfig& out_;
  const v1::Resource* resource_ = nullptr;
};

}  // namespace

ConvertedConfig ConvertConfig(const std::vector<v1::Resource>& resources, int64_t revision) {
  ConvertedConfig converted;
  converted.config.revision = revision;
  Converter converter(converted);
  for (const v1::Resource& resource : resources) converter.Add(resource);
  return converted;
}

}  // namespace nearcast::scheduler
