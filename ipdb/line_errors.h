// LineErrors: collects what is wrong with a text file, so that all of it is shown at once.
//
//   LineErrors errors("plan.csv");
//   errors.Add(3, "network \"x\" is not ...; write ...");
//   NC_RETURN_IF_ERROR(errors.ToStatus());   // "plan.csv:3: network ..."
#ifndef IPDB_LINE_ERRORS_H_
#define IPDB_LINE_ERRORS_H_

#include <cstddef>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace nearcast::ipdb {

// Keeps the first kShownMax errors by line and counts the rest.
class LineErrors {
 public:
  static constexpr size_t kShownMax = 20;

  explicit LineErrors(absl::string_view file_name) : file_name_(file_name) {}

  // `line` counts from 1. The message says what is wrong; and, after a semicolon, what to do.
  void Add(size_t line, absl::string_view message);

  bool empty() const { return count_ == 0; }
  // kInvalidArgument with one "FILE:LINE: message" a line, or OK.
  absl::Status ToStatus() const;

 private:
  std::string file_name_;
  std::multimap<size_t, std::string> shown_;
  size_t count_ = 0;
};

}  // namespace nearcast::ipdb

#endif  // IPDB_LINE_ERRORS_H_
