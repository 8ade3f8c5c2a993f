#include "ipdb/csv_rows.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace nearcast::ipdb {
namespace {

TEST(CsvRowsTest, SplitsALine) {
  const struct {
    const char* line;
    CsvFields fields;
  } rows[] = {
      {"a,b,c", {"a", "b", "c"}},
      {"a,,", {"a", "", ""}},
      {"", {""}},
      {" a , b\t", {"a", "b"}},
      {"\"a,b\",c", {"a,b", "c"}},
      {"\"say \"\"hi\"\"\" , x", {"say \"hi\"", "x"}},
      {"\"\"", {""}},
      {"a\"b", {"a\"b"}},
  };
  CsvFields fields = {"left", "from", "the", "line", "before"};
  for (const auto& row : rows) {
    ASSERT_TRUE(ParseCsvLine(row.line, fields).ok()) << row.line;
    EXPECT_EQ(fields, row.fields) << row.line;
  }
  for (const char* bad : {"\"a", "\"a\"b", "\"a\"\"", "x,\"", "\"a\" b,c"}) {
    EXPECT_FALSE(ParseCsvLine(bad, fields).ok()) << bad;
  }
}

// The rows as "line:a|b", or the errors.
std::string Read(absl::string_view text) {
  LineErrors errors("f");
  std::string out;
  ReadCsvRows(
      text, errors, [](const CsvFields&) { return absl::OkStatus(); },
      [&](size_t line, const CsvFields& fields) {
        absl::StrAppend(&out, line, ":", absl::StrJoin(fields, "|"), " ");
        return absl::OkStatus();
      });
  return errors.empty() ? out : std::string(errors.ToStatus().message());
}

TEST(CsvRowsTest, SkipsCommentsBlanksAndByteOrderMark) {
  EXPECT_EQ(Read("\xef\xbb\xbf# plan\r\n\r\na,b\r\n1,2\r\n  \n # x\n3,4"), "4:1|2 7:3|4 ");
}

TEST(CsvRowsTest, ReportsEveryBadLine) {
  EXPECT_EQ(Read("a,b\n1\n\"x\n1,2\n1,2,3\n"),
            "f:2: 1 fields where the header has 2; leave unknown fields empty, and quote those "
            "with commas\n"
            "f:3: a quote is not closed; close it on the same line\n"
            "f:5: 3 fields where the header has 2; leave unknown fields empty, and quote those "
            "with commas");
  EXPECT_EQ(Read("# nothing\n"),
            "f:1: the file has no header line; add one that names its columns");
}

TEST(CsvRowsTest, ShowsTheFirstErrorsAndCountsTheRest) {
  std::string text = "a,b\n";
  for (int i = 0; i < 100; ++i) text += "1\n";
  const std::string message = Read(text);
  EXPECT_NE(message.find("f:21: "), std::string::npos);
  EXPECT_EQ(message.find("f:22: "), std::string::npos);
  EXPECT_NE(message.find("f: and 80 more errors"), std::string::npos);
}

TEST(CsvRowsTest, EndsAtABadHeader) {
  LineErrors errors("f");
  ReadCsvRows(
      "\na\n1\n", errors, [](const CsvFields&) { return absl::InvalidArgumentError("no"); },
      [](size_t, const CsvFields&) -> absl::Status { return absl::InternalError("not reached"); });
  EXPECT_EQ(errors.ToStatus().message(), "f:2: no");
}

}  // namespace
}  // namespace nearcast::ipdb
