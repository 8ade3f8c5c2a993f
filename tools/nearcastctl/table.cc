#include "tools/nearcastctl/table.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/check.h"

namespace nearcast::ctl {
namespace {

constexpr int kGap = 2;

// The blocks of the Basic Multilingual Plane whose characters fill two cells of a terminal (Unicode
// Annex 11, W and F), by the first octets of their UTF-8 form.
bool IsWide(uint8_t first, uint8_t second) {
  if (first >= 0xE4 && first <= 0xE9) return true;                            // CJK ideographs
  if (first == 0xE3) return second >= 0x80;                                   // CJK marks, kana
  if (first >= 0xEA && first <= 0xED) return second >= 0xB0 || first > 0xEA;  // Hangul
  return first == 0xEF && second >= 0xBC && second <= 0xBD;                   // full-width forms
}

size_t WidthOf(absl::string_view text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<uint8_t>(text[i]);
    if ((octet & 0xC0) == 0x80) continue;
    const auto next = i + 1 < text.size() ? static_cast<uint8_t>(text[i + 1]) : uint8_t{0};
    width += IsWide(octet, next) ? 2 : 1;
  }
  return width;
}

std::string Spaces(size_t n) { return std::string(n, ' '); }

}  // namespace

std::string Strong(const std::string& text, TextStyle style) {
  return style == TextStyle::kTerminal ? absl::StrCat("\x1b[1m", text, "\x1b[0m") : text;
}

void Table::AddRow(std::vector<std::string> cells, Weight weight) {
  NC_CHECK(cells.size() == columns_.size());
  for (std::string& cell : cells) {
    if (cell.empty()) cell.assign(1, '-');
  }
  rows_.push_back({std::move(cells), weight});
}

std::string Table::Write(TextStyle style, int indent) const {
  std::vector<size_t> widths;
  std::vector<std::string> titles;
  for (size_t c = 0; c < columns_.size(); ++c) {
    titles.push_back(columns_[c].title);
    widths.push_back(WidthOf(titles.back()));
    for (const Row& row : rows_) widths[c] = std::max(widths[c], WidthOf(row.cells[c]));
  }
  const auto line_of = [&](const std::vector<std::string>& cells, Weight weight) {
    std::string line;
    for (size_t c = 0; c < cells.size(); ++c) {
      const std::string padding = Spaces(widths[c] - WidthOf(cells[c]));
      const bool right = columns_[c].align == Align::kRight;
      absl::StrAppend(&line, c == 0 ? "" : Spaces(kGap), right ? padding : "", cells[c],
                      right ? "" : padding);
    }
    absl::StripTrailingAsciiWhitespace(&line);
    if (weight == Weight::kStrong) line = Strong(line, style);
    return absl::StrCat(Spaces(indent), line, "\n");
  };
  std::string text = line_of(titles, Weight::kStrong);
  for (const Row& row : rows_) text += line_of(row.cells, row.weight);
  return text;
}

}  // namespace nearcast::ctl
