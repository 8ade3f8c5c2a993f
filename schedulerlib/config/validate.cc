#include "schedulerlib/config/validate.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ipdb/ip_address.h"
#include "ipdb/ip_prefix.h"
#include "schedulerlib/config/clients.h"
#include "schedulerlib/config/delay_probes.h"
#include "schedulerlib/config/health_checks.h"
#include "schedulerlib/config/latency.h"
#include "schedulerlib/config/nearness.h"
#include "schedulerlib/config/publishing.h"
#include "schedulerlib/config/rules.h"
#include "schedulerlib/config/vendors.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/stream/url_template.h"
#include "schedulerlib/zone/dns_name.h"
#include "schedulerlib/zone/validate_domain.h"

namespace nearcast::scheduler {
namespace {

constexpr const char* kFormats[] = {"flv", "hls",  "cmaf",    "dash",   "lls",
                                    "tsl", "tile", "http_ts", "ll_hls", "rtmp"};

bool IsName(absl::string_view name) {
  return !name.empty() && name.size() <= 253 && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-' || c == '_' || c == '.';
  });
}

// One pass over a configuration; each Check… method is one kind of resource.
class Validator {
 public:
  explicit Validator(const Config& config) : config_(config) {
    for (const Cdn& cdn : config.cdns) cdns_.insert(cdn.name);
    for (const TranscodeTemplate& t : config.transcode_templates) templates_.insert(t.name);
    for (const QualityPolicy& policy : config.quality_policies) policies_.insert(policy.name);
    for (const PublishPoint& point : config.publish_points) points_.insert(point.name);
    for (const Node& node : config.nodes) nodes_.insert(node.name);
  }

  std::vector<Problem> Validate() {
    CheckAll("Account", config_.accounts, &Validator::CheckAccount);
    CheckAll("Cdn", config_.cdns, &Validator::CheckCdn);
    CheckAll("ClientPolicy", config_.client_policies, &Validator::CheckClientPolicy);
    CheckAll("DelayProbe", config_.delay_probes, &Validator::CheckDelayProbe);
    CheckAll("Domain", config_.domains, &Validator::CheckDomain);
    CheckAll("HealthCheck", config_.health_checks, &Validator::CheckHealthCheck);
    CheckAll("LatencyPolicy", config_.latency_policies, &Validator::CheckLatencyPolicy);
    CheckAll("NearnessPolicy", config_.nearness_policies, &Validator::CheckNearness);
    CheckAll("Node", config_.nodes, &Validator::CheckNode);
    CheckAll("PrefixOverride", config_.prefix_overrides, &Validator::CheckOverride);
    CheckAll("PublishPoint", config_.publish_points, &Validator::CheckPublishPoint);
    CheckAll("QualityPolicy", config_.quality_policies, &Validator::CheckQualityPolicy);
    CheckAll("RatioRule", config_.ratio_rules, &Validator::CheckRatioRule);
    CheckAll("Switch", config_.switches, &Validator::CheckSwitch);
    CheckAll("TranscodeTemplate", config_.transcode_templates, &Validator::CheckTemplate);
    return std::move(problems_);
  }

 private:
  template <typename T>
  void CheckAll(absl::string_view kind, const std::vector<T>& items,
                void (Validator::*check)(const T&)) {
    kind_ = kind;
    for (const T& item : items) {
      name_ = item.name;
      if (!IsName(item.name)) {
        Add("name", "must be 1 to 253 lower-case letters, digits, '-', '_' or '.'");
      }
      (this->*check)(item);
    }
  }

  // For what is checked in a file of its own.
  auto Adder() {
    return [this](absl::string_view path, absl::string_view text) { Add(path, text); };
  }

  void Add(absl::string_view path, absl::string_view message) {
    problems_.push_back(
        {std::string(kind_), std::string(name_), std::string(path), std::string(message)});
  }

  void CheckRef(absl::string_view path, absl::string_view kind, const std::string& name,
                const std::set<std::string>& known) {
    if (known.count(name) > 0) return;
    Add(path, absl::StrCat("names ", kind, " \"", name, "\", which does not exist; ",
                           known.empty() ? absl::StrCat("there is no ", kind, " yet")
                                         : absl::StrCat("there are ", absl::StrJoin(known, ", "))));
  }

  const Cdn* FindCdn(const std::string& name) const {
    const auto at = std::find_if(config_.cdns.begin(), config_.cdns.end(),
                                 [&name](const Cdn& cdn) { return cdn.name == name; });
    return at == config_.cdns.end() ? nullptr : &*at;
  }

  void CheckOwnCdn(absl::string_view path, const std::string& name) {
    CheckRef(path, "Cdn", name, cdns_);
    const Cdn* cdn = FindCdn(name);
    if (cdn != nullptr && cdn->kind != CdnKind::kOwn) {
      Add(path, absl::StrCat("names Cdn \"", name,
                             "\", which is of kind VENDOR; nodes belong to one of kind OWN"));
    }
  }

  void CheckLatencyPolicy(const LatencyPolicy& policy) { ValidateLatencyPolicy(policy, Adder()); }

  void CheckNode(const Node& node) {
    CheckOwnCdn("spec.cdn", node.cdn);
    if (node.addresses.empty()) Add("spec.addresses", "is empty; give at least one IP address");
    for (size_t i = 0; i < node.addresses.size(); ++i) {
      if (ipdb::ParseIpAddress(node.addresses[i]).ok()) continue;
      Add(absl::StrCat("spec.addresses[", i, "]"),
          absl::StrCat("is not an IP address: \"", node.addresses[i], "\""));
    }
    if (node.location.country.empty()) {
      Add("spec.location.country", "is empty; without it no client is near (for example CN)");
    }
    if (node.weight > 10000) Add("spec.weight", "must be at most 10000");
    if (!node.probe_address.empty() && !ipdb::ParseIpAddress(node.probe_address).ok()) {
      Add("spec.probe_address", absl::StrCat("is not an IP address: \"", node.probe_address, "\""));
    }
    if (!(node.capacity_mbps >= 0)) Add("spec.capacity_mbps", "must be 0 (no limit) or more");
  }

  void CheckDomain(const Domain& domain) {
    for (const zone::ZoneProblem& problem : zone::ValidateDomain(domain)) {
      Add(problem.path, problem.message);
    }
    for (size_t i = 0; i < domain.scheduled_names.size(); ++i) {
      const ScheduledName& name = domain.scheduled_names[i];
      const std::string path = absl::StrCat("spec.scheduled_names[", i, "]");
      CheckOwnCdn(absl::StrCat(path, ".cdn"), name.cdn);
      if (name.ttl_s > 86400) Add(absl::StrCat(path, ".ttl_s"), "must be at most 86400 (a day)");
      if (name.answers > 16) Add(absl::StrCat(path, ".answers"), "must be at most 16");
      CheckSteering(path, name);
    }
  }

  void CheckSteering(const std::string& path, const ScheduledName& name) {
    if (name.spread == Spread::kStream && !absl::StartsWith(name.name, "*.")) {
      Add(absl::StrCat(path, ".spread"), "STREAM needs a name that begins with \"*.\"");
    }
    CheckAlias(absl::StrCat(path, ".fallback_cname"), name.fallback_cname);
    const bool has_alias = !name.fallback_cname.empty() ||
                           std::any_of(name.rules.begin(), name.rules.end(),
                                       [](const PlaceRule& rule) { return !rule.cname.empty(); });
    if (name.name == "@" && has_alias) {
      Add(path, "gives an alias at the zone's own name, where SOA and NS stand (RFC 2181 §10.1)");
    }
    for (size_t i = 0; i < name.rules.size(); ++i) {
      CheckPlaceRule(absl::StrCat(path, ".rules[", i, "]"), name.rules[i]);
    }
    if (!name.https) return;
    if (name.https->port > 65535) Add(absl::StrCat(path, ".https.port"), "must be at most 65535");
    if (name.https->priority > 65535) {
      Add(absl::StrCat(path, ".https.priority"), "must be at most 65535");
    }
    for (const std::string& alpn : name.https->alpn) {
      if (!alpn.empty() && alpn.size() <= 255) continue;
      Add(absl::StrCat(path, ".https.alpn"), "has a protocol of no or more than 255 octets");
    }
  }

  void CheckAlias(const std::string& path, const std::string& alias) {
    if (alias.empty() || zone::ParseDnsName(alias).ok()) return;
    Add(path, absl::StrCat("is not a domain name: \"", alias, "\""));
  }

  void CheckPlaceRule(const std::string& path, const PlaceRule& rule) {
    if (rule.nodes.empty() == rule.cname.empty()) {
      Add(path, "needs nodes or a cname, and not both");
    }
    CheckAlias(absl::StrCat(path, ".cname"), rule.cname);
    for (size_t i = 0; i < rule.nodes.size(); ++i) {
      CheckRef(absl::StrCat(path, ".nodes[", i, "]"), "Node", rule.nodes[i], nodes_);
    }
  }

  void CheckAccount(const Account& account) {
    if (account.account_id.empty()) Add("spec.account_id", "is empty");
    if (!account_ids_.insert(account.account_id).second) {
      Add("spec.account_id", absl::StrCat("is that of another Account: ", account.account_id));
    }
    const auto check_key = [this](absl::string_view path, const std::string& key, size_t size) {
      if (key.empty() || key.size() == size) return;
      Add(path, absl::StrCat("has ", key.size(), " characters; it needs ", size));
    };
    check_key("spec.alibaba_aes_key", account.alibaba_aes_key, 32);
    check_key("spec.tencent_aes_key", account.tencent_aes_key, 16);
    check_key("spec.tencent_des_key", account.tencent_des_key, 8);
    const std::string& hex = account.alibaba_aes_key;
    if (!std::all_of(hex.begin(), hex.end(), [](char c) { return absl::ascii_isxdigit(c); })) {
      Add("spec.alibaba_aes_key", "must be hexadecimal");
    }
    for (size_t i = 0; i < account.service_addresses.size(); ++i) {
      if (ipdb::ParseIpAddress(account.service_addresses[i]).ok()) continue;
      Add(absl::StrCat("spec.service_addresses[", i, "]"), "is not an IP address");
    }
    for (size_t i = 0; i < account.tags.size(); ++i) CheckTag(account, i);
  }

  void CheckTag(const Account& account, size_t at) {
    const NameTag& tag = account.tags[at];
    const std::string path = absl::StrCat("spec.tags[", at, "]");
    if (tag.tag.empty()) Add(path + ".tag", "is empty");
    const auto same = std::count_if(account.tags.begin(), account.tags.begin() + at,
                                    [&tag](const NameTag& other) { return other.tag == tag.tag; });
    if (same > 0) Add(path + ".tag", absl::StrCat("is there twice: ", tag.tag));
    if (tag.names.empty() || tag.names.size() > kTaggedNamesMax) {
      Add(path + ".names",
          absl::StrCat("has ", tag.names.size(), " names; it needs 1 to ", kTaggedNamesMax));
    }
    for (size_t i = 0; i < tag.names.size(); ++i) {
      const std::string& name = tag.names[i];
      const bool is_plain = std::all_of(name.begin(), name.end(), [](char c) {
        return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
      });
      if (!name.empty() && is_plain && zone::ParseDnsName(name).ok()) continue;
      Add(absl::StrCat(path, ".names[", i, "]"),
          absl::StrCat("is not a host name: \"", name, "\""));
    }
  }

  void CheckCdn(const Cdn& cdn) {
    if (cdn.kind == CdnKind::kVendor && cdn.addressing == Addressing::kNodeAddress) {
      Add("spec.addressing", "NODE_ADDRESS needs kind OWN: a vendor's nodes are not known");
    }
    if (cdn.addressing == Addressing::kDomain) {
      if (cdn.pull_domain.empty()) Add("spec.pull_domain", "is empty, and addressing is DOMAIN");
      if (cdn.push_domain.empty() && absl::StrContains(cdn.push_template, "{host}")) {
        Add("spec.push_domain", "is empty, and addressing is DOMAIN");
      }
    }
    CheckTemplateText("spec.push_template", cdn.push_template);
    ValidatePushTemplates(cdn, Adder());
    ValidateVendor(cdn, config_.transcode_templates, Adder());
    for (const auto& [format, text] : cdn.pull_templates) {
      const std::string path = absl::StrCat("spec.pull_templates.", format);
      if (std::find(std::begin(kFormats), std::end(kFormats), format) == std::end(kFormats)) {
        Add(path, absl::StrCat("is no format; known are ", absl::StrJoin(kFormats, ", ")));
      }
      CheckTemplateText(path, text);
    }
  }

  void CheckTemplateText(absl::string_view path, absl::string_view text) {
    if (const absl::Status status = ValidateUrlTemplate(text); !status.ok()) {
      Add(path, status.message());
    }
  }

  void CheckWeights(absl::string_view path, const std::vector<CdnWeight>& weights) {
    std::set<std::string> seen;
    for (size_t i = 0; i < weights.size(); ++i) {
      const std::string at = absl::StrCat(path, "[", i, "].cdn");
      CheckRef(at, "Cdn", weights[i].cdn, cdns_);
      if (!seen.insert(weights[i].cdn).second) {
        Add(at, absl::StrCat("names Cdn \"", weights[i].cdn, "\" a second time"));
      }
      // Every tier of stream_data must have an FLV URL, or public players refuse all of them.
      const Cdn* cdn = FindCdn(weights[i].cdn);
      if (cdn != nullptr && cdn->pull_templates.count("flv") == 0) {
        Add(at, absl::StrCat("names Cdn \"", cdn->name, "\", which has no pull template for flv"));
      }
    }
  }

  void CheckRatioRule(const RatioRule& rule) {
    CheckWeights("spec.main", rule.main);
    CheckWeights("spec.backup", rule.backup);
    const auto has_weight = [](const CdnWeight& w) { return w.weight > 0; };
    if (std::none_of(rule.main.begin(), rule.main.end(), has_weight)) {
      Add("spec.main", "has no weight above 0; give at least one, as in {cdn: NAME, weight: 100}");
    }
    if (!rule.scope.publish_point.empty()) {
      CheckRef("spec.scope.publish_point", "PublishPoint", rule.scope.publish_point, points_);
    }
    ValidateRatioTerms(rule, Adder());
  }

  void CheckPublishPoint(const PublishPoint& point) {
    if (point.push_cdns.empty()) Add("spec.push_cdns", "is empty; nobody could go live");
    std::set<std::string> seen;
    for (size_t i = 0; i < point.push_cdns.size(); ++i) {
      const std::string path = absl::StrCat("spec.push_cdns[", i, "]");
      CheckRef(path, "Cdn", point.push_cdns[i], cdns_);
      if (!seen.insert(point.push_cdns[i]).second) {
        Add(path, absl::StrCat("names Cdn \"", point.push_cdns[i], "\" a second time"));
      }
    }
    CheckTiers(point);
    if (!point.quality_policy.empty()) {
      CheckRef("spec.quality_policy", "QualityPolicy", point.quality_policy, policies_);
    }
    ValidatePublishing(point, config_.cdns, Adder());
    ValidateLatencyOf(point, config_, Adder());
    if (point.gop_cache_ms > 60000) Add("spec.gop_cache_ms", "must be at most 60000 (a minute)");
  }

  void CheckTiers(const PublishPoint& point) {
    std::set<Tier> seen;
    bool all_known = true;
    for (size_t i = 0; i < point.transcode_templates.size(); ++i) {
      const std::string& name = point.transcode_templates[i];
      const std::string path = absl::StrCat("spec.transcode_templates[", i, "]");
      CheckRef(path, "TranscodeTemplate", name, templates_);
      all_known &= templates_.count(name) > 0;
      for (const TranscodeTemplate& t : config_.transcode_templates) {
        if (t.name == name && !seen.insert(t.tier).second) {
          Add(path, absl::StrCat("is the second template for tier ", TierKey(t.tier)));
        }
      }
    }
    if (point.transcode_templates.empty()) {
      Add("spec.transcode_templates", "is empty; name at least one with tier origin");
    } else if (all_known && *seen.begin() >= Tier::kMd) {
      Add("spec.transcode_templates",
          "has only md and ao, which players' menus do not show; name one with tier origin, uhd, "
          "hd, sd or ld too");
    }
  }

  void CheckHealthCheck(const HealthCheck& check) {
    if (!check.cdn.empty()) CheckRef("spec.cdn", "Cdn", check.cdn, cdns_);
    for (size_t i = 0; i < check.nodes.size(); ++i) {
      CheckRef(absl::StrCat("spec.nodes[", i, "]"), "Node", check.nodes[i], nodes_);
    }
    ValidateHealthCheck(check, config_, Adder());
  }

  void CheckDelayProbe(const DelayProbe& probe) {
    if (!probe.cdn.empty()) CheckOwnCdn("spec.cdn", probe.cdn);
    ValidateDelayProbe(probe, samples_, Adder());
  }

  void CheckNearness(const NearnessPolicy& policy) { ValidateNearness(config_, policy, Adder()); }

  void CheckOverride(const PrefixOverride& override) {
    ValidateOverride(config_, override, prefixes_, Adder());
  }

  void CheckTemplate(const TranscodeTemplate& t) {
    if ((t.width == 0) != (t.height == 0))
      Add("spec.width", "width and height must be given together");
    const bool transcoded = t.tier != Tier::kOrigin;
    if (transcoded && t.bitrate_bps == 0)
      Add("spec.bitrate_bps", "is 0; only origin may leave it open");
  }

  void CheckQualityPolicy(const QualityPolicy& policy) {
    ValidateQualityPolicy(policy, config_, Adder());
  }

  void CheckClientPolicy(const ClientPolicy& policy) {
    ValidateMatch(policy.match, "spec.match", Adder());
    ValidateClientPolicy(policy, Adder());
  }

  void CheckSwitch(const Switch& item) { ValidateSwitch(item, config_, Adder()); }

  const Config& config_;
  std::set<std::string> cdns_;
  std::set<std::string> nodes_;
  std::set<std::string> templates_;
  std::set<std::string> policies_;
  std::set<std::string> points_;
  std::set<std::string> account_ids_;               // seen so far
  std::map<ipdb::IpPrefix, std::string> prefixes_;  // overridden so far, and where
  std::map<std::string, std::string> samples_;      // seen so far, and in which probe
  absl::string_view kind_;
  absl::string_view name_;
  std::vector<Problem> problems_;
};

}  // namespace

std::string Problem::ToString() const {
  return absl::StrCat(kind, "/", name, ": ", path, ": ", message);
}

std::vector<Problem> Validate(const Config& config) { return Validator(config).Validate(); }

}  // namespace nearcast::scheduler
