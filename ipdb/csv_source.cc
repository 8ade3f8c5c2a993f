#include "ipdb/csv_source.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "ipdb/csv_rows.h"
#include "ipdb/ip_prefix.h"
#include "ipdb/line_errors.h"

namespace nearcast::ipdb {
namespace {

enum Column : size_t { kNetwork, kCountry, kRegion, kCity, kIsp, kColumns };
constexpr absl::string_view kColumnNames[] = {"network", "country", "region", "city", "isp"};

class NetworkCsvReader {
 public:
  NetworkCsvReader(absl::string_view file_name, const NameTable& names)
      : names_(names), errors_(file_name) {}

  absl::StatusOr<NetworkLayer> Read(absl::string_view text) {
    ReadCsvRows(
        text, errors_, [this](const CsvFields& header) { return ReadHeader(header); },
        [this](size_t line, const CsvFields& fields) { return ReadRow(line, fields); });
    FindContradictions();
    NC_RETURN_IF_ERROR(errors_.ToStatus());
    return std::move(layer_);
  }

 private:
  absl::Status ReadHeader(const CsvFields& header) {
    for (size_t i = 0; i < header.size(); ++i) {
      const auto known = std::find(std::begin(kColumnNames), std::end(kColumnNames), header[i]);
      const size_t column = static_cast<size_t>(known - std::begin(kColumnNames));
      if (column == kColumns || place_[column].has_value()) {
        return absl::InvalidArgumentError(absl::StrCat(
            column == kColumns ? "unknown column \"" : "column twice: \"", header[i].substr(0, 64),
            "\"; the header is made of network, country, region, city, isp"));
      }
      place_[column] = i;
    }
    if (place_[kNetwork].has_value()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "the header has no column \"network\"; the first line is to name the columns");
  }

  absl::Status ReadRow(size_t line, const CsvFields& fields) {
    NC_ASSIGN_OR_RETURN(const IpPrefix prefix, ParseIpPrefix(fields[*place_[kNetwork]]));
    if (layer_.rows.size() == kCsvRowsMax) {
      return absl::ResourceExhaustedError("too many networks; split the file into layers");
    }
    const uint32_t location = FindLocation(fields);
    if (HasOverlongField(layer_.locations[location])) {
      return absl::InvalidArgumentError(
          absl::StrCat("a name is longer than ", kLocationFieldBytesMax, " bytes; shorten it"));
    }
    layer_.rows.push_back({prefix, location});
    lines_.push_back(line);
    return absl::OkStatus();
  }

  // Rows by the hundred share a location: its names are looked up once.
  uint32_t FindLocation(const CsvFields& fields) {
    const auto field = [&](Column column) -> absl::string_view {
      return place_[column].has_value() ? absl::string_view(fields[*place_[column]]) : "";
    };
    key_.clear();
    for (const Column column : {kCountry, kRegion, kCity, kIsp}) {
      absl::StrAppend(&key_, field(column), absl::string_view("\0", 1));
    }
    if (const auto known = known_.find(key_); known != known_.end()) return known->second;
    const auto location = static_cast<uint32_t>(layer_.locations.size());
    layer_.locations.push_back(names_.Canonical({.country = field(kCountry),
                                                 .region = field(kRegion),
                                                 .city = field(kCity),
                                                 .isps = {field(kIsp)}}));
    return known_[key_] = location;
  }

  const Location& LocationOf(size_t row) const {
    return layer_.locations[layer_.rows[row].location];
  }

  void FindContradictions() {
    std::vector<uint32_t> order(layer_.rows.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
      return layer_.rows[a].prefix < layer_.rows[b].prefix;
    });
    for (size_t i = 1; i < order.size(); ++i) {
      const size_t a = order[i - 1];
      const size_t b = order[i];
      if (layer_.rows[a].prefix != layer_.rows[b].prefix || LocationOf(a) == LocationOf(b)) {
        continue;
      }
      errors_.Add(lines_[b],
                  absl::StrCat("network ", layer_.rows[b].prefix.ToString(), " contradicts line ",
                               lines_[a], "; keep one of the two"));
    }
  }

  const NameTable& names_;
  LineErrors errors_;
  std::array<std::optional<size_t>, kColumns> place_;
  NetworkLayer layer_;
  std::vector<size_t> lines_;  // Of each row.
  absl::flat_hash_map<std::string, uint32_t> known_;
  std::string key_;  // Kept between rows for its memory.
};

}  // namespace

absl::StatusOr<NetworkLayer> ParseNetworkCsv(absl::string_view text, absl::string_view file_name,
                                             const NameTable& names) {
  return NetworkCsvReader(file_name, names).Read(text);
}

}  // namespace nearcast::ipdb
