// Reads CSV (RFC 4180) with a header, row by row, and reports every bad line.
#ifndef IPDB_CSV_ROWS_H_
#define IPDB_CSV_ROWS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ipdb/line_errors.h"

namespace nearcast::ipdb {

using CsvFields = std::vector<std::string>;

// The first line is the header (in lower case for `on_header`); each further one is a row with as
// many fields. Blank lines, lines that begin with '#' and a byte order mark are skipped; lines end
// in LF or CRLF. What a callback returns, and what is malformed, goes to `errors` with its line; a
// bad header ends the reading.
void ReadCsvRows(absl::string_view text, LineErrors& errors,
                 absl::FunctionRef<absl::Status(const CsvFields& header)> on_header,
                 absl::FunctionRef<absl::Status(size_t line, const CsvFields& fields)> on_row);

// One line. A field in double quotes may hold commas, and quotes written twice; blanks around a
// field are dropped. `fields` is an out-parameter so that its strings serve the next line too.
// kInvalidArgument for a quote left open (a line break inside quotes is not supported) and for text
// after a closing quote.
absl::Status ParseCsvLine(absl::string_view line, CsvFields& fields);

}  // namespace nearcast::ipdb

#endif  // IPDB_CSV_ROWS_H_
