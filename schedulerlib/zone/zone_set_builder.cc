#include <algorithm>
#include <map>
#include <utility>

#include "base/check.h"
#include "schedulerlib/zone/domain_records.h"
#include "schedulerlib/zone/zone_set.h"

namespace nearcast::scheduler::zone {
namespace {

std::string FullName(const DnsName& name) {
  std::string text = name.ToText();
  text.pop_back();
  return text;
}

std::string Key(const DnsName& name) { return std::string(name.wire().data(), name.wire().size()); }

uint32_t Get32(absl::string_view bytes) {
  uint32_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

// MINIMUM is the last of an SOA's five numbers (RFC 1035 §3.3.13).
RrSet NegativeSoa(const RrSet& soa) {
  const absl::string_view rdata = soa.first_rdata();
  NC_CHECK(rdata.size() >= 22);
  const uint32_t minimum_s = Get32(rdata.substr(rdata.size() - 4));
  return BuildRrSet(rr_type::kSoa, std::min(soa.ttl_s, minimum_s),
                    {std::string(rdata.data(), rdata.size())});
}

}  // namespace

// The builder form: zones from the shallowest to the deepest, then what joins names to each other.
class ZoneSetBuilder {
 public:
  void AddZone(const DomainRecords& domain, const ZoneSet::NameIndex& name_index) {
    if (apexes_.contains(domain.apex)) return;
    const uint32_t zone = static_cast<uint32_t>(body_.zones.size());
    const uint32_t parent_side = EnterParent(domain.apex);
    body_.zones.push_back({.name = domain.apex, .apex = kNoNode, .negative_soa = {}});
    apexes_.emplace(domain.apex, zone);
    const uint32_t apex = AddNode(zone, domain.apex);
    body_.zones[zone].apex = apex;
    body_.nodes[apex].parent_side = parent_side;
    AddRrSets(zone, domain);
    for (const ScheduledOwner& name : domain.scheduled) {
      const uint32_t node = AddNode(zone, name.owner);
      const auto index = name_index.find(FullName(name.owner));
      if (index == name_index.end()) continue;
      body_.nodes[node].scheduled = ScheduledNameIndex(index->second);
    }
    const RrSet* soa = body_.nodes[apex].Find(rr_type::kSoa);
    NC_CHECK(soa != nullptr);
    body_.zones[zone].negative_soa = NegativeSoa(*soa);
  }

  ZoneSet Build() {
    for (const auto& [name, index] : names_) JoinWildcard(name, index);
    for (const auto& [name, index] : names_) body_.nodes[index].cut = TopmostCut(name);
    for (const auto& [name, index] : names_) {
      if (body_.nodes[index].cut == index) AddGlue(name, index);
    }
    for (const auto& [name, index] : names_) {
      body_.node_of_name.emplace(Key(name), index);
      body_.labels_max = std::max(body_.labels_max, name.label_count());
    }
    return ZoneSet(std::make_shared<const ZoneSet::Body>(std::move(body_)));
  }

 private:
  // Makes room for a zone inside another of ours: what that one knows at and below `apex` is
  // replaced, and the names between the two exist. Returns the other's node of the same name.
  uint32_t EnterParent(const DnsName& apex) {
    for (DnsName name = apex; !name.is_root(); name = name.Parent()) {
      const auto parent = apexes_.find(name);
      if (parent == apexes_.end()) continue;
      const uint32_t parent_side = AddNode(parent->second, apex);
      std::erase_if(names_, [&](const auto& entry) { return IsAtOrBelow(entry.first, apex); });
      return parent_side;
    }
    return kNoNode;
  }

  // Finds or makes the node, and those between it and the zone's apex.
  uint32_t AddNode(uint32_t zone, const DnsName& name) {
    const auto [found, is_new] = names_.emplace(name, body_.nodes.size());
    const uint32_t index = found->second;
    if (!is_new) return index;
    Node& node = body_.nodes.emplace_back();
    node.zone = zone;
    node.name_bytes = static_cast<uint8_t>(name.wire().size());
    if (name != body_.zones[zone].name) AddNode(zone, name.Parent());
    return index;
  }

  void AddRrSets(uint32_t zone, const DomainRecords& domain) {
    struct Pending {
      uint32_t ttl_s = 0;
      std::vector<std::string> rdata;
    };
    std::map<std::pair<DnsName, uint16_t>, Pending> sets;
    for (const ZoneRecord& record : domain.records) {
      Pending& set = sets[{record.owner, record.type}];
      set.ttl_s = record.ttl_s;
      // RFC 2181 §5: a duplicate is the same record.
      if (std::find(set.rdata.begin(), set.rdata.end(), record.rdata) == set.rdata.end()) {
        set.rdata.push_back(record.rdata);
      }
    }
    for (const auto& [key, set] : sets) {
      const uint32_t node = AddNode(zone, key.first);
      body_.nodes[node].rrsets.push_back(BuildRrSet(key.second, set.ttl_s, set.rdata));
    }
  }

  void JoinWildcard(const DnsName& name, uint32_t index) {
    if (!name.is_wildcard()) return;
    const auto parent = names_.find(name.Parent());
    if (parent != names_.end()) body_.nodes[parent->second].wildcard = index;
  }

  bool IsApex(uint32_t index) const { return body_.zones[body_.nodes[index].zone].apex == index; }

  uint32_t TopmostCut(DnsName name) const {
    uint32_t cut = kNoNode;
    for (uint32_t index = names_.at(name); !IsApex(index);
         name = name.Parent(), index = names_.at(name)) {
      if (body_.nodes[index].Find(rr_type::kNs) != nullptr) cut = index;
    }
    return cut;
  }

  void AddGlue(const DnsName& cut_name, uint32_t cut) {
    const RrSet& servers = *body_.nodes[cut].Find(rr_type::kNs);
    std::vector<Glue> glue;
    for (size_t at = 0; at < servers.records.size();) {
      const size_t host_at = at + kRecordHeaderBytes;
      const size_t host_bytes = servers.RdataBytes(at);
      at = host_at + host_bytes;
      const absl::StatusOr<DnsName> host =
          DnsName::FromWire(absl::string_view(servers.records).substr(host_at, host_bytes));
      NC_CHECK(host.ok());
      const auto node = names_.find(*host);
      if (node == names_.end()) continue;
      const bool in_domain = IsAtOrBelow(*host, cut_name);
      glue.push_back({.node = node->second,
                      .host_at = static_cast<uint32_t>(host_at),
                      .need = in_domain ? GlueNeed::kRequired : GlueNeed::kOptional});
    }
    std::stable_sort(glue.begin(), glue.end(),
                     [](const Glue& a, const Glue& b) { return a.need < b.need; });
    body_.nodes[cut].glue = std::move(glue);
  }

  ZoneSet::Body body_;
  std::map<DnsName, uint32_t> names_;   // name → node
  std::map<DnsName, uint32_t> apexes_;  // apex → zone
};

ZoneSet ZoneSet::Build(const std::vector<Domain>& domains, const NameIndex& name_index) {
  std::vector<DomainRecords> read;
  std::vector<ZoneProblem> problems;
  for (const Domain& domain : domains) read.push_back(ReadDomain(domain, problems));
  NC_CHECK(problems.empty());
  std::stable_sort(read.begin(), read.end(), [](const DomainRecords& a, const DomainRecords& b) {
    return a.apex.label_count() < b.apex.label_count();
  });
  ZoneSetBuilder builder;
  for (const DomainRecords& domain : read) builder.AddZone(domain, name_index);
  return builder.Build();
}

}  // namespace nearcast::scheduler::zone
