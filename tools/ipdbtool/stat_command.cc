#include "tools/ipdbtool/stat_command.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "ipdb/location.h"
#include "ipdb/prefix_table.h"
#include "rapidjson/ostreamwrapper.h"
#include "rapidjson/prettywriter.h"
#include "tools/ipdbtool/sources.h"
#include "tools/ipdbtool/text_table.h"

namespace nearcast::ipdbtool {
namespace {

constexpr absl::string_view kHelp =
    "Usage: ipdbtool stat [flags] FILE...\n"
    "\n"
    "Counts what a database holds: cells, runs (ranges of addresses with one location), the IPv4\n"
    "addresses whose country and ISP are known, and the largest countries and ISPs.\n"
    "\n"
    "Flags:\n"
    "  -o, --output FORM     table or json\n" IPDBTOOL_SOURCE_FLAGS
    "\n"
    "Examples:\n"
    "  ipdbtool stat networks.ncdb\n"
    "  ipdbtool stat --names deploy/names -o json GeoLite2-City.mmdb GeoLite2-ASN.mmdb\n";

constexpr Flag kFlags[] = {kOutputFlag, kNamesFlag, kFieldFlag};
constexpr size_t kLargestShown = 10;

using Share = std::pair<std::string, uint64_t>;  // IPv4 addresses by code.

struct Statistics {
  size_t cells = 0;
  size_t v4_runs = 0;
  size_t v6_runs = 0;
  size_t memory_bytes = 0;
  std::vector<Share> countries;  // Largest first, without the unknown.
  std::vector<Share> isps;
};

std::vector<Share> LargestFirst(const std::map<std::string, uint64_t>& counts) {
  std::vector<Share> shares;
  for (const Share& share : counts) {
    if (!share.first.empty()) shares.push_back(share);
  }
  std::stable_sort(shares.begin(), shares.end(),
                   [](const Share& a, const Share& b) { return a.second > b.second; });
  return shares;
}

uint64_t Sum(const std::vector<Share>& shares) {
  uint64_t sum = 0;
  for (const Share& share : shares) sum += share.second;
  return sum;
}

Statistics Count(const ipdb::PrefixTable& table) {
  std::map<std::string, uint64_t> countries;
  std::map<std::string, uint64_t> isps;
  const auto runs = table.v4().runs();
  for (size_t i = 0; i < runs.size(); ++i) {
    const uint64_t addresses = uint64_t{table.v4().last(i)} - runs[i].start + 1;
    const ipdb::Location& location = table.location(ipdb::CellId(runs[i].value));
    countries[location.country] += addresses;
    isps[location.isp] += addresses;
  }
  return {.cells = table.cell_count(),
          .v4_runs = runs.size(),
          .v6_runs = table.v6().runs().size(),
          .memory_bytes = table.memory_bytes(),
          .countries = LargestFirst(countries),
          .isps = LargestFirst(isps)};
}

std::string Percent(uint64_t addresses) {
  return absl::StrFormat("%.2f %%", 100.0 * static_cast<double>(addresses) / 4294967296.0);
}

void WriteShares(const char* title, const std::vector<Share>& shares, std::ostream& out) {
  TextTable text({title, "IPV4 ADDRESSES", "OF ALL"});
  for (size_t i = 0; i < std::min(shares.size(), kLargestShown); ++i) {
    text.AddRow({shares[i].first, WithCommas(shares[i].second), Percent(shares[i].second)});
  }
  out << '\n';
  text.Write(out);
  if (shares.size() > kLargestShown) {
    out << "and " << shares.size() - kLargestShown << " more\n";
  }
}

void WriteTable(const Statistics& statistics, std::ostream& out) {
  const uint64_t with_country = Sum(statistics.countries);
  const uint64_t with_isp = Sum(statistics.isps);
  TextTable text({"WHAT", "HOW MANY"});
  text.AddRow({"cells", WithCommas(statistics.cells)});
  text.AddRow({"IPv4 runs", WithCommas(statistics.v4_runs)});
  text.AddRow({"IPv6 runs", WithCommas(statistics.v6_runs)});
  text.AddRow({"bytes in memory", WithCommas(statistics.memory_bytes)});
  text.AddRow({"IPv4 addresses with a country",
               absl::StrCat(WithCommas(with_country), " (", Percent(with_country), ")")});
  text.AddRow({"IPv4 addresses with an ISP",
               absl::StrCat(WithCommas(with_isp), " (", Percent(with_isp), ")")});
  text.Write(out);
  WriteShares("COUNTRY", statistics.countries, out);
  WriteShares("ISP", statistics.isps, out);
}

void WriteJson(const Statistics& statistics, std::ostream& out) {
  rapidjson::OStreamWrapper stream(out);
  rapidjson::PrettyWriter<rapidjson::OStreamWrapper> json(stream);
  json.SetIndent(' ', 2);
  json.StartObject();
  const std::pair<const char*, uint64_t> numbers[] = {
      {"cells", statistics.cells},
      {"v4_runs", statistics.v4_runs},
      {"v6_runs", statistics.v6_runs},
      {"memory_bytes", statistics.memory_bytes},
      {"v4_addresses_with_country", Sum(statistics.countries)},
      {"v4_addresses_with_isp", Sum(statistics.isps)},
  };
  for (const auto& [key, value] : numbers) {
    json.Key(key);
    json.Uint64(value);
  }
  const std::pair<const char*, const std::vector<Share>*> groups[] = {
      {"v4_addresses_by_country", &statistics.countries},
      {"v4_addresses_by_isp", &statistics.isps},
  };
  for (const auto& [key, shares] : groups) {
    json.Key(key);
    json.StartObject();
    for (const Share& share : *shares) {
      json.Key(share.first);
      json.Uint64(share.second);
    }
    json.EndObject();
  }
  json.EndObject();
  out << '\n';
}

absl::StatusOr<ExitCode> RunStat(const CommandLine& line, Terminal& terminal) {
  NC_ASSIGN_OR_RETURN(const OutputForm form, ParseOutputForm(line));
  NC_ASSIGN_OR_RETURN(const auto table, LoadTable(line.arguments(), line, terminal));
  const Statistics statistics = Count(*table);
  form == OutputForm::kJson ? WriteJson(statistics, terminal.out)
                            : WriteTable(statistics, terminal.out);
  return kSame;
}

}  // namespace

const Command kStatCommand = {
    .name = "stat",
    .summary = "count what a database holds",
    .help = kHelp,
    .flags = kFlags,
    .run = RunStat,
};

}  // namespace nearcast::ipdbtool
