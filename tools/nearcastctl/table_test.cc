#include "tools/nearcastctl/table.h"

#include "gtest/gtest.h"

namespace nearcast::ctl {
namespace {

TEST(Table, AlignsColumnsAndLeavesNoBlanksAtTheEnd) {
  Table table({{"NAME"}, {"VIEWERS", Table::Align::kRight}, {"STATE"}});
  table.AddRow({"guangzhou-1", "7", "active"});
  table.AddRow({"b", "12000", ""});
  EXPECT_EQ(table.Write(TextStyle::kPlain),
            "NAME         VIEWERS  STATE\n"
            "guangzhou-1        7  active\n"
            "b              12000  -\n");
}

TEST(Table, CountsWideCharactersAsTwo) {
  Table table({{"CITY"}, {"N"}});
  table.AddRow({"广州", "1"});
  table.AddRow({"Zürich", "2"});
  EXPECT_EQ(table.Write(TextStyle::kPlain, 2),
            "  CITY    N\n"
            "  广州    1\n"
            "  Zürich  2\n");
}

TEST(Table, IsBoldOnlyAtATerminal) {
  Table table({{"A"}});
  table.AddRow({"x"}, Table::Weight::kStrong);
  EXPECT_EQ(table.Write(TextStyle::kPlain), "A\nx\n");
  EXPECT_EQ(table.Write(TextStyle::kTerminal), "\x1b[1mA\x1b[0m\n\x1b[1mx\x1b[0m\n");
}

}  // namespace
}  // namespace nearcast::ctl
