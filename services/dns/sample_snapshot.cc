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

std::shared_ptr<const SteeringMap> BuildSteering() {
  auto map = std::make_shared<SteeringMap>();
  map->answers.resize(3);
  map->answers[0].ipv4 = {{10, 0, 0, 1}};
  map->answers[0].ipv6 = {V6(0)};
  map->answers[1].ipv4 = {{10, 44, 0, 1}, {10, 44, 0, 2}};
  map->answers[1].ipv6 = {V6(0x44)};
  map->answers[2].ipv4 = {{10, 11, 0, 1}};
  map->answers[2].ipv6 = {V6(0x11)};
  map->v4 = ipdb::RunTable<uint32_t>(
      {{0, 0}, {0x0e000000, 1}, {0x0f000000, 0}, {0xca600000, 2}, {0xca610000, 0}});
  const absl::uint128 guangdong = absl::MakeUint128(0x240e000000000000, 0);
  map->v6 = ipdb::RunTable<absl::uint128>(
      {{0, 0}, {guangdong, 1}, {guangdong + (absl::uint128(1) << 108), 0}});
  return map;
}

std::shared_ptr<const SteeringMap> BuildV4Only() {
  auto map = std::make_shared<SteeringMap>();
  map->answers.resize(1);
  map->answers[0].ipv4 = {{10, 0, 0, 9}};
  return map;
}

void AddName(const std::string& label, std::shared_ptr<const SteeringMap> steering,
             scheduler::Domain& domain, scheduler::Snapshot& snapshot) {
  domain.scheduled_names.emplace_back().name = label;
  scheduler::CompiledName name;
  name.name = absl::StrCat(label, ".", domain.name);
  name.steering = std::move(steering);
  snapshot.name_index[name.name] = static_cast<uint32_t>(snapshot.names.size());
  snapshot.names.push_back(std::move(name));
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
  NC_CHECK(scheduler::zone::ValidateDomain(domain).empty());
  snapshot->zones = scheduler::zone::ZoneSet::Build({domain}, snapshot->name_index);
  return snapshot;
}

}  // namespace nearcast::dns
