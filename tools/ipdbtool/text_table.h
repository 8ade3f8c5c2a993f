// TextTable: rows in aligned columns, for people.
#ifndef TOOLS_IPDBTOOL_TEXT_TABLE_H_
#define TOOLS_IPDBTOOL_TEXT_TABLE_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"

namespace nearcast::ipdbtool {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) : rows_{std::move(header)} {}

  // An empty cell is shown as "-". Requires as many cells as the header has.
  void AddRow(std::vector<std::string> row);
  void Write(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// "1,234,567".
std::string WithCommas(absl::uint128 number);

}  // namespace nearcast::ipdbtool

#endif  // TOOLS_IPDBTOOL_TEXT_TABLE_H_
