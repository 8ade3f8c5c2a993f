#include "tools/nearcastctl/line_diff.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace nearcast::ctl {
namespace {

constexpr int kContextLines = 3;
constexpr int kDifferencesMax = 1000;

using Lines = std::vector<absl::string_view>;

// One line of the diff: ' ' in both, '-' only before, '+' only after.
struct Step {
  char mark;
  absl::string_view line;
};

Lines SplitLines(absl::string_view text) {
  if (text.empty()) return {};
  absl::ConsumeSuffix(&text, "\n");
  return absl::StrSplit(text, '\n');
}

// Myers' greedy search: furthest[k] is how far before one gets on diagonal k = x - y with d
// differences. The state before each round is kept, and walked back from the end.
class ShortestEdit {
 public:
  ShortestEdit(const Lines& a, const Lines& b)
      : a_(a), b_(b), n_(static_cast<int>(a.size())), m_(static_cast<int>(b.size())) {}

  // The steps from the end to the beginning; empty when there are more than kDifferencesMax
  // differences.
  std::vector<Step> FindBackwards() {
    const int reach = std::min(n_ + m_, kDifferencesMax);
    offset_ = reach + 1;
    std::vector<int> furthest(2 * reach + 3, 0);
    for (int d = 0; d <= reach; ++d) {
      rounds_.push_back(furthest);
      for (int k = -d; k <= d; k += 2) {
        const int x = Slide(StartOf(furthest, d, k), k);
        furthest[offset_ + k] = x;
        if (x >= n_ && x - k >= m_) return WalkBack(d);
      }
    }
    return {};
  }

 private:
  bool ComesFromAbove(const std::vector<int>& furthest, int d, int k) const {
    return k == -d || (k != d && furthest[offset_ + k - 1] < furthest[offset_ + k + 1]);
  }

  int StartOf(const std::vector<int>& furthest, int d, int k) const {
    return ComesFromAbove(furthest, d, k) ? furthest[offset_ + k + 1]
                                          : furthest[offset_ + k - 1] + 1;
  }

  int Slide(int x, int k) const {
    while (x < n_ && x - k < m_ && x - k >= 0 && a_[x] == b_[x - k]) ++x;
    return x;
  }

  std::vector<Step> WalkBack(int d) const {
    std::vector<Step> steps;
    int x = n_;
    int y = m_;
    for (; d > 0; --d) {
      const std::vector<int>& furthest = rounds_[d];
      const int k = x - y;
      const bool above = ComesFromAbove(furthest, d, k);
      const int from_k = above ? k + 1 : k - 1;
      const int from_x = furthest[offset_ + from_k];
      const int from_y = from_x - from_k;
      while (x > from_x && y > from_y) steps.push_back({' ', a_[--x]}), --y;
      steps.push_back(above ? Step{'+', b_[from_y]} : Step{'-', a_[from_x]});
      x = from_x;
      y = from_y;
    }
    while (x > 0) steps.push_back({' ', a_[--x]});
    return steps;
  }

  const Lines& a_;
  const Lines& b_;
  const int n_;
  const int m_;
  int offset_ = 0;
  std::vector<std::vector<int>> rounds_;
};

void Append(const Lines& lines, size_t from, size_t to, char mark, std::vector<Step>* steps) {
  for (size_t i = from; i < to; ++i) steps->push_back({mark, lines[i]});
}

std::vector<Step> FindSteps(const Lines& a, const Lines& b) {
  size_t head = 0;
  while (head < a.size() && head < b.size() && a[head] == b[head]) ++head;
  size_t tail = 0;
  const size_t shorter = std::min(a.size(), b.size());
  while (tail < shorter - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  const Lines a_middle(a.begin() + head, a.end() - tail);
  const Lines b_middle(b.begin() + head, b.end() - tail);
  std::vector<Step> middle = ShortestEdit(a_middle, b_middle).FindBackwards();
  std::reverse(middle.begin(), middle.end());
  if (middle.empty()) {
    Append(a_middle, 0, a_middle.size(), '-', &middle);
    Append(b_middle, 0, b_middle.size(), '+', &middle);
  }
  std::vector<Step> steps;
  Append(a, 0, head, ' ', &steps);
  steps.insert(steps.end(), middle.begin(), middle.end());
  Append(a, a.size() - tail, a.size(), ' ', &steps);
  return steps;
}

// "3,4", or "3" for one line; a range without lines names the line before it.
std::string Range(int first, int lines) {
  if (lines == 1) return absl::StrCat(first);
  return absl::StrCat(lines == 0 ? first - 1 : first, ",", lines);
}

// Which steps to show: those near a change.
std::vector<bool> FindShown(const std::vector<Step>& steps) {
  std::vector<bool> shown(steps.size(), false);
  const int size = static_cast<int>(steps.size());
  for (int i = 0; i < size; ++i) {
    if (steps[i].mark == ' ') continue;
    const int to = std::min(size - 1, i + kContextLines);
    for (int j = std::max(0, i - kContextLines); j <= to; ++j) shown[j] = true;
  }
  return shown;
}

}  // namespace

std::string WriteLineDiff(absl::string_view before, absl::string_view after) {
  const Lines a = SplitLines(before);
  const Lines b = SplitLines(after);
  const std::vector<Step> steps = FindSteps(a, b);
  const std::vector<bool> shown = FindShown(steps);
  std::string text;
  int a_line = 1;
  int b_line = 1;
  for (size_t i = 0; i < steps.size();) {
    std::string hunk;
    const int a_first = a_line;
    const int b_first = b_line;
    const bool is_hunk = shown[i];
    for (; i < steps.size() && shown[i] == is_hunk; ++i) {
      absl::StrAppend(&hunk, absl::string_view(&steps[i].mark, 1), steps[i].line, "\n");
      a_line += steps[i].mark != '+' ? 1 : 0;
      b_line += steps[i].mark != '-' ? 1 : 0;
    }
    if (!is_hunk) continue;
    absl::StrAppend(&text, "@@ -", Range(a_first, a_line - a_first), " +",
                    Range(b_first, b_line - b_first), " @@\n", hunk);
  }
  return text;
}

}  // namespace nearcast::ctl
