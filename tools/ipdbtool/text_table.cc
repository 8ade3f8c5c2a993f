#include "tools/ipdbtool/text_table.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "base/check.h"

namespace nearcast::ipdbtool {
namespace {

// In code points, which is the width of Latin names.
size_t Width(const std::string& text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

}  // namespace

void TextTable::AddRow(std::vector<std::string> row) {
  NC_CHECK(row.size() == rows_.front().size());
  for (std::string& cell : row) {
    if (cell.empty()) cell = "-";
  }
  rows_.push_back(std::move(row));
}

void TextTable::Write(std::ostream& out) const {
  std::vector<size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - Width(row[i]) + 2, ' ');
    }
    out << line << '\n';
  }
}

std::string WithCommas(absl::uint128 number) {
  std::ostringstream digits;
  digits << number;
  std::string text = digits.str();
  for (size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

}  // namespace nearcast::ipdbtool
