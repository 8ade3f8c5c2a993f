// MatchIndex: of many rules those that match one question, without looking at the others.
//
//   MatchIndex index(std::move(matches));          // once, when rules change
//   for (uint32_t rule : index.Find(question)) …   // places in `matches`, ascending
//
// A search tree over attributes. Each inner node tests one attribute: an edge for each value that a
// rule asks for, and one to the rules that leave the attribute open; a question follows both. So
// the cost depends on how many attributes rules constrain and on how many rules match, and on the
// number of rules only through hash tables and, for version ranges, through a search tree of
// intervals: it grows no faster than the logarithm. Every rule that is found is compared once more
// in full, so hashes decide nothing.
//
// Source: Aguilera, Strom, Sturman, Astley, Chandra: "Matching Events in a Content-Based
// Subscription System", PODC 1999 (parallel search tree); intervals as in an augmented tree
// (Cormen et al., Introduction to Algorithms, 14.3). Thread rule: immutable after construction.
#ifndef SCHEDULERLIB_MATCH_MATCH_INDEX_H_
#define SCHEDULERLIB_MATCH_MATCH_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "schedulerlib/match/compiled_match.h"
#include "schedulerlib/match/match_question.h"

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
    uint32_t open_begin = 0;    // leaf: rules without a version range, in `leaf_rules_`
    uint32_t ranged_begin = 0;  // leaf: rules with one, by its lower end
    uint32_t leaf_end = 0;
  };

  // A rule in the making of the tree, and in how many leaves it will be at most.
  struct Entry {
    uint32_t rule;
    uint32_t copies;
  };

  class Search;

  uint32_t Build(const std::vector<Entry>& entries, uint32_t open_attributes);
  uint32_t BuildLeaf(const std::vector<Entry>& entries);
  AppVersion SetHighest(uint32_t begin, uint32_t end);
  // The attribute that splits best; nothing when none is worth it.
  int ChooseAttribute(const std::vector<Entry>& entries, uint32_t open_attributes) const;
  bool MaySplit(const Entry& entry, MatchAttribute attribute) const;

  std::vector<CompiledMatch> matches_;
  std::vector<Node> nodes_;
  absl::flat_hash_map<std::pair<uint32_t, uint64_t>, uint32_t> edges_;  // node, value → node
  std::vector<uint32_t> lengths_;
  std::vector<uint32_t> leaf_rules_;
  std::vector<AppVersion> highest_;  // beside leaf_rules_: the greatest version_max of the subtree
  uint32_t root_ = kNone;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MATCH_MATCH_INDEX_H_
