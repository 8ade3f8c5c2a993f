#include "schedulerlib/testing/hundred_nodes.h"

#include <span>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace nearcast::scheduler {
namespace {

// About by the number of people who live there.
constexpr const char* kProvinces[] = {"440000", "370000", "410000", "320000", "510000", "130000",
                                      "430000", "330000", "340000", "420000", "450000", "530000",
                                      "360000", "210000", "350000", "610000", "520000", "140000",
                                      "500000", "220000", "230000", "310000", "620000", "650000",
                                      "150000", "110000", "120000", "460000"};
constexpr const char* kBgpProvinces[] = {"110000", "310000", "440000",
                                         "510000", "420000", "610000"};
constexpr const char* kAbroad[] = {"HK", "SG", "JP", "KR", "US", "DE",
                                   "GB", "IN", "BR", "AU", "RU", "ZA"};

void AddNode(const std::string& country, const std::string& region, const std::string& isp,
             std::vector<std::string> announces, Config& config) {
  const size_t number = config.nodes.size() + 1;
  Node& node = config.nodes.emplace_back();
  node.name = absl::StrCat("node-", 1000 + number);
  node.cdn = "own";
  node.location = {.country = country, .region = region, .city = "", .isp = isp};
  node.announces = std::move(announces);
  node.addresses = {absl::StrCat("192.0.2.", number), absl::StrCat("2001:db8::", number)};
  node.capacity_mbps = 1000;
  node.health = HealthSource::kAlwaysUp;
}

}  // namespace

Config HundredNodes() {
  Config config;
  Cdn& cdn = config.cdns.emplace_back();
  cdn.name = "own";
  cdn.kind = CdnKind::kOwn;
  cdn.pull_domain = "pull.live.example";
  const std::span<const char* const> provinces(kProvinces);
  for (const char* province : provinces) AddNode("CN", province, "chinatelecom", {}, config);
  for (const char* province : provinces.first(24)) {
    AddNode("CN", province, "chinaunicom", {}, config);
  }
  for (const char* province : provinces.subspan(2, 24)) {
    AddNode("CN", province, "chinamobile", {}, config);
  }
  for (const char* province : kBgpProvinces) {
    AddNode("CN", province, "bgp", {"chinatelecom", "chinaunicom", "chinamobile", "cernet"},
            config);
    AddNode("CN", province, "cernet", {}, config);
  }
  for (const char* country : kAbroad) AddNode(country, "", "", {}, config);
  NC_CHECK(config.nodes.size() == 100);
  Domain& domain = config.domains.emplace_back();
  domain.name = "live.example";
  domain.zone_file =
      "$TTL 3600\n@ SOA ns1 hostmaster 1 7200 1800 259200 900\n@ NS ns1\nns1 A 127.0.0.1\n";
  ScheduledName& name = domain.scheduled_names.emplace_back();
  name.name = "pull";
  name.cdn = "own";
  name.answers = 1;
  return config;
}

}  // namespace nearcast::scheduler
