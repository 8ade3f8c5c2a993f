#include "tools/ipdbtool/diff_command.h"

#include <array>
#include <string>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "ipdb/location.h"
#include "ipdb/table_diff.h"
#include "tools/ipdbtool/sources.h"
#include "tools/ipdbtool/text_table.h"

namespace nearcast::ipdbtool {
namespace {

constexpr absl::string_view kHelp =
    "Usage: ipdbtool diff [flags] OLD NEW\n"
    "\n"
    "Shows every range of addresses that is somewhere else in NEW, as\n"
    "\n"
    "  KIND FIRST-LAST OLD -> NEW\n"
    "\n"
    "and counts them by kind: added, removed, or the coarsest field that differs (country, "
    "region,\n"
    "city, isp). The exit code is 0 if nothing differs, 1 if something does, 2 after an error.\n"
    "\n"
    "Flags:\n"
    "  --summary             counts only\n" IPDBTOOL_SOURCE_FLAGS
    "\n"
    "Examples:\n"
    "  ipdbtool diff --summary last-week.ncdb networks.ncdb\n"
    "  ipdbtool diff networks.ncdb corrected.csv | grep ^isp\n";

constexpr Flag kSummaryFlag = {.name = "summary", .letter = '\0', .kind = FlagKind::kSwitch};
constexpr Flag kFlags[] = {kSummaryFlag, kNamesFlag, kFieldFlag};

struct Tally {
  uint64_t ranges = 0;
  uint64_t v4_addresses = 0;
  absl::uint128 v6_addresses = 0;
};
using Tallies = std::array<Tally, std::size(ipdb::kChangeKinds)>;

std::string TextOf(const ipdb::Location& location) {
  if (location == ipdb::Location{}) return "unknown";
  return absl::StrCat(location.country, ",", location.region, ",", location.city, ",",
                      location.isp);
}

void AddTo(Tally& tally, const ipdb::Change& change) {
  ++tally.ranges;
  if (change.first.is_v4()) {
    tally.v4_addresses += absl::Uint128Low64(change.address_count());
  } else {
    tally.v6_addresses += change.address_count();
  }
}

// IPv6 in networks of 64 bits, begun ones counted: single addresses are beyond reading.
absl::uint128 Networks64(absl::uint128 addresses) {
  const absl::uint128 whole = addresses >> 64;
  return absl::Uint128Low64(addresses) == 0 ? whole : whole + 1;
}

void WriteSummary(const Tallies& tallies, std::ostream& out) {
  TextTable text({"KIND", "RANGES", "IPV4 ADDRESSES", "IPV6 /64 NETWORKS"});
  for (const ipdb::ChangeKind kind : ipdb::kChangeKinds) {
    const Tally& tally = tallies[static_cast<size_t>(kind)];
    if (tally.ranges == 0) continue;
    text.AddRow({ipdb::NameOf(kind), WithCommas(tally.ranges), WithCommas(tally.v4_addresses),
                 WithCommas(Networks64(tally.v6_addresses))});
  }
  text.Write(out);
}

absl::StatusOr<ExitCode> RunDiff(const CommandLine& line, Terminal& terminal) {
  if (line.arguments().size() != 2) {
    return absl::InvalidArgumentError("name two databases: OLD NEW");
  }
  const std::span<const std::string> paths = line.arguments();
  NC_ASSIGN_OR_RETURN(const auto before, LoadTable(paths.first(1), line, terminal));
  NC_ASSIGN_OR_RETURN(const auto after, LoadTable(paths.last(1), line, terminal));
  const bool shows_ranges = !line.Has(kSummaryFlag.name);
  Tallies tallies{};
  bool differs = false;
  ipdb::DiffTables(*before, *after, [&](const ipdb::Change& change) {
    differs = true;
    AddTo(tallies[static_cast<size_t>(change.kind)], change);
    if (!shows_ranges) return;
    terminal.out << ipdb::NameOf(change.kind) << ' ' << change.first << '-' << change.last << ' '
                 << TextOf(before->location(change.old_cell)) << " -> "
                 << TextOf(after->location(change.new_cell)) << '\n';
  });
  if (!differs) return kSame;
  if (shows_ranges) terminal.out << '\n';
  WriteSummary(tallies, terminal.out);
  return kDifferent;
}

}  // namespace

const Command kDiffCommand = {
    .name = "diff",
    .summary = "show what changed between two databases",
    .help = kHelp,
    .flags = kFlags,
    .run = RunDiff,
};

}  // namespace nearcast::ipdbtool
