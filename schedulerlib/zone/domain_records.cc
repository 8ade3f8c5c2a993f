#include "schedulerlib/zone/domain_records.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace nearcast::scheduler::zone {
namespace {

std::string Message(const absl::Status& status) {
  return std::string(status.message().data(), status.message().size());
}

}  // namespace

std::string ZoneFilePath(int line) {
  return line == 0 ? "spec.zone_file" : absl::StrCat("spec.zone_file line ", line);
}

std::string ScheduledNamePath(size_t index) {
  return absl::StrCat("spec.scheduled_names[", index, "].name");
}

DomainRecords ReadDomain(const Domain& domain, std::vector<ZoneProblem>& problems) {
  const absl::StatusOr<DnsName> apex = ParseDnsName(domain.name);
  if (!apex.ok() || apex->is_root()) {
    problems.push_back(
        {"name", apex.ok() ? "the root is no zone of ours" : Message(apex.status())});
    return {};
  }
  DomainRecords result{.apex = *apex, .records = {}, .scheduled = {}};
  ZoneText text = ReadZone(domain.zone_file, *apex);
  for (LineProblem& problem : text.problems) {
    problems.push_back({ZoneFilePath(problem.line), std::move(problem.message)});
  }
  result.records = std::move(text.records);
  for (size_t i = 0; i < domain.scheduled_names.size(); ++i) {
    const absl::StatusOr<DnsName> owner = ParseRelativeName(domain.scheduled_names[i].name, *apex);
    if (owner.ok()) {
      result.scheduled.push_back({*owner, i});
    } else {
      problems.push_back({ScheduledNamePath(i), Message(owner.status())});
    }
  }
  return result;
}

}  // namespace nearcast::scheduler::zone
