#include "schedulerlib/zone/validate_domain.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schedulerlib/zone/dns_name.h"
#include "schedulerlib/zone/rrset.h"
#include "schedulerlib/zone/zone_reader.h"

namespace nearcast::scheduler::zone {
namespace {

using Records = std::vector<const ZoneRecord*>;
using RecordsByType = std::map<uint16_t, Records>;

std::string WithoutDot(const DnsName& name) {
  std::string text = name.ToText();
  if (text.size() > 1) text.pop_back();
  return text;
}

bool IsMetaType(uint16_t type) {
  return type == 0 || type == rr_type::kOpt || (type >= 128 && type <= 255);
}

bool MayStandBesideCname(uint16_t type) {
  return type == rr_type::kCname || type == rr_type::kRrsig || type == rr_type::kNsec;
}

bool IsAddress(uint16_t type) { return type == rr_type::kA || type == rr_type::kAaaa; }

bool MayStandAtCut(uint16_t type) {
  return type == rr_type::kNs || type == rr_type::kDs || type == rr_type::kRrsig ||
         type == rr_type::kNsec || IsAddress(type);
}

// The rules over one domain; each adds the problems that it finds.
class Validator {
 public:
  explicit Validator(const DomainRecords& domain) : domain_(domain) {
    for (const ZoneRecord& record : domain.records) {
      if (IsAtOrBelow(record.owner, domain.apex)) {
        by_name_[record.owner][record.type].push_back(&record);
      }
    }
    for (const ScheduledOwner& name : domain.scheduled) scheduled_.insert(name.owner);
  }

  void Check() {
    CheckApex();
    for (const ZoneRecord& record : domain_.records) CheckRecord(record);
    for (const auto& [owner, types] : by_name_) CheckName(owner, types);
    SortByLine();
    CheckScheduledNames();
  }

  std::vector<ZoneProblem> TakeProblems(std::vector<ZoneProblem> before) {
    for (auto& [line, message] : found_) before.push_back({ZoneFilePath(line), message});
    for (ZoneProblem& problem : scheduled_problems_) before.push_back(std::move(problem));
    return before;
  }

 private:
  void Fail(int line, std::string message) { found_.push_back({line, std::move(message)}); }

  const Records* Find(const DnsName& owner, uint16_t type) const {
    const auto name = by_name_.find(owner);
    if (name == by_name_.end()) return nullptr;
    const auto records = name->second.find(type);
    return records == name->second.end() ? nullptr : &records->second;
  }

  void CheckApex() {
    const Records* soa = Find(domain_.apex, rr_type::kSoa);
    if (soa == nullptr) Fail(0, "has no SOA record at the zone's name");
    if (soa != nullptr && soa->size() > 1) Fail((*soa)[1]->line, "is a second SOA record");
    if (Find(domain_.apex, rr_type::kNs) == nullptr) Fail(0, "has no NS record at the zone's name");
  }

  void CheckRecord(const ZoneRecord& record) {
    const std::string owner = WithoutDot(record.owner);
    if (!IsAtOrBelow(record.owner, domain_.apex)) {
      return Fail(record.line,
                  absl::StrCat(owner, " lies outside the zone ", WithoutDot(domain_.apex)));
    }
    const bool is_apex = record.owner == domain_.apex;
    if (IsMetaType(record.type)) {
      Fail(record.line, absl::StrCat("type ", TypeName(record.type), " is no data"));
    }
    if (record.type == rr_type::kDname) Fail(record.line, "DNAME is not served");
    if (record.type == rr_type::kSoa && !is_apex) {
      Fail(record.line,
           absl::StrCat("has an SOA record at ", owner, ": only the zone's name may have one"));
    }
    if (record.type == rr_type::kNs && record.owner.is_wildcard()) {
      Fail(record.line, "delegates a wildcard (RFC 4592 §4.2)");
    }
    if (record.type == rr_type::kNs) CheckNameServer(record);
    CheckOccluded(record);
  }

  // A name server that lies in the zone must be reachable from what the zone says.
  void CheckNameServer(const ZoneRecord& record) {
    const absl::StatusOr<DnsName> host = DnsName::FromWire(record.rdata);
    if (!host.ok() || !IsAtOrBelow(*host, domain_.apex)) return;
    const std::string name = WithoutDot(*host);
    if (Find(*host, rr_type::kCname) != nullptr) {
      return Fail(record.line, absl::StrCat("name server ", name, " is an alias (RFC 2181 §10.3)"));
    }
    if (Find(*host, rr_type::kA) == nullptr && Find(*host, rr_type::kAaaa) == nullptr &&
        !scheduled_.contains(*host)) {
      Fail(record.line, absl::StrCat("name server ", name, " has no address in this zone"));
    }
  }

  // The delegation at or above a name, the zone's own NS records apart.
  std::optional<DnsName> CutAbove(const DnsName& owner) const {
    std::optional<DnsName> cut;
    for (DnsName name = owner; name != domain_.apex; name = name.Parent()) {
      if (Find(name, rr_type::kNs) != nullptr) cut = name;
    }
    return cut;
  }

  void CheckOccluded(const ZoneRecord& record) {
    const std::optional<DnsName> cut = CutAbove(record.owner);
    if (!cut.has_value() || record.type == rr_type::kSoa) return;
    const bool fits = record.owner == *cut ? MayStandAtCut(record.type) : IsAddress(record.type);
    if (fits) return;
    Fail(record.line, absl::StrCat(TypeName(record.type), " of ", WithoutDot(record.owner),
                                   " is never served: ", WithoutDot(*cut), " is delegated"));
  }

  void CheckName(const DnsName& owner, const RecordsByType& types) {
    for (const auto& [type, records] : types) CheckRrSet(owner, type, records);
    const auto cname = types.find(rr_type::kCname);
    if (cname == types.end()) return;
    if (cname->second.size() > 1) {
      Fail(cname->second[1]->line, absl::StrCat("is a second CNAME of ", WithoutDot(owner)));
    }
    for (const auto& [type, records] : types) {
      if (MayStandBesideCname(type)) continue;
      Fail(records[0]->line,
           absl::StrCat(TypeName(type), " stands beside a CNAME of ", WithoutDot(owner), " (line ",
                        cname->second[0]->line, "): a CNAME stands alone"));
    }
    CheckCircle(owner, *cname->second[0]);
  }

  void CheckRrSet(const DnsName& owner, uint16_t type, const Records& records) {
    size_t bytes = 0;
    for (const ZoneRecord* record : records) {
      bytes += kRecordHeaderBytes + record->rdata.size();
      if (record->ttl_s == records[0]->ttl_s || type == rr_type::kRrsig) continue;
      Fail(record->line,
           absl::StrCat("TTL ", record->ttl_s, " differs from ", records[0]->ttl_s, " on line ",
                        records[0]->line, ": the ", TypeName(type), " records of ",
                        WithoutDot(owner), " share one (RFC 2181 §5.2)"));
    }
    const size_t bytes_max = type == rr_type::kNs ? kNsRrSetBytesMax : kRrSetBytesMax;
    if (bytes <= bytes_max) return;
    Fail(records[0]->line, absl::StrCat("the ", TypeName(type), " records of ", WithoutDot(owner),
                                        " take ", bytes, " bytes: the limit is ", bytes_max));
  }

  void CheckCircle(const DnsName& owner, const ZoneRecord& first) {
    std::set<DnsName> seen;
    DnsName name = owner;
    while (seen.insert(name).second) {
      const Records* cname = Find(name, rr_type::kCname);
      if (cname == nullptr) return;
      const absl::StatusOr<DnsName> target = DnsName::FromWire((*cname)[0]->rdata);
      if (!target.ok()) return;
      name = *target;
    }
    Fail(first.line, absl::StrCat("CNAME of ", WithoutDot(owner), " leads to a circle"));
  }

  void CheckScheduledNames() {
    std::map<DnsName, size_t> first_index;
    for (const ScheduledOwner& name : domain_.scheduled) {
      const std::string problem = ScheduledProblem(name.owner);
      const auto [first, is_new] = first_index.emplace(name.owner, name.index);
      if (!problem.empty()) {
        scheduled_problems_.push_back({ScheduledNamePath(name.index), problem});
      } else if (!is_new) {
        scheduled_problems_.push_back(
            {ScheduledNamePath(name.index),
             absl::StrCat(WithoutDot(name.owner), " is spec.scheduled_names[", first->second,
                          "] already")});
      }
    }
  }

  // Empty if nothing is wrong.
  std::string ScheduledProblem(const DnsName& owner) const {
    const std::string text = WithoutDot(owner);
    if (!IsAtOrBelow(owner, domain_.apex)) {
      return absl::StrCat(text, " lies outside the zone ", WithoutDot(domain_.apex));
    }
    if (const std::optional<DnsName> cut = CutAbove(owner); cut.has_value()) {
      return absl::StrCat(text, " is never served: ", WithoutDot(*cut), " is delegated");
    }
    for (const uint16_t type : {rr_type::kA, rr_type::kAaaa, rr_type::kCname}) {
      if (const Records* records = Find(owner, type); records != nullptr) {
        return absl::StrCat(text, " has a static ", TypeName(type), " record on line ",
                            (*records)[0]->line, " of the zone file");
      }
    }
    return "";
  }

  void SortByLine() {
    std::stable_sort(found_.begin(), found_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
  }

  const DomainRecords& domain_;
  std::map<DnsName, RecordsByType> by_name_;
  std::set<DnsName> scheduled_;
  std::vector<std::pair<int, std::string>> found_;
  std::vector<ZoneProblem> scheduled_problems_;
};

}  // namespace

std::vector<ZoneProblem> ValidateDomain(const Domain& domain) {
  std::vector<ZoneProblem> problems;
  const DomainRecords records = ReadDomain(domain, problems);
  if (records.apex.is_root()) return problems;
  Validator validator(records);
  validator.Check();
  return validator.TakeProblems(std::move(problems));
}

}  // namespace nearcast::scheduler::zone
