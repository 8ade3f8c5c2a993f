#include "tools/ipdbtool/lookup_command.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "ipdb/ip_address.h"
#include "ipdb/ip_prefix.h"
#include "ipdb/location.h"
#include "ipdb/name_table.h"
#include "rapidjson/ostreamwrapper.h"
#include "rapidjson/prettywriter.h"
#include "tools/ipdbtool/sources.h"
#include "tools/ipdbtool/text_table.h"

namespace nearcast::ipdbtool {
namespace {

constexpr absl::string_view kHelp =
    "Usage: ipdbtool lookup -d DB [flags] ADDRESS...\n"
    "\n"
    "Shows where addresses are: country, region, city and ISP; the cell that stands for them; and\n"
    "the network, the shortest prefix around the address in which all have this cell.\n"
    "\n"
    "Flags:\n"
    "  -d, --database DB     any file that build takes; several lie one over another\n"
    "  -o, --output FORM     table or json\n" IPDBTOOL_SOURCE_FLAGS
    "\n"
    "Examples:\n"
    "  ipdbtool lookup -d deploy/demo/networks.csv 14.215.177.39\n"
    "  ipdbtool lookup -d networks.ncdb --names deploy/names -o json 8.8.8.8 2001:db8:1000::1\n"
    "  ipdbtool lookup -d networks.ncdb - < addresses.txt        # one address a line\n";

constexpr Flag kDatabaseFlag = {.name = "database", .letter = 'd', .kind = FlagKind::kValue};
constexpr Flag kFlags[] = {kDatabaseFlag, kOutputFlag, kNamesFlag, kFieldFlag};

struct Answer {
  ipdb::IpAddress address;
  ipdb::IpPrefix network;
  ipdb::CellId cell;
  ipdb::Location location;
  ipdb::LocationNames names;
};

// "-" stands for the lines of the input.
absl::StatusOr<std::vector<ipdb::IpAddress>> ReadAddresses(const std::vector<std::string>& words,
                                                           std::istream& in) {
  std::vector<ipdb::IpAddress> addresses;
  for (const std::string& word : words) {
    if (word != "-") {
      NC_ASSIGN_OR_RETURN(const ipdb::IpAddress address, ipdb::ParseIpAddress(word));
      addresses.push_back(address);
      continue;
    }
    for (std::string text; std::getline(in, text);) {
      const absl::string_view trimmed = absl::StripAsciiWhitespace(text);
      if (trimmed.empty()) continue;
      NC_ASSIGN_OR_RETURN(const ipdb::IpAddress address, ipdb::ParseIpAddress(trimmed));
      addresses.push_back(address);
    }
  }
  if (addresses.empty()) return absl::InvalidArgumentError("name an address, or - for the input");
  return addresses;
}

Answer FindAnswer(const ipdb::PrefixTable& table, const ipdb::NameTable& names,
                  const ipdb::IpAddress& address) {
  const ipdb::PrefixTable::Match match = table.Find(address);
  const ipdb::Location& location = table.location(match.cell);
  return {.address = address,
          .network = ipdb::BlockAround(address, match.scope_bits),
          .cell = match.cell,
          .location = location,
          .names = names.Describe(location, ipdb::Language::kEnglish)};
}

// "440000 Guangdong"; the code alone where it has no name.
std::string WithName(const std::string& code, const std::string& name) {
  return name.empty() || name == code ? code : absl::StrCat(code, " ", name);
}

void WriteTable(const std::vector<Answer>& answers, std::ostream& out) {
  TextTable text({"ADDRESS", "NETWORK", "COUNTRY", "REGION", "CITY", "ISP", "CELL"});
  for (const Answer& answer : answers) {
    const ipdb::Location& location = answer.location;
    text.AddRow({answer.address.ToString(), answer.network.ToString(),
                 WithName(location.country, answer.names.country),
                 WithName(location.region, answer.names.region),
                 WithName(location.city, answer.names.city),
                 WithName(location.isp, answer.names.isp), absl::StrCat(answer.cell.value())});
  }
  text.Write(out);
}

void WriteJson(const std::vector<Answer>& answers, std::ostream& out) {
  rapidjson::OStreamWrapper stream(out);
  rapidjson::PrettyWriter<rapidjson::OStreamWrapper> json(stream);
  json.SetIndent(' ', 2);
  json.StartArray();
  for (const Answer& answer : answers) {
    const std::pair<const char*, std::string> texts[] = {
        {"address", answer.address.ToString()}, {"network", answer.network.ToString()},
        {"country", answer.location.country},   {"region", answer.location.region},
        {"city", answer.location.city},         {"isp", answer.location.isp},
        {"country_name", answer.names.country}, {"area_name", answer.names.area},
        {"region_name", answer.names.region},   {"city_name", answer.names.city},
        {"isp_name", answer.names.isp},
    };
    json.StartObject();
    for (const auto& [key, value] : texts) {
      json.Key(key);
      json.String(value);
    }
    json.Key("cell");
    json.Uint(answer.cell.value());
    json.EndObject();
  }
  json.EndArray();
  out << '\n';
}

absl::StatusOr<ExitCode> RunLookup(const CommandLine& line, Terminal& terminal) {
  NC_ASSIGN_OR_RETURN(const OutputForm form, ParseOutputForm(line));
  const std::vector<std::string> databases = line.Values(kDatabaseFlag.name);
  if (databases.empty()) return absl::InvalidArgumentError("name a database with -d DB");
  NC_ASSIGN_OR_RETURN(const auto addresses, ReadAddresses(line.arguments(), terminal.in));
  NC_ASSIGN_OR_RETURN(const ipdb::NameTable names, LoadNames(line));
  NC_ASSIGN_OR_RETURN(const auto table, LoadTable(databases, line, terminal));
  std::vector<Answer> answers;
  for (const ipdb::IpAddress& address : addresses) {
    answers.push_back(FindAnswer(*table, names, address));
  }
  form == OutputForm::kJson ? WriteJson(answers, terminal.out) : WriteTable(answers, terminal.out);
  return kSame;
}

}  // namespace

const Command kLookupCommand = {
    .name = "lookup",
    .summary = "show where addresses are",
    .help = kHelp,
    .flags = kFlags,
    .run = RunLookup,
};

}  // namespace nearcast::ipdbtool
