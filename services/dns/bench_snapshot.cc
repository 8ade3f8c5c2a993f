#include "services/dns/bench_snapshot.h"

#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "ipdb/database.h"
#include "ipdb/prefix_table_builder.h"
#include "ipdb/shared_data.h"
#include "schedulerlib/snapshot/build_snapshot.h"

namespace nearcast::dns {
namespace {

constexpr const char* kProvinces[] = {
    "110000", "120000", "130000", "140000", "150000", "210000", "220000", "230000",
    "310000", "320000", "330000", "340000", "350000", "360000", "370000", "410000",
    "420000", "430000", "440000", "450000", "460000", "500000", "510000", "520000",
    "530000", "540000", "610000", "620000", "630000", "640000", "650000"};
constexpr const char* kIsps[] = {"chinatelecom", "chinaunicom", "chinamobile", "cernet"};

ipdb::Location LocationOf(size_t i) {
  ipdb::Location location;
  location.country = "CN";
  location.region = kProvinces[i % std::size(kProvinces)];
  location.isp = kIsps[i % std::size(kIsps)];
  return location;
}

std::shared_ptr<const ipdb::PrefixTable> SyntheticPlaces() {
  ipdb::PrefixTableBuilder builder;
  std::mt19937 random(7);
  for (uint32_t block = 0; block < 400'000; ++block) {
    const ipdb::IpAddress first = ipdb::IpAddress::FromV4((0x010000 + block * 32) << 8);
    builder.Add(ipdb::BlockAround(first, 20), LocationOf(random() % 4096));
  }
  return std::make_shared<const ipdb::PrefixTable>(builder.Build());
}

std::shared_ptr<const ipdb::PrefixTable> LoadPlaces() {
  const std::string path = ipdb::SharedDataPath("data/ipdb/networks.mmdb");
  if (path.empty()) {
    std::fprintf(stderr, "networks.mmdb not found under $NEARCAST_SHARED: synthetic networks\n");
    return SyntheticPlaces();
  }
  const std::vector<std::string> paths = {path};
  auto table = ipdb::LoadPrefixTable(paths, {});
  NC_CHECK(table.ok());
  return *std::move(table);
}

scheduler::Config BuildConfig() {
  scheduler::Config config;
  scheduler::Cdn& cdn = config.cdns.emplace_back();
  cdn.name = "own";
  cdn.kind = scheduler::CdnKind::kOwn;
  cdn.pull_domain = "pull.live.example";
  for (int i = 0; i < 100; ++i) {
    scheduler::Node& node = config.nodes.emplace_back();
    node.name = absl::StrCat("node-", 1000 + i);
    node.cdn = "own";
    node.location = LocationOf(static_cast<size_t>(i));
    node.addresses = {absl::StrCat("10.0.", i, ".1")};
    node.health = scheduler::HealthSource::kAlwaysUp;
  }
  scheduler::Domain& domain = config.domains.emplace_back();
  domain.name = "live.example";
  domain.zone_file =
      "$TTL 3600\n@ SOA ns1 hostmaster 1 7200 1800 259200 900\n@ NS ns1\nns1 A 127.0.0.1\n";
  scheduler::ScheduledName& name = domain.scheduled_names.emplace_back();
  name.name = "pull";
  name.cdn = "own";
  name.answers = 1;  // as the rival answers
  return config;
}

}  // namespace

std::shared_ptr<const scheduler::Snapshot> BuildBenchSnapshot() {
  return scheduler::BuildSnapshot(BuildConfig(), {}, LoadPlaces());
}

}  // namespace nearcast::dns
