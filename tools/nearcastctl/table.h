// Table: rows of text in aligned columns, for people.
//
//   NAME         HEALTH  VIEWERS
//   guangzhou-1  up          120
#ifndef TOOLS_NEARCASTCTL_TABLE_H_
#define TOOLS_NEARCASTCTL_TABLE_H_

#include <string>
#include <vector>

namespace nearcast::ctl {

// Whether the reader is a terminal, which shows bold type, or a file or program, which must get the
// bare text.
enum class TextStyle { kPlain, kTerminal };

// `text` in bold type at a terminal.
std::string Strong(const std::string& text, TextStyle style);

class Table {
 public:
  enum class Align { kLeft, kRight };
  enum class Weight { kNormal, kStrong };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // A cell for each column. An empty one is shown as "-".
  void AddRow(std::vector<std::string> cells, Weight weight = Weight::kNormal);

  bool empty() const { return rows_.empty(); }

  // Two spaces between columns, none at the end of a line; each line begins with `indent` spaces.
  // Widths count characters, wide ones (East Asian) as two.
  std::string Write(TextStyle style, int indent = 0) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    Weight weight;
  };

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_TABLE_H_
