#include "services/httpdns/test_snapshot.h"

#include <random>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ipdb/ip_prefix.h"
#include "ipdb/location.h"
#include "ipdb/prefix_table.h"
#include "ipdb/prefix_table_builder.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/snapshot/build_snapshot.h"

namespace nearcast::httpdns {
namespace {

constexpr const char* kRegions[] = {"110000", "310000", "440000"};
constexpr const char* kIsps[] = {"chinatelecom", "chinaunicom"};

ipdb::Location PlaceOf(uint32_t cell) {
  return {.country = "CN", .region = kRegions[cell % 3], .city = "", .isp = kIsps[cell / 3 % 2]};
}

std::shared_ptr<const ipdb::PrefixTable> MakePlaces(uint32_t seed, int networks) {
  std::mt19937 random(seed);
  ipdb::PrefixTableBuilder builder;
  builder.Add(*ipdb::ParseIpPrefix("14.215.0.0/16"), PlaceOf(2));
  for (int i = 0; i < networks; ++i) {
    const int length = 10 + static_cast<int>(random() % 15);
    const auto v4 = ipdb::IpAddress::FromV4(0x0a000000 | (random() & 0xffffff));
    builder.Add(ipdb::BlockAround(v4, length), PlaceOf(random() % 6));
    const auto v6 = ipdb::IpAddress::FromV6(
        absl::MakeUint128(0x20010db800000000 | static_cast<uint32_t>(random()), 0));
    builder.Add(ipdb::BlockAround(v6, 32 + static_cast<int>(random() % 33)), PlaceOf(random() % 6));
  }
  return std::make_shared<const ipdb::PrefixTable>(builder.Build());
}

scheduler::Node MakeNode(const std::string& cdn, uint32_t cell, bool with_ipv6) {
  scheduler::Node node;
  node.name = absl::StrCat(cdn, "-", cell);
  node.cdn = cdn;
  node.location = PlaceOf(cell);
  node.addresses = {absl::StrCat("192.0.2.", (with_ipv6 ? 10 : 100) + cell)};
  if (with_ipv6) node.addresses.push_back(absl::StrCat("2001:db8:ffff::", cell));
  node.health = scheduler::HealthSource::kAlwaysUp;
  return node;
}

scheduler::Cdn MakeCdn(const std::string& name) {
  scheduler::Cdn cdn;
  cdn.name = name;
  cdn.kind = scheduler::CdnKind::kOwn;
  return cdn;
}

}  // namespace

std::shared_ptr<const scheduler::Snapshot> MakeTestSnapshot(uint32_t seed, int networks) {
  scheduler::Config config;
  config.revision = 1;
  config.cdns = {MakeCdn("own"), MakeCdn("plain")};
  for (uint32_t cell = 0; cell < 6; ++cell) {
    config.nodes.push_back(MakeNode("own", cell, true));
    config.nodes.push_back(MakeNode("plain", cell, false));
  }
  scheduler::Domain domain;
  domain.name = "live.example";
  domain.zone_file = "@ 3600 IN SOA ns1 hostmaster 1 7200 1800 259200 900\n@ 3600 IN NS ns1\n";
  domain.scheduled_names = {{.name = "pull", .cdn = "own", .ttl_s = 60, .answers = 2},
                            {.name = "v4", .cdn = "plain", .ttl_s = 30, .answers = 1}};
  config.domains = {domain};
  return scheduler::BuildSnapshot(config, {}, MakePlaces(seed, networks));
}

}  // namespace nearcast::httpdns
