#include "ipdb/name_table.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "ipdb/csv_rows.h"
#include "ipdb/input_file.h"
#include "ipdb/line_errors.h"

namespace nearcast::ipdb {
namespace {

struct NameFile {
  NameKind kind;
  const char* file_name;
};
constexpr NameFile kFiles[] = {
    {NameKind::kCountry, "country.csv"}, {NameKind::kArea, "area.csv"},
    {NameKind::kRegion, "region.csv"},   {NameKind::kCity, "city.csv"},
    {NameKind::kIsp, "isp.csv"},
};

struct Column {
  const char* header;
  std::string Name::*field;
};
constexpr Column kColumns[] = {
    {"code", &Name::code},       {"name_en", &Name::name_en}, {"name_zh", &Name::name_zh},
    {"country", &Name::country}, {"area", &Name::area},       {"region", &Name::region},
    {"api_id", &Name::api_id},
};
constexpr absl::string_view kAliases = "aliases";

std::string AliasKey(absl::string_view scope, absl::string_view slug) {
  return absl::StrCat(scope, "/", slug);
}

// Within what the aliases of a row count.
const std::string& ScopeOf(NameKind kind, const Name& name) {
  static const std::string kEverywhere;
  if (kind == NameKind::kRegion) return name.country;
  if (kind == NameKind::kCity) return name.region;
  return kEverywhere;
}

absl::Status CheckHeader(const CsvFields& header) {
  for (const std::string& column : header) {
    const bool is_known = column == kAliases ||
                          std::any_of(std::begin(kColumns), std::end(kColumns),
                                      [&](const Column& known) { return column == known.header; });
    if (!is_known) {
      return absl::InvalidArgumentError(
          absl::StrCat("unknown column \"", column,
                       "\"; the columns are code, name_en, name_zh, country, area, region, "
                       "api_id and aliases"));
    }
  }
  if (std::find(header.begin(), header.end(), "code") == header.end()) {
    return absl::InvalidArgumentError("the header has no column \"code\"; add one");
  }
  return absl::OkStatus();
}

// One row by its header. Returns the aliases beside the name.
std::pair<Name, std::string> ReadName(const CsvFields& header, const CsvFields& fields) {
  std::pair<Name, std::string> row;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (header[i] == kAliases) row.second = fields[i];
    for (const Column& column : kColumns) {
      if (header[i] == column.header) row.first.*column.field = fields[i];
    }
  }
  return row;
}

}  // namespace

std::string Slug(absl::string_view name) {
  std::string slug;
  bool is_gap = false;
  for (const char c : name) {
    const bool is_kept = absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                         !absl::ascii_isascii(static_cast<unsigned char>(c));
    if (!is_kept) {
      is_gap = true;
      continue;
    }
    if (is_gap && !slug.empty()) slug += '-';
    is_gap = false;
    slug += absl::ascii_tolower(static_cast<unsigned char>(c));
  }
  return slug;
}

absl::Status NameTable::AddAlias(Names& names, absl::string_view scope, absl::string_view alias,
                                 uint32_t row) {
  const std::string slug = Slug(alias);
  if (slug.empty()) return absl::OkStatus();
  if (absl::EndsWith(alias, "*")) {
    names.by_beginning.emplace_back(AliasKey(scope, slug), row);
    return absl::OkStatus();
  }
  const auto [entry, is_new] = names.by_alias.try_emplace(AliasKey(scope, slug), row);
  if (is_new || entry->second == row) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("alias \"", alias, "\" already stands for ",
                                                 names.rows[entry->second].code,
                                                 "; keep it in one of the two rows"));
}

absl::Status NameTable::AddRow(NameKind kind, Name name, absl::string_view aliases) {
  Names& names = names_[static_cast<size_t>(kind)];
  const auto row = static_cast<uint32_t>(names.rows.size());
  if (name.code.empty()) return absl::InvalidArgumentError("the row has no code; give it one");
  if (!names.by_code.try_emplace(name.code, row).second) {
    return absl::InvalidArgumentError(
        absl::StrCat("code ", name.code, " stands twice; remove one of the rows"));
  }
  names.rows.push_back(name);
  const std::string& scope = ScopeOf(kind, name);
  std::vector<absl::string_view> all = absl::StrSplit(aliases, '|');
  all.insert(all.end(), {name.code, name.name_en, name.name_zh});
  for (const absl::string_view alias : all) {
    NC_RETURN_IF_ERROR(AddAlias(names, scope, absl::StripAsciiWhitespace(alias), row));
  }
  return absl::OkStatus();
}

absl::Status NameTable::Add(NameKind kind, absl::string_view text, absl::string_view file_name) {
  LineErrors errors(file_name);
  CsvFields header;
  ReadCsvRows(
      text, errors,
      [&](const CsvFields& columns) {
        header = columns;
        return CheckHeader(columns);
      },
      [&](size_t line, const CsvFields& fields) {
        auto [name, aliases] = ReadName(header, fields);
        return AddRow(kind, std::move(name), aliases);
      });
  auto& beginnings = names_[static_cast<size_t>(kind)].by_beginning;
  std::stable_sort(beginnings.begin(), beginnings.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  return errors.ToStatus();
}

const Name* NameTable::FindAlias(NameKind kind, absl::string_view scope,
                                 absl::string_view name) const {
  const Names& names = this->names(kind);
  const std::string key = AliasKey(scope, Slug(name));
  if (const auto found = names.by_alias.find(key); found != names.by_alias.end()) {
    return &names.rows[found->second];
  }
  for (const auto& [beginning, row] : names.by_beginning) {
    if (absl::StartsWith(key, beginning)) return &names.rows[row];
  }
  return nullptr;
}

Location NameTable::Canonical(const SourceNames& source) const {
  const auto code_or = [](const Name* name, absl::string_view otherwise) {
    return name != nullptr ? name->code : std::string(otherwise);
  };
  Location location;
  if (!source.country.empty()) {
    const Name* country = FindAlias(NameKind::kCountry, "", source.country);
    location.country = code_or(country, source.country);
    if (location.country.size() == 2) absl::AsciiStrToUpper(&location.country);
  }
  if (!source.region.empty()) {
    location.region =
        code_or(FindAlias(NameKind::kRegion, location.country, source.region), source.region);
  }
  if (!source.city.empty()) {
    location.city = code_or(FindAlias(NameKind::kCity, location.region, source.city), source.city);
  }
  for (const absl::string_view isp : source.isps) {
    if (isp.empty()) continue;
    if (const Name* known = FindAlias(NameKind::kIsp, "", isp)) {
      location.isp = known->code;
      break;
    }
    if (location.isp.empty()) location.isp = Slug(isp);
  }
  return location;
}

const Name* NameTable::FindName(NameKind kind, absl::string_view code) const {
  const Names& names = this->names(kind);
  const auto found = names.by_code.find(code);
  return found == names.by_code.end() ? nullptr : &names.rows[found->second];
}

absl::string_view NameTable::DisplayName(NameKind kind, absl::string_view code,
                                         Language language) const {
  const Name* name = FindName(kind, code);
  if (name == nullptr) return code;
  const std::string& text = language == Language::kChinese ? name->name_zh : name->name_en;
  return text.empty() ? code : absl::string_view(text);
}

LocationNames NameTable::Describe(const Location& location, Language language) const {
  const auto text = [&](NameKind kind, const std::string& code) {
    return std::string(DisplayName(kind, code, language));
  };
  LocationNames words{.country = text(NameKind::kCountry, location.country),
                      .area = "",
                      .area_id = "",
                      .region = text(NameKind::kRegion, location.region),
                      .city = text(NameKind::kCity, location.city),
                      .isp = text(NameKind::kIsp, location.isp),
                      .isp_id = ""};
  if (const Name* region = FindName(NameKind::kRegion, location.region)) {
    words.area_id = region->area;
    words.area = text(NameKind::kArea, region->area);
  }
  if (const Name* isp = FindName(NameKind::kIsp, location.isp)) words.isp_id = isp->api_id;
  return words;
}

absl::StatusOr<NameTable> ReadNameTable(const std::string& directory) {
  NameTable table;
  std::vector<std::string> errors;
  size_t files = 0;
  for (const auto& [kind, file_name] : kFiles) {
    const std::string path = absl::StrCat(directory, "/", file_name);
    const absl::StatusOr<std::string> text = ReadInputFile(path);
    if (absl::IsNotFound(text.status())) continue;
    ++files;
    const absl::Status status = text.ok() ? table.Add(kind, *text, path) : text.status();
    if (!status.ok()) errors.emplace_back(status.message());
  }
  if (files == 0) {
    return absl::NotFoundError(absl::StrCat(
        directory, ": has no names file; name a directory with isp.csv, region.csv, …"));
  }
  if (!errors.empty()) return absl::InvalidArgumentError(absl::StrJoin(errors, "\n"));
  return table;
}

}  // namespace nearcast::ipdb
