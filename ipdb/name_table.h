// NameTable: the many names of places and ISPs → canonical codes, and codes → names to show. The
// table is data: the CSV files of deploy/names, which an operator extends without touching code.
//
//   NC_ASSIGN_OR_RETURN(const NameTable names, ReadNameTable("deploy/names"));
//   names.Canonical({.country = "CN", .region = "GD", .city = "广州", .isps = {"CHINANET-GD",
//   "AS4134"}})
//       // {CN, 440000, 440100, chinatelecom}
//   names.DisplayName(NameKind::kRegion, "440000", Language::kChinese)   // "广东"
#ifndef IPDB_NAME_TABLE_H_
#define IPDB_NAME_TABLE_H_

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ipdb/location.h"

namespace nearcast::ipdb {

// An area is a group of regions, as 华南 of 广东, 广西, 海南.
enum class NameKind { kCountry, kArea, kRegion, kCity, kIsp };
inline constexpr size_t kNameKinds = 5;

enum class Language { kEnglish, kChinese };

// A row of a names file; a column that the file lacks is "".
struct Name {
  std::string code;  // Unique in its file.
  std::string name_en;
  std::string name_zh;
  std::string country;  // Of a region or area: aliases of regions count within their country only.
  std::string area;     // Of a region.
  std::string region;   // Of a city: aliases count within the region only (there are two Suzhou).
  std::string api_id;  // Of an ISP: its number in the Taobao-shaped address API; "" if it has none.
};

// What a source calls a place and an ISP.
struct SourceNames {
  absl::string_view country;
  absl::string_view region;
  absl::string_view city;
  // Any number of names for the one ISP, best first: organisation, "AS4134", … The first that the
  // table knows counts.
  std::vector<absl::string_view> isps;
};

// A location in words, for people and for the address API. "" where the location has no field.
struct LocationNames {
  std::string country;
  std::string area;
  std::string area_id;
  std::string region;
  std::string city;
  std::string isp;
  std::string isp_id;
};

// Filled by Add, then constant: any thread may read. An empty table is useful too: codes pass as
// they are.
class NameTable {
 public:
  // Adds a names file: CSV with a header; the column `code` is required, the others are those of
  // Name and `aliases`, separated by '|'. Code and names are aliases of themselves. Aliases compare
  // as slugs: "China Telecom" is "china-telecom"; one that ends in '*' stands for every name that
  // begins so. All errors at once, as "FILE:LINE: message"; the table is then half filled and of no
  // use.
  absl::Status Add(NameKind kind, absl::string_view text, absl::string_view file_name);

  // A name that the table does not know stays: a country of two letters in upper case, an ISP as a
  // slug, a region or city as it is.
  Location Canonical(const SourceNames& source) const;

  // nullptr if the table has no such code.
  const Name* FindName(NameKind kind, absl::string_view code) const;
  // The code itself where no name is known. The view lives as long as both the table and `code`.
  absl::string_view DisplayName(NameKind kind, absl::string_view code, Language language) const;
  LocationNames Describe(const Location& location, Language language) const;

 private:
  struct Names {
    std::vector<Name> rows;
    absl::flat_hash_map<std::string, uint32_t> by_code;
    absl::flat_hash_map<std::string, uint32_t> by_alias;         // Key: see AliasKey in the .cc.
    std::vector<std::pair<std::string, uint32_t>> by_beginning;  // Longest first.
  };

  const Names& names(NameKind kind) const { return names_[static_cast<size_t>(kind)]; }
  absl::Status AddRow(NameKind kind, Name name, absl::string_view aliases);
  absl::Status AddAlias(Names& names, absl::string_view scope, absl::string_view alias,
                        uint32_t row);
  const Name* FindAlias(NameKind kind, absl::string_view scope, absl::string_view name) const;

  std::array<Names, kNameKinds> names_;
};

// Reads country.csv, area.csv, region.csv, city.csv and isp.csv of a directory; those that are
// absent are empty. kNotFound if none is there; errors of all files at once.
absl::StatusOr<NameTable> ReadNameTable(const std::string& directory);

// Lower case; every stretch of ASCII that is neither letter nor digit becomes one '-', none at the
// ends. Other bytes (UTF-8) stay: "China Telecom (Group)" is "china-telecom-group".
std::string Slug(absl::string_view name);

}  // namespace nearcast::ipdb

#endif  // IPDB_NAME_TABLE_H_
