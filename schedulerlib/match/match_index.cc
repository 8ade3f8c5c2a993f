#include "schedulerlib/match/match_index.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/text_hash.h"

namespace nearcast::scheduler {
namespace {

// Fewer rules are compared faster one by one than through another node.
constexpr size_t kLeafRules = 16;

// A rule that lists many values of several attributes would stand in the leaf of every combination;
// beyond this many it counts as open there, and the comparison in full sorts it out.
constexpr uint32_t kCopiesMax = 64;

// Prefixes and whole values are different edges.
uint64_t EdgeHash(absl::string_view text, bool is_prefix) {
  const uint64_t hash = TextHash(text);
  return is_prefix ? ~hash : hash;
}

constexpr uint32_t Bit(uint32_t attribute) { return 1u << attribute; }

}  // namespace

// One question's way through the tree.
class MatchIndex::Search {
 public:
  Search(const MatchIndex& index, const MatchQuestion& question)
      : index_(index), question_(question) {}

  MatchedRules Run() {
    if (index_.root_ == kNone) return {};
    for (uint32_t a = 0; a < kMatchAttributes; ++a) {
      if ((index_.attributes_ & Bit(a)) == 0 || question_.texts[a].empty()) continue;
      hashes_[a] = EdgeHash(question_.texts[a], false);
      print_.lanes[a] = PrintOf(hashes_[a]);
    }
    if (question_.app_version) print_.version = PrintOf(*question_.app_version);
    print_.grade = question_.grade;
    Visit(index_.root_);
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
    Follow(at, hashes_[node.attribute]);
    for (uint32_t i = node.lengths_begin; i < node.lengths_end; ++i) {
      const uint32_t length = index_.lengths_[i];
      if (length <= value.size()) Follow(at, EdgeHash(value.substr(0, length), true));
    }
  }

  void Follow(uint32_t at, uint64_t value) {
    index_.edges_.ForEach(at, value, [this](uint32_t to) { Visit(to); });
  }

  void VisitLeaf(const Node& node) {
    for (uint32_t i = node.prints_begin; i < node.prints_end; ++i) {
      const RulePrint& rule = index_.prints_[i];
      if (rule.MayMatch(print_)) Compare(rule.rule);
    }
    if (question_.app_version) VisitRanged(node.ranged_begin, node.ranged_end);
  }

  // Those whose range has the version.
  void VisitRanged(uint32_t begin, uint32_t end) {
    while (begin < end) {
      const uint32_t middle = begin + (end - begin) / 2;
      const RangedRule& ranged = index_.ranged_rules_[middle];
      if (ranged.highest < *question_.app_version) return;
      VisitRanged(begin, middle);
      if (ranged.version_min > *question_.app_version) return;
      Compare(ranged.rule);
      begin = middle + 1;
    }
  }

  void Compare(uint32_t rule) {
    if (Matches(index_.matches_[rule], question_)) found_.push_back(rule);
  }

  const MatchIndex& index_;
  const MatchQuestion& question_;
  std::array<uint64_t, kMatchAttributes> hashes_;
  Print print_;
  MatchedRules found_;
};

MatchIndex::MatchIndex(std::vector<CompiledMatch> matches) : matches_(std::move(matches)) {
  if (matches_.empty()) return;
  std::vector<Entry> entries;
  for (uint32_t rule = 0; rule < matches_.size(); ++rule) {
    entries.push_back({rule, 1});
    for (const auto& condition : matches_[rule].conditions) {
      attributes_ |= Bit(static_cast<uint32_t>(condition.attribute));
    }
  }
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

double MatchIndex::Telling(const std::vector<Entry>& entries, MatchAttribute attribute) const {
  absl::flat_hash_set<uint64_t> values;
  size_t rules = 0;
  for (const Entry& entry : entries) {
    if (!MaySplit(entry, attribute)) continue;
    ++rules;
    for (const MatchPattern& pattern : matches_[entry.rule].Find(attribute)->patterns) {
      values.insert(EdgeHash(pattern.text, pattern.is_prefix));
    }
  }
  return static_cast<double>(rules) * std::log2(1.0 + static_cast<double>(values.size()));
}

int MatchIndex::ChooseAttribute(const std::vector<Entry>& entries, uint32_t open_attributes) const {
  int best = -1;
  double most = 0;
  for (uint32_t a = 0; a < kMatchAttributes; ++a) {
    if ((open_attributes & Bit(a)) == 0) continue;
    const double telling = Telling(entries, static_cast<MatchAttribute>(a));
    if (telling <= most) continue;
    best = static_cast<int>(a);
    most = telling;
  }
  return best;
}

uint32_t MatchIndex::Build(const std::vector<Entry>& entries, uint32_t open_attributes) {
  const int chosen = entries.size() <= kLeafRules ? -1 : ChooseAttribute(entries, open_attributes);
  if (chosen < 0) return BuildLeaf(entries, open_attributes);
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
  for (const auto& [value, below] : by_value) edges_.Add(at, value, Build(below, left));
  if (!rest.empty()) {
    const uint32_t child = Build(rest, left);
    nodes_[at].rest = child;  // `node` has moved
  }
  return at;
}

uint32_t MatchIndex::BuildLeaf(const std::vector<Entry>& entries, uint32_t open_attributes) {
  Node leaf;
  leaf.prints_begin = static_cast<uint32_t>(prints_.size());
  leaf.ranged_begin = static_cast<uint32_t>(ranged_rules_.size());
  for (const Entry& entry : entries) {
    const CompiledMatch& match = matches_[entry.rule];
    if (match.has_version && entries.size() > kLeafRules) {
      ranged_rules_.push_back(
          {.version_min = match.version_min, .highest = {}, .rule = entry.rule});
    } else {
      AppendPrints(match, entry.rule, open_attributes, prints_);
    }
  }
  std::sort(ranged_rules_.begin() + leaf.ranged_begin, ranged_rules_.end(),
            [](const RangedRule& a, const RangedRule& b) {
              return std::pair(a.version_min, a.rule) < std::pair(b.version_min, b.rule);
            });
  leaf.prints_end = static_cast<uint32_t>(prints_.size());
  leaf.ranged_end = static_cast<uint32_t>(ranged_rules_.size());
  SetHighest(leaf.ranged_begin, leaf.ranged_end);
  nodes_.push_back(leaf);
  return static_cast<uint32_t>(nodes_.size() - 1);
}

// As VisitRanged walks.
AppVersion MatchIndex::SetHighest(uint32_t begin, uint32_t end) {
  if (begin >= end) return AppVersion();
  const uint32_t middle = begin + (end - begin) / 2;
  RangedRule& ranged = ranged_rules_[middle];
  ranged.highest = std::max(
      {matches_[ranged.rule].version_max, SetHighest(begin, middle), SetHighest(middle + 1, end)});
  return ranged.highest;
}

}  // namespace nearcast::scheduler
