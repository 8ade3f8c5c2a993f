#include "schedulerlib/zone/zone_set.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"

namespace nearcast::scheduler::zone {
namespace {

constexpr char kHead[] = "@ 60 SOA ns.x. host.x. 1 2 3 4 5\n@ 60 NS ns.x.\n";

std::string Text(absl::string_view wire) { return DnsName::FromWire(wire)->ToText(); }

// What a lookup found, as text: "name a.z. in z.", "wildcard *.z. in z.", "missing in z.", "not
// ours".
std::string Describe(const Lookup& found, const DnsName& asked) {
  if (found.match == Match::kNotOurs) return "not ours";
  const std::string zone = absl::StrCat(" in ", found.zone->name.ToText());
  if (found.match == Match::kMissing) return absl::StrCat("missing", zone);
  const absl::string_view wire = asked.wire();
  if (found.match == Match::kWildcard) {
    const size_t encloser_bytes = found.node->name_bytes - 2u;
    return absl::StrCat("wildcard *.", Text(wire.substr(wire.size() - encloser_bytes)), zone);
  }
  const std::string name = Text(wire.substr(wire.size() - found.node->name_bytes));
  return absl::StrCat(found.match == Match::kName ? "name " : "delegation ", name, zone);
}

std::string Find(const ZoneSet& zones, const std::string& name) {
  const DnsName asked = *ParseDnsName(name);
  return Describe(zones.Find(asked.wire()), asked);
}

Domain MakeDomain(const std::string& name, const std::string& text,
                  const std::vector<std::string>& scheduled = {}) {
  Domain domain{.name = name, .zone_file = kHead + text, .scheduled_names = {}};
  for (const std::string& s : scheduled) domain.scheduled_names.emplace_back().name = s;
  return domain;
}

TEST(ZoneSetTest, FindsByRow) {
  const ZoneSet zones = ZoneSet::Build(
      {MakeDomain("live.example",
                  "www 60 A 10.0.0.1\n*.w 60 TXT x\na.b.c 60 A 10.0.0.1\nsub 60 NS ns.sub\n"
                  "ns.sub 60 A 10.0.0.2\nx.w 60 A 10.0.0.3\n",
                  {"pull"})},
      {{"pull.live.example", 4}});
  const struct {
    const char *name, *want;
  } kRows[] = {
      {"live.example", "name live.example. in live.example."},
      {"www.live.example", "name www.live.example. in live.example."},
      {"pull.live.example", "name pull.live.example. in live.example."},
      {"c.live.example", "name c.live.example. in live.example."},
      {"b.c.live.example", "name b.c.live.example. in live.example."},
      {"d.c.live.example", "missing in live.example."},
      {"z.www.live.example", "missing in live.example."},
      {"q.w.live.example", "wildcard *.w.live.example. in live.example."},
      {"r.q.w.live.example", "wildcard *.w.live.example. in live.example."},
      {"*.w.live.example", "name *.w.live.example. in live.example."},
      {"y.x.w.live.example", "missing in live.example."},
      {"sub.live.example", "delegation sub.live.example. in live.example."},
      {"ns.sub.live.example", "delegation sub.live.example. in live.example."},
      {"q.ns.sub.live.example", "delegation sub.live.example. in live.example."},
      {"example", "not ours"},
      {"other.example", "not ours"},
      {"alive.example", "not ours"},
      {".", "not ours"},
  };
  for (const auto& row : kRows) EXPECT_EQ(Find(zones, row.name), row.want) << row.name;
}

TEST(ZoneSetTest, GivesRrSetsReadyToSendAndScheduledIndices) {
  const ZoneSet zones = ZoneSet::Build(
      {MakeDomain("z", "a 7 A 10.0.0.1\na 7 A 10.0.0.2\na 7 A 10.0.0.1\n", {"p"})}, {{"p.z", 4}});
  const Node& node = *zones.Find(ParseDnsName("a.z")->wire()).node;
  const RrSet* set = node.Find(rr_type::kA);
  ASSERT_NE(set, nullptr);
  EXPECT_EQ(set->record_count, 2);
  EXPECT_EQ(set->records.substr(0, 16), std::string("\xc0\x0c\0\1\0\1\0\0\0\7\0\4\x0a\0\0\1", 16));
  EXPECT_EQ(node.Find(rr_type::kAaaa), nullptr);
  EXPECT_FALSE(node.scheduled.has_value());
  EXPECT_EQ(zones.Find(ParseDnsName("p.z")->wire()).node->scheduled, ScheduledNameIndex(4));
}

TEST(ZoneSetTest, NegativeSoaTakesTheSmallerOfTtlAndMinimum) {
  const ZoneSet zones = ZoneSet::Build({Domain{"y", "@ 60 SOA n. h. 1 2 3 4 900\n@ NS n.\n", {}},
                                        Domain{"z", "@ 900 SOA n. h. 1 2 3 4 60\n@ NS n.\n", {}}},
                                       {});
  EXPECT_EQ(zones.Find(ParseDnsName("y")->wire()).zone->negative_soa.ttl_s, 60u);
  EXPECT_EQ(zones.Find(ParseDnsName("z")->wire()).zone->negative_soa.ttl_s, 60u);
}

TEST(ZoneSetTest, OrdersGlueByNeed) {
  const ZoneSet zones =
      ZoneSet::Build({MakeDomain("z",
                                 "d 60 NS sib.z.\nd 60 NS ns.d\nd 60 NS out.\nsib 60 A 10.0.0.1\n"
                                 "ns.d 60 A 10.0.0.2\n")},
                     {});
  const Node& cut = *zones.Find(ParseDnsName("x.d.z")->wire()).node;
  ASSERT_EQ(cut.glue.size(), 2u);
  EXPECT_EQ(cut.glue[0].need, GlueNeed::kRequired);
  EXPECT_EQ(cut.glue[1].need, GlueNeed::kOptional);
  const absl::string_view records = cut.Find(rr_type::kNs)->records;
  EXPECT_EQ(records.substr(cut.glue[0].host_at, 8), absl::string_view("\2ns\1d\1z\0", 8));
  EXPECT_NE(zones.node(cut.glue[1].node).Find(rr_type::kA), nullptr);
}

TEST(ZoneSetTest, TheDeepestZoneAnswersAndKnowsTheParentSide) {
  const ZoneSet zones = ZoneSet::Build(
      {MakeDomain("c.b.z", "www 60 A 10.0.0.1\n"),
       MakeDomain("z", "c.b 60 NS ns.c.b\nns.c.b 60 A 10.0.0.1\nc.b 60 DS 1 8 2 00\n")},
      {});
  EXPECT_EQ(Find(zones, "www.c.b.z"), "name www.c.b.z. in c.b.z.");
  EXPECT_EQ(Find(zones, "ns.c.b.z"), "missing in c.b.z.");
  EXPECT_EQ(Find(zones, "b.z"), "name b.z. in z.");
  const Lookup apex = zones.Find(ParseDnsName("c.b.z")->wire());
  ASSERT_NE(apex.node->parent_side, kNoNode);
  EXPECT_NE(zones.node(apex.node->parent_side).Find(rr_type::kDs), nullptr);
}

TEST(ZoneSetTest, CopiesOutliveTheOriginal) {
  ZoneSet copy;
  EXPECT_EQ(Find(copy, "a.z"), "not ours");
  {
    const ZoneSet zones = ZoneSet::Build({MakeDomain("z", "")}, {});
    copy = zones;
  }
  EXPECT_EQ(Find(copy, "a.z"), "missing in z.");
}

// RFC 1034 §4.3.2 read word by word: from the zone's apex down, one label at a time.
class Naive {
 public:
  void Add(const DnsName& apex, const std::map<DnsName, bool>& owners) { zones_[apex] = owners; }

  std::string Find(const DnsName& asked) const {
    for (DnsName apex = asked;; apex = apex.Parent()) {
      const auto zone = zones_.find(apex);
      if (zone != zones_.end()) return Descend(asked, apex, zone->second);
      if (apex.is_root()) return "not ours";
    }
  }

 private:
  using Owners = std::map<DnsName, bool>;  // name → has NS

  bool Exists(const DnsName& name, const Owners& owners) const {
    for (const auto& [owner, has_ns] : owners) {
      if (IsAtOrBelow(owner, name)) return true;
    }
    for (const auto& [apex, unused] : zones_) {
      if (IsAtOrBelow(apex, name)) return true;
    }
    return false;
  }

  std::string Descend(const DnsName& asked, const DnsName& apex, const Owners& owners) const {
    const std::string zone = absl::StrCat(" in ", apex.ToText());
    std::vector<DnsName> path;  // from below the apex to the asked name
    for (DnsName name = asked; name != apex; name = name.Parent()) path.insert(path.begin(), name);
    DnsName encloser = apex;
    for (const DnsName& name : path) {
      const auto owner = owners.find(name);
      if (owner != owners.end() && owner->second) {
        return absl::StrCat("delegation ", name.ToText(), zone);
      }
      if (!Exists(name, owners)) {
        const std::string star = absl::StrCat("*.", encloser.ToText());
        if (Exists(*ParseDnsName(star), owners)) return absl::StrCat("wildcard ", star, zone);
        return absl::StrCat("missing", zone);
      }
      encloser = name;
    }
    return absl::StrCat("name ", asked.ToText(), zone);
  }

  std::map<DnsName, Owners> zones_;
};

class RandomNames {
 public:
  explicit RandomNames(uint32_t seed) : random_(seed) {}

  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }

  // Up to three of few labels below `origin`.
  std::string Below(const std::string& origin) {
    static const char* const kLabels[] = {"a", "b", "c", "*"};
    std::string name = origin;
    for (uint32_t i = Below(4); i > 0; --i) name = absl::StrCat(kLabels[Below(4)], ".", name);
    return name;
  }

 private:
  std::mt19937 random_;
};

TEST(ZoneSetTest, AgreesWithANaiveReadingOnRandomZones) {
  RandomNames names(20260729);
  for (int round = 0; round < 1500; ++round) {
    Naive naive;
    std::vector<Domain> domains;
    const int zone_count = 1 + static_cast<int>(names.Below(2u));
    for (int z = 0; z < zone_count; ++z) {
      const DnsName apex = *ParseDnsName(z == 0 ? "z" : "b.a.z");
      std::map<DnsName, bool> owners = {{apex, false}};
      std::string text;
      for (uint32_t i = names.Below(6u); i > 0; --i) {
        const DnsName owner = *ParseDnsName(names.Below(apex.ToText()));
        if (owner == apex || (z == 0 && IsAtOrBelow(owner, *ParseDnsName("b.a.z")))) continue;
        const bool has_ns = !owner.is_wildcard() && names.Below(4u) == 0;
        owners[owner] = owners[owner] || has_ns;
        absl::StrAppend(&text, owner.ToText(), has_ns ? " 60 NS n.x.\n" : " 60 TXT t\n");
      }
      domains.push_back(MakeDomain(apex.ToText(), text));
      naive.Add(apex, owners);
    }
    const ZoneSet zones = ZoneSet::Build(domains, {});
    for (int i = 0; i < 100; ++i) {
      const DnsName asked = *ParseDnsName(names.Below(i % 10 == 0 ? "y." : "z."));
      ASSERT_EQ(Describe(zones.Find(asked.wire()), asked), naive.Find(asked))
          << "round " << round << " asked " << asked.ToText() << " of\n"
          << domains[0].zone_file << (domains.size() > 1 ? domains[1].zone_file : "");
    }
  }
}

}  // namespace
}  // namespace nearcast::scheduler::zone
