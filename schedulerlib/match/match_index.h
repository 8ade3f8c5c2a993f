// MatchIndex: of many rules those that match one question, without looking at the others.
//
//   MatchIndex index(std::move(matches));          // once, when rules change
//   for (uint32_t rule : index.Find(question)) …   // places in `matches`, ascending
//
// A search tree over attributes. Each inner node tests one attribute: an edge for each value that a
// rule asks for, and one to the rules that leave the attribute open; a question follows both. The
// attribute that tells most is tested first (the rules that name it, times the logarithm of their
// values' number), so that edges for values lead to few rules. So the cost depends on how many
// attributes rules constrain and on how many rules match, and on the number of rules only through
// hash tables and, for version ranges, through a search tree of intervals: it grows no faster than
// the logarithm. Few rules are not split any further: short hashes of all their texts are compared
// at once. Every rule that is found is compared once more in full, so hashes decide nothing.
//
// Source: Aguilera, Strom, Sturman, Astley, Chandra: "Matching Events in a Content-Based
// Subscription System", PODC 1999 (parallel search tree); intervals as in an augmented tree
// (Cormen et al., Introduction to Algorithms, 14.3). Thread rule: immutable after construction.
#ifndef SCHEDULERLIB_MATCH_MATCH_INDEX_H_
#define SCHEDULERLIB_MATCH_MATCH_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "schedulerlib/match/compiled_match.h"
#include "schedulerlib/match/edge_table.h"
#include "schedulerlib/match/match_question.h"
#include "schedulerlib/match/rule_print.h"

namespace nearcast::scheduler {

// Places of rules, ascending. No allocation up to sixteen.
using MatchedRules = absl::InlinedVector<uint32_t, 16>;

class MatchIndex {
 public:
  MatchIndex() = default;
  explicit MatchIndex(std::vector<CompiledMatch> matches);

  MatchedRules Find(const MatchQuestion& question) const;

  size_t size() const { return matches_.size(); }
  const CompiledMatch& match(uint32_t rule) const { return matches_[rule]; }

  // Inner nodes and leaves, for benchmarks and tests of growth.
  size_t node_count() const { return nodes_.size(); }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr uint8_t kLeaf = UINT8_MAX;

  // Children are numbered; value edges are in `edges_`.
  struct Node {
    uint8_t attribute = kLeaf;
    uint32_t rest = kNone;       // rules that leave the attribute open
    uint32_t lengths_begin = 0;  // of the prefixes that edges ask for, in `lengths_`
    uint32_t lengths_end = 0;
    uint32_t prints_begin = 0;  // leaf: rules to be compared one by one, in `prints_`
    uint32_t prints_end = 0;
    uint32_t ranged_begin = 0;  // leaf: rules with a version range, in `ranged_rules_`
    uint32_t ranged_end = 0;
  };

  // Of a leaf, by the range's lower end: a balanced tree whose root is the middle one.
  struct RangedRule {
    AppVersion version_min;
    AppVersion highest;  // the greatest version_max of the subtree
    uint32_t rule = 0;
  };

  // A rule in the making of the tree, and in how many leaves it will be at most.
  struct Entry {
    uint32_t rule;
    uint32_t copies;
  };

  class Search;

  uint32_t Build(const std::vector<Entry>& entries, uint32_t open_attributes);
  uint32_t BuildLeaf(const std::vector<Entry>& entries, uint32_t open_attributes);
  AppVersion SetHighest(uint32_t begin, uint32_t end);
  // The attribute that tells most; below 0 when none is worth it.
  int ChooseAttribute(const std::vector<Entry>& entries, uint32_t open_attributes) const;
  double Telling(const std::vector<Entry>& entries, MatchAttribute attribute) const;
  bool MaySplit(const Entry& entry, MatchAttribute attribute) const;

  std::vector<CompiledMatch> matches_;
  std::vector<Node> nodes_;
  EdgeTable edges_;
  std::vector<uint32_t> lengths_;
  std::vector<RulePrint> prints_;
  std::vector<RangedRule> ranged_rules_;
  uint32_t attributes_ = 0;  // bits: those that any rule asks for
  uint32_t root_ = kNone;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MATCH_MATCH_INDEX_H_
