// RunTable: the search form. The whole space of one address family, cut into maximal runs of
// addresses that share one number; finds an address's number, and the shortest prefix around it in
// which every address has that number.
//
//   const RunTable<uint32_t> table({{0, 0}, {0xc0000200, 1}, {0xc0000300, 0}});   // 192.0.2.0/24
//   is 1 table.Find(0xc0000201)  // {value 1, scope_bits 24}
//
// PrefixTable holds two, with cells as numbers. The scheduler maps cells to answers with MapValues
// and gets a table whose scope is that of the answer: the shortest truthful ECS scope (RFC 7871
// section 7.2.1).
#ifndef IPDB_RUN_TABLE_H_
#define IPDB_RUN_TABLE_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "base/check.h"

namespace nearcast::ipdb {

// The addresses from `start` to just before the next run's.
template <typename Word>
struct Run {
  Word start = 0;
  uint32_t value = 0;

  friend bool operator==(const Run&, const Run&) = default;
};

// Word is uint32_t (IPv4) or absl::uint128 (IPv6), in host order. Immutable: any thread may read.
// Copies share the memory. One that was moved from is good for nothing but assignment.
//
// Find costs one look into a directory (by the address's top bits) and a branch-free binary search
// among the few runs of that slot: O(log of the runs in one slot), two or three cache lines, no
// allocation. A run is 8 bytes (IPv6: 32). The scope needs no storage: a block holds only this
// run's addresses if it holds neither the address before the run nor the one after it, so the scope
// is one bit longer than the longer of the two common prefixes.
template <typename Word>
class RunTable {
 public:
  struct Match {
    uint32_t value;
    uint8_t scope_bits;
  };

  // One run: everything is 0.
  RunTable() : RunTable(std::vector<Run<Word>>{{0, 0}}) {}
  // Requires that the first run starts at 0 and that starts ascend. Neighbours of the same value
  // are merged.
  explicit RunTable(std::vector<Run<Word>> runs);

  Match Find(Word address) const noexcept;
  // The run that holds the address, as its place in runs().
  size_t FindRun(Word address) const noexcept;

  // At least one; the first starts at 0; no two neighbours have the same value.
  std::span<const Run<Word>> runs() const { return runs_; }
  // The last address of a run.
  Word last(size_t run) const {
    return run + 1 < runs_.size() ? runs_[run + 1].start - 1 : Word(0) - 1;
  }

  // The table with map(value) for each value, neighbours that become equal merged.
  template <typename Map>
  RunTable MapValues(Map map) const;

  size_t memory_bytes() const {
    return runs_.size() * sizeof(Run<Word>) + directory_.size() * sizeof(uint32_t);
  }

 private:
  static constexpr int kWordBits = sizeof(Word) * 8;
  // About a slot for each run, so that most searches take a step or two; at most 1 MiB of them,
  // which a core's own cache holds.
  static constexpr int kDirectoryBitsMax = 18;

  static uint64_t Key(Word address);
  static int LeadingZeros(Word value);
  size_t Slot(Word address) const;
  std::vector<uint32_t> BuildDirectory();

  // What copies share; the spans below lie in it, so that a search needs no step through it.
  struct Body {
    std::vector<Run<Word>> runs;
    std::vector<uint32_t> directory;
  };
  std::shared_ptr<const Body> body_;
  std::span<const Run<Word>> runs_;
  // directory_[s]: the last run that starts before slot s does; the runs of slot s lie between
  // directory_[s] and directory_[s + 1]. Slots divide evenly the keys from first_key_ to last_key_,
  // the first and the last boundary, because IPv6 uses but a small part of its space; what lies
  // outside belongs to the first or the last slot.
  std::span<const uint32_t> directory_;
  uint64_t first_key_ = 0;
  uint64_t last_key_ = 0;
  int slot_shift_ = 0;
};

template <typename Word>
RunTable<Word>::RunTable(std::vector<Run<Word>> runs) {
  NC_CHECK(!runs.empty() && runs.front().start == 0 && runs.size() < UINT32_MAX);
  const auto not_ascending = [](const Run<Word>& a, const Run<Word>& b) {
    return a.start >= b.start;
  };
  NC_CHECK(std::adjacent_find(runs.begin(), runs.end(), not_ascending) == runs.end());
  const auto same_value = [](const Run<Word>& a, const Run<Word>& b) { return a.value == b.value; };
  runs.erase(std::unique(runs.begin(), runs.end(), same_value), runs.end());
  runs.shrink_to_fit();
  runs_ = runs;
  std::vector<uint32_t> directory = BuildDirectory();
  body_ = std::make_shared<const Body>(Body{std::move(runs), std::move(directory)});
  runs_ = body_->runs;
  directory_ = body_->directory;
}

template <typename Word>
uint64_t RunTable<Word>::Key(Word address) {
  if constexpr (kWordBits == 32) {
    return address;
  } else {
    return absl::Uint128High64(address);
  }
}

template <typename Word>
int RunTable<Word>::LeadingZeros(Word value) {
  if constexpr (kWordBits == 32) {
    return std::countl_zero(value);
  } else {
    const uint64_t high = absl::Uint128High64(value);
    return high != 0 ? std::countl_zero(high) : 64 + std::countl_zero(absl::Uint128Low64(value));
  }
}

template <typename Word>
size_t RunTable<Word>::Slot(Word address) const {
  return (std::clamp(Key(address), first_key_, last_key_) - first_key_) >> slot_shift_;
}

template <typename Word>
std::vector<uint32_t> RunTable<Word>::BuildDirectory() {
  const bool is_divided = runs_.size() > 1;
  first_key_ = is_divided ? Key(runs_[1].start) : 0;
  last_key_ = is_divided ? Key(runs_.back().start) : 0;
  const int directory_bits = std::min<int>(std::bit_width(runs_.size()), kDirectoryBitsMax);
  slot_shift_ = std::max<int>(0, std::bit_width(last_key_ - first_key_) - directory_bits);
  const size_t slots = Slot(Word(0) - 1) + 1;
  // One more than the slots, so that each slot's search ends at the run that opens the next.
  std::vector<uint32_t> directory(slots + 1);
  size_t run = 0;
  for (size_t slot = 1; slot < slots; ++slot) {
    const uint64_t key = first_key_ + (uint64_t{slot} << slot_shift_);
    while (run + 1 < runs_.size() && Key(runs_[run + 1].start) < key) ++run;
    directory[slot] = static_cast<uint32_t>(run);
  }
  directory[slots] = static_cast<uint32_t>(runs_.size() - 1);
  return directory;
}

template <typename Word>
size_t RunTable<Word>::FindRun(Word address) const noexcept {
  const size_t slot = Slot(address);
  const Run<Word>* run = runs_.data() + directory_[slot];
  // The answer is among `count` runs from `run` on; each step halves them without a branch on the
  // data.
  size_t count = directory_[slot + 1] - directory_[slot] + 1;
  while (count > 1) {
    const size_t half = count / 2;
    run += run[half].start <= address ? half : 0;
    count -= half;
  }
  return static_cast<size_t>(run - runs_.data());
}

template <typename Word>
typename RunTable<Word>::Match RunTable<Word>::Find(Word address) const noexcept {
  const size_t index = FindRun(address);
  const Run<Word>& run = runs_[index];
  int scope_bits = 0;
  if (index > 0) scope_bits = LeadingZeros(address ^ (run.start - 1)) + 1;
  if (index + 1 < runs_.size()) {
    scope_bits = std::max(scope_bits, LeadingZeros(address ^ runs_[index + 1].start) + 1);
  }
  return {run.value, static_cast<uint8_t>(scope_bits)};
}

template <typename Word>
template <typename Map>
RunTable<Word> RunTable<Word>::MapValues(Map map) const {
  std::vector<Run<Word>> mapped;
  for (const Run<Word>& run : runs_) {
    const uint32_t value = map(run.value);
    if (mapped.empty() || mapped.back().value != value) mapped.push_back({run.start, value});
  }
  return RunTable(std::move(mapped));
}

}  // namespace nearcast::ipdb

#endif  // IPDB_RUN_TABLE_H_
