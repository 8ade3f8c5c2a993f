// Layers of runs: nested blocks as runs, and one layer laid over another. For builders of RunTables.
#ifndef IPDB_RUN_LAYERS_H_
#define IPDB_RUN_LAYERS_H_

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "ipdb/run_table.h"

namespace nearcast::ipdb {

// A block with a value; blocks of one layer nest or lie apart, as prefixes do.
template <typename Word>
struct ValuedBlock {
  Word first;
  Word last;
  uint32_t value;
};

// Appends, merging with a neighbour of the same value; a run that starts where the last one does
// replaces it.
template <typename Word>
void AppendRun(std::vector<Run<Word>>& runs, Word start, uint32_t value) {
  if (!runs.empty() && runs.back().start == start) runs.pop_back();
  if (runs.empty() || runs.back().value != value) runs.push_back({start, value});
}

// The nested blocks as runs, the innermost speaking; `unknown` where there is none. Of two equal
// blocks the later is the inner one.
template <typename Word>
std::vector<Run<Word>> FlattenBlocks(std::vector<ValuedBlock<Word>> blocks, uint32_t unknown) {
  using Block = ValuedBlock<Word>;
  std::stable_sort(blocks.begin(), blocks.end(), [](const Block& a, const Block& b) {
    return a.first != b.first ? a.first < b.first : a.last > b.last;
  });
  std::vector<Run<Word>> runs = {{0, unknown}};
  // A sweep with a stack of the blocks that are open at the current address.
  std::vector<const Block*> open;
  // Ends every block that lies before `next`; what is around it speaks again.
  const auto close_before = [&](Word next) {
    while (!open.empty() && open.back()->last < next) {
      const Word end = open.back()->last;
      open.pop_back();
      AppendRun<Word>(runs, end + 1, open.empty() ? unknown : open.back()->value);
    }
  };
  for (const Block& block : blocks) {
    close_before(block.first);
    AppendRun<Word>(runs, block.first, block.value);
    open.push_back(&block);
  }
  // A block that reaches the end of the space stays open: nothing follows it.
  close_before(Word(0) - 1);
  return runs;
}

// Both begin at 0; `merge` makes of a value of each the value of where they meet.
template <typename Word, typename Merge>
std::vector<Run<Word>> LayRunsOver(std::span<const Run<Word>> base, std::span<const Run<Word>> over,
                                   Merge merge) {
  std::vector<Run<Word>> merged;
  merged.reserve(base.size() + over.size());
  size_t b = 0;
  size_t o = 0;
  // Each step goes on to the nearer of the two next boundaries, or over both at once.
  while (true) {
    AppendRun<Word>(merged, std::max(base[b].start, over[o].start),
                    merge(base[b].value, over[o].value));
    const bool base_ends = b + 1 == base.size();
    const bool over_ends = o + 1 == over.size();
    if (base_ends && over_ends) break;
    const bool base_is_next = over_ends || (!base_ends && base[b + 1].start <= over[o + 1].start);
    const bool over_is_next = base_ends || (!over_ends && over[o + 1].start <= base[b + 1].start);
    b += base_is_next;
    o += over_is_next;
  }
  return merged;
}

}  // namespace nearcast::ipdb

#endif  // IPDB_RUN_LAYERS_H_
