// ProblemList: everything that is wrong with some files, so that it is all said at once.
#ifndef PROTO_YAML_PROBLEM_LIST_H_
#define PROTO_YAML_PROBLEM_LIST_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "proto/yaml/position.h"

namespace nearcast::yaml {

// One thread. Keeps the first kProblemsMax problems and counts the rest.
class ProblemList {
 public:
  static constexpr size_t kProblemsMax = 100;

  // `text` is "what; what to do". Unknown positions leave the line and column out.
  void Add(absl::string_view file, Position position, absl::string_view text);

  size_t count() const { return count_; }

  // OK when there is none; otherwise INVALID_ARGUMENT with a line "FILE:LINE:COLUMN: TEXT" for
  // each, in the order of their adding, and at the end how many more there are.
  absl::Status ToStatus() const;

 private:
  struct Problem {
    size_t file;  // in files_
    Position position;
    std::string text;
  };

  std::vector<std::string> files_;
  std::vector<Problem> problems_;
  size_t count_ = 0;
};

}  // namespace nearcast::yaml

#endif  // PROTO_YAML_PROBLEM_LIST_H_
