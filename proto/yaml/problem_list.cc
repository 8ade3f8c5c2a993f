#include "proto/yaml/problem_list.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"

namespace nearcast::yaml {

void ProblemList::Add(absl::string_view file, Position position, absl::string_view text) {
  if (++count_ > kProblemsMax) return;
  if (files_.empty() || files_.back() != file) files_.emplace_back(file);
  problems_.push_back({files_.size() - 1, position, std::string(text)});
}

absl::Status ProblemList::ToStatus() const {
  if (count_ == 0) return absl::OkStatus();
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.file, a.position.line, a.position.column) <
           std::tie(b.file, b.position.line, b.position.column);
  });
  std::string message;
  for (const Problem& problem : sorted) {
    absl::StrAppend(&message, message.empty() ? "" : "\n", files_[problem.file]);
    const Position& at = problem.position;
    if (at.line > 0) absl::StrAppend(&message, ":", at.line, ":", at.column);
    absl::StrAppend(&message, ": ", problem.text);
  }
  if (count_ > sorted.size()) {
    absl::StrAppend(&message, "\n", count_ - sorted.size(), " more problems");
  }
  return absl::InvalidArgumentError(message);
}

}  // namespace nearcast::yaml
