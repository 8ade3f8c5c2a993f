#include "schedulerlib/match/match_index.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

// Fewer rules are compared faster one by one than through another node.
constexpr size_t kLeafRules = 4;

// A rule that lists many values of several attributes would stand in the leaf of every combination;
// beyond this many it counts as open there, and the comparison in full sorts it out.
constexpr uint32_t kCopiesMax = 64;

// Prefixes and whole values are different edges.
uint64_t EdgeHash(absl::string_view text, bool is_prefix) {
  const uint64_t hash = StableHash(text);
  return is_prefix ? MixHash(hash, 1) : hash;
}

constexpr uint32_t Bit(uint32_t attribute) { return 1u << attribute; }

}  // namespace

// One question's way through the tree.
class MatchIndex::Search {
 public:
  Search(const MatchIndex& index, const MatchQuestion& question)
      : index_(index), question_(question) {}

  MatchedRules Run() {
    if (index_.root_ != kNone) Visit(index_.root_);
    std::sort(found_.begin(), found_.end());
    return std::move(found_);
  }

 private:
  void Visit(uint32_t at) {
    while (at != kNone) {
      const Node& node = index_.nodes_[at];
      if (node.attribute == kLeaf) return VisitLeaf(node);
      FollowValues(at, node);
      at = node.rest;
    }
  }

  void FollowValues(uint32_t at, const Node& node) {
    const absl::string_view value = question_.texts[node.attribute];
    if (value.empty()) return;
    Follow(at, HashOf(node.attribute, value));
    for (uint32_t i = node.lengths_begin; i < node.lengths_end; ++i) {
      const uint32_t length = index_.lengths_[i];
      if (length <= value.size()) Follow(at, EdgeHash(value.substr(0, length), true));
    }
  }

  void Follow(uint32_t at, uint64_t value) {
    const auto edge = index_.edges_.find({at, value});
    if (edge != index_.edges_.end()) Visit(edge->second);
  }

  uint64_t HashOf(uint32_t attribute, absl::string_view value) {
    if ((hashed_ & Bit(attribute)) == 0) {
      hashes_[attribute] = EdgeHash(value, false);
      hashed_ |= Bit(attribute);
    }
    return hashes_[attribute];
  }

  void VisitLeaf(const Node& node) {
    for (uint32_t i = node.open_begin; i < node.ranged_begin; ++i) Compare(index_.leaf_rules_[i]);
    if (question_.app_version) VisitRanged(node.ranged_begin, node.leaf_end);
  }

  // Those whose range has the version: the rules are the nodes of a balanced tree by lower end,
  // whose root is the middle one.
  void VisitRanged(uint32_t begin, uint32_t end) {
    while (begin < end) {
      const uint32_t middle = begin + (end - begin) / 2;
      if (index_.highest_[middle] < *question_.app_version) return;
      VisitRanged(begin, middle);
      const uint32_t rule = index_.leaf_rules_[middle];
      if (index_.matches_[rule].version_min > *question_.app_version) return;
      Compare(rule);
      begin = middle + 1;
    }
  }

  void Compare(uint32_t rule) {
    if (Matches(index_.matches_[rule], question_)) found_.push_back(rule);
  }

  const MatchIndex& index_;
  const MatchQuestion& question_;
  std::array<uint64_t, kMatchAttributes> hashes_;
  uint32_t hashed_ = 0;
  MatchedRules found_;
};

MatchIndex::MatchIndex(std::vector<CompiledMatch> matches) : matches_(std::move(matches)) {
  if (matches_.empty()) return;
  std::vector<Entry> entries;
  for (uint32_t rule = 0; rule < matches_.size(); ++rule) entries.push_back({rule, 1});
  root_ = Build(entries, Bit(kMatchAttributes) - 1);
}

MatchedRules MatchIndex::Find(const MatchQuestion& question) const {
  MatchedRules found = Search(*this, question).Run();
  // Values that share a hash lead to one leaf twice; a rule with two fitting values to two leaves.
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

bool MatchIndex::MaySplit(const Entry& entry, MatchAttribute attribute) const {
  const CompiledMatch::Condition* condition = matches_[entry.rule].Find(attribute);
  return condition != nullptr && entry.copies * condition->patterns.size() <= kCopiesMax;
}

int MatchIndex::ChooseAttribute(const std::vector<Entry>& entries, uint32_t open_attributes) const {
  int best = -1;
  size_t best_count = 0;
  for (uint32_t a = 0; a < kMatchAttributes; ++a) {
    if ((open_attributes & Bit(a)) == 0) continue;
    const size_t count = std::count_if(entries.begin(), entries.end(), [&](const Entry& entry) {
      return MaySplit(entry, static_cast<MatchAttribute>(a));
    });
    if (count <= best_count) continue;
    best = static_cast<int>(a);
    best_count = count;
  }
  return best;
}

uint32_t MatchIndex::Build(const std::vector<Entry>& entries, uint32_t open_attributes) {
  const int chosen = entries.size() <= kLeafRules ? -1 : ChooseAttribute(entries, open_attributes);
  if (chosen < 0) return BuildLeaf(entries);
  const auto attribute = static_cast<MatchAttribute>(chosen);
  std::vector<Entry> rest;
  std::map<uint64_t, std::vector<Entry>> by_value;
  std::set<uint32_t> lengths;
  for (const Entry& entry : entries) {
    if (!MaySplit(entry, attribute)) {
      rest.push_back(entry);
      continue;
    }
    const auto& patterns = matches_[entry.rule].Find(attribute)->patterns;
    const auto copies = static_cast<uint32_t>(entry.copies * patterns.size());
    for (const MatchPattern& pattern : patterns) {
      if (pattern.is_prefix) lengths.insert(static_cast<uint32_t>(pattern.text.size()));
      by_value[EdgeHash(pattern.text, pattern.is_prefix)].push_back({entry.rule, copies});
    }
  }
  const auto at = static_cast<uint32_t>(nodes_.size());
  Node& node = nodes_.emplace_back();
  node.attribute = static_cast<uint8_t>(chosen);
  node.lengths_begin = static_cast<uint32_t>(lengths_.size());
  lengths_.insert(lengths_.end(), lengths.begin(), lengths.end());
  node.lengths_end = static_cast<uint32_t>(lengths_.size());
  const uint32_t left = open_attributes & ~Bit(static_cast<uint32_t>(chosen));
  for (const auto& [value, below] : by_value) edges_[{at, value}] = Build(below, left);
  if (!rest.empty()) {
    const uint32_t child = Build(rest, left);
    nodes_[at].rest = child;  // `node` has moved
  }
  return at;
}

uint32_t MatchIndex::BuildLeaf(const std::vector<Entry>& entries) {
  std::vector<uint32_t> ranged;
  Node leaf;
  leaf.open_begin = static_cast<uint32_t>(leaf_rules_.size());
  for (const Entry& entry : entries) {
    if (matches_[entry.rule].has_version) {
      ranged.push_back(entry.rule);
    } else {
      leaf_rules_.push_back(entry.rule);
    }
  }
  std::sort(ranged.begin(), ranged.end(), [this](uint32_t a, uint32_t b) {
    return std::pair(matches_[a].version_min, a) < std::pair(matches_[b].version_min, b);
  });
  leaf.ranged_begin = static_cast<uint32_t>(leaf_rules_.size());
  leaf_rules_.insert(leaf_rules_.end(), ranged.begin(), ranged.end());
  leaf.leaf_end = static_cast<uint32_t>(leaf_rules_.size());
  highest_.resize(leaf_rules_.size());
  SetHighest(leaf.ranged_begin, leaf.leaf_end);
  nodes_.push_back(leaf);
  return static_cast<uint32_t>(nodes_.size() - 1);
}

// As VisitRanged walks.
AppVersion MatchIndex::SetHighest(uint32_t begin, uint32_t end) {
  if (begin >= end) return AppVersion();
  const uint32_t middle = begin + (end - begin) / 2;
  const AppVersion own = matches_[leaf_rules_[middle]].version_max;
  highest_[middle] = std::max({own, SetHighest(begin, middle), SetHighest(middle + 1, end)});
  return highest_[middle];
}

}  // namespace nearcast::scheduler
