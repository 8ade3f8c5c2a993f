#include "ipdb/csv_rows.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace nearcast::ipdb {
namespace {

// Takes the next line off the front of `text`, without its LF or CRLF.
absl::string_view TakeLine(absl::string_view& text) {
  const size_t end = text.find('\n');
  absl::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  absl::ConsumeSuffix(&line, "\r");
  return line;
}

bool IsBlankOrComment(absl::string_view line) {
  line = absl::StripLeadingAsciiWhitespace(line);
  return line.empty() || line.front() == '#';
}

// Reads the quoted field that `rest` begins with, to just after its closing quote.
absl::Status TakeQuoted(absl::string_view& rest, std::string& field) {
  field.clear();
  for (size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] != '"') {
      field += rest[i];
    } else if (i + 1 < rest.size() && rest[i + 1] == '"') {
      field += rest[i++];
    } else {
      rest = absl::StripLeadingAsciiWhitespace(rest.substr(i + 1));
      if (rest.empty() || rest.front() == ',') return absl::OkStatus();
      return absl::InvalidArgumentError(
          "text after a closing quote; write a quote inside quotes twice");
    }
  }
  return absl::InvalidArgumentError("a quote is not closed; close it on the same line");
}

absl::Status CheckCount(const CsvFields& fields, size_t columns) {
  if (fields.size() == columns) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(fields.size(), " fields where the header has ", columns,
                   "; leave unknown fields empty, and quote those with commas"));
}

}  // namespace

absl::Status ParseCsvLine(absl::string_view line, CsvFields& fields) {
  absl::string_view rest = line;
  size_t count = 0;
  while (true) {
    if (count == fields.size()) fields.emplace_back();
    std::string& field = fields[count++];
    rest = absl::StripLeadingAsciiWhitespace(rest);
    if (absl::StartsWith(rest, "\"")) {
      if (absl::Status status = TakeQuoted(rest, field); !status.ok()) return status;
    } else {
      const absl::string_view text = rest.substr(0, rest.find(','));
      const absl::string_view trimmed = absl::StripTrailingAsciiWhitespace(text);
      field.assign(trimmed.data(), trimmed.size());
      rest.remove_prefix(text.size());
    }
    if (rest.empty()) break;
    rest.remove_prefix(1);
  }
  fields.resize(count);
  return absl::OkStatus();
}

void ReadCsvRows(absl::string_view text, LineErrors& errors,
                 absl::FunctionRef<absl::Status(const CsvFields& header)> on_header,
                 absl::FunctionRef<absl::Status(size_t line, const CsvFields& fields)> on_row) {
  absl::ConsumePrefix(&text, "\xef\xbb\xbf");
  CsvFields fields;
  size_t columns = 0;
  for (size_t line = 1; !text.empty(); ++line) {
    const absl::string_view content = TakeLine(text);
    if (IsBlankOrComment(content)) continue;
    absl::Status status = ParseCsvLine(content, fields);
    if (columns == 0) {
      for (std::string& name : fields) absl::AsciiStrToLower(&name);
      columns = fields.size();
      if (status.ok()) status = on_header(fields);
      if (!status.ok()) return errors.Add(line, status.message());
      continue;
    }
    if (status.ok()) status = CheckCount(fields, columns);
    if (status.ok()) status = on_row(line, fields);
    if (!status.ok()) errors.Add(line, status.message());
  }
  if (columns == 0) errors.Add(1, "the file has no header line; add one that names its columns");
}

}  // namespace nearcast::ipdb
