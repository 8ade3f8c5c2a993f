#include "services/dns/sample_snapshot.h"

#include <array>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "ipdb/run_table.h"
#include "schedulerlib/zone/validate_domain.h"

namespace nearcast::dns {
namespace {

using scheduler::NameAnswer;
using scheduler::SteeringMap;

std::array<uint8_t, 16> V6(uint8_t site) {
  return {0x20, 0x01, 0x0d, 0xb8, 0, site, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
}

// One group for each answer, so that a run's value is its answer's place.
void AddGroups(SteeringMap& map) {
  for (uint32_t i = 0; i < map.answers.size(); ++i) {
    map.slots.push_back(i);
    map.groups.push_back({.first = i, .count = 1});
  }
}

// Guangdong is 1, Beijing 2, the rest 0.
void AddRuns(SteeringMap& map) {
  map.v4 = ipdb::RunTable<uint32_t>(
      {{0, 0}, {0x0e000000, 1}, {0x0f000000, 0}, {0xca600000, 2}, {0xca610000, 0}});
  const absl::uint128 guangdong = absl::MakeUint128(0x240e000000000000, 0);
  map.v6 = ipdb::RunTable<absl::uint128>(
      {{0, 0}, {guangdong, 1}, {guangdong + (absl::uint128(1) << 108), 0}});
}

std::shared_ptr<SteeringMap> BuildSteering() {
  auto map = std::make_shared<SteeringMap>();
  map->answers.resize(3);
  map->answers[0].ipv4 = {{10, 0, 0, 1}};
  map->answers[0].ipv6 = {V6(0)};
  map->answers[1].ipv4 = {{10, 44, 0, 1}, {10, 44, 0, 2}};
  map->answers[1].ipv6 = {V6(0x44)};
  map->answers[2].ipv4 = {{10, 11, 0, 1}};
  map->answers[2].ipv6 = {V6(0x11)};
  AddGroups(*map);
  AddRuns(*map);
  return map;
}

// Beijing is a vendor's.
std::shared_ptr<const SteeringMap> BuildMixed() {
  const std::shared_ptr<SteeringMap> map = BuildSteering();
  map->answers[2] = {};
  map->answers[2].cname = "live.example.vendor.example";
  return map;
}

// Streams are spread over all three answers, wherever the client is.
std::shared_ptr<const SteeringMap> BuildByStream() {
  const std::shared_ptr<SteeringMap> map = BuildSteering();
  map->spread = scheduler::Spread::kStream;
  map->slots.clear();
  for (uint32_t i = 0; i < scheduler::kSteeringSlots; ++i) map->slots.push_back(i % 3);
  map->groups = {{.first = 0, .count = scheduler::kSteeringSlots}};
  map->v4 = ipdb::RunTable<uint32_t>();
  map->v6 = ipdb::RunTable<absl::uint128>();
  return map;
}

std::shared_ptr<const SteeringMap> BuildV4Only() {
  auto map = std::make_shared<SteeringMap>();
  map->answers.resize(1);
  map->answers[0].ipv4 = {{10, 0, 0, 9}};
  AddGroups(*map);
  return map;
}

scheduler::CompiledName& AddName(const std::string& label,
                                 std::shared_ptr<const SteeringMap> steering,
                                 scheduler::Domain& domain, scheduler::Snapshot& snapshot) {
  domain.scheduled_names.emplace_back().name = label;
  scheduler::CompiledName name;
  name.name = absl::StrCat(label, ".", domain.name);
  name.steering = std::move(steering);
  snapshot.name_index[name.name] = static_cast<uint32_t>(snapshot.names.size());
  snapshot.names.push_back(std::move(name));
  return snapshot.names.back();
}

}  // namespace

const char kSampleZone[] = R"($TTL 3600
@         SOA    ns1 hostmaster 1 7200 1800 259200 900
@         NS     ns1
@         NS     ns2
ns1       A      192.0.2.1
ns2       A      192.0.2.2
ns2       AAAA   2001:db8::2
www       CNAME  pull
tomixed   CNAME  mixed
chain     CNAME  www
away      CNAME  cdn.vendor.example.
dead      CNAME  nowhere
intosub   CNAME  x.sub
text      TXT    "one" "two"
mail      MX     10 mx.vendor.example.
a.b.c     TXT    "below empty names"
*.wild    A      192.0.2.9
*.wild    TXT    "star"
sub       NS     ns.sub
sub       NS     ns.elsewhere.example.
sub       DS     1 8 2 AABB
ns.sub    A      192.0.2.53
many      TXT    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
many      TXT    "1123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
many      TXT    "2123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
many      TXT    "3123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
many      TXT    "4123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
)";

std::shared_ptr<const scheduler::Snapshot> BuildSampleSnapshot() {
  auto snapshot = std::make_shared<scheduler::Snapshot>();
  snapshot->places = std::make_shared<const ipdb::PrefixTable>();
  scheduler::Domain domain;
  domain.name = "live.example";
  domain.zone_file = kSampleZone;
  const std::shared_ptr<const SteeringMap> steering = BuildSteering();
  AddName("pull", steering, domain, *snapshot);
  AddName("*.play", steering, domain, *snapshot);
  AddName("v4only", BuildV4Only(), domain, *snapshot);
  AddName("*.stream", BuildByStream(), domain, *snapshot);
  AddName("mixed", BuildMixed(), domain, *snapshot).https.emplace();
  scheduler::CompiledName& web = AddName("web", steering, domain, *snapshot);
  web.ttl_s = 30;
  web.https = {.priority = 1, .alpn = {"h2"}, .port = 8443};
  NC_CHECK(scheduler::zone::ValidateDomain(domain).empty());
  snapshot->zones = scheduler::zone::ZoneSet::Build({domain}, snapshot->name_index);
  return snapshot;
}

}  // namespace nearcast::dns
