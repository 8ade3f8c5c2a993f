// EdgeTable: the edges of a search tree: from a node, by a value's hash, to other nodes.
//
// Open addressing, one look-up is one line of cache; at most half of the slots are taken. Edges whose
// node and hash are equal all count. Thread rule: immutable once it is filled.
#ifndef SCHEDULERLIB_MATCH_EDGE_TABLE_H_
#define SCHEDULERLIB_MATCH_EDGE_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace nearcast::scheduler {

class EdgeTable {
 public:
  void Add(uint32_t from, uint64_t value_hash, uint32_t to) {
    if (2 * (size_ + 1) > slots_.size()) Grow();
    Put({KeyOf(from, value_hash), to, true});
    ++size_;
  }

  // visit(uint32_t to), for each edge.
  template <typename Visit>
  void ForEach(uint32_t from, uint64_t value_hash, Visit visit) const {
    if (slots_.empty()) return;
    const uint64_t key = KeyOf(from, value_hash);
    for (size_t at = PlaceOf(key); slots_[at].is_taken; at = Next(at)) {
      if (slots_[at].key == key) visit(slots_[at].to);
    }
  }

 private:
  struct Slot {
    uint64_t key = 0;
    uint32_t to = 0;
    bool is_taken = false;
  };

  static constexpr uint64_t kGolden = 0x9e3779b97f4a7c15u;
  static constexpr size_t kSlotsMin = 16;

  static uint64_t KeyOf(uint32_t from, uint64_t value_hash) {
    return value_hash ^ (uint64_t{from} + 1) * kGolden;
  }
  // The product's high bits depend on all of the key.
  size_t PlaceOf(uint64_t key) const { return (key * kGolden) >> 32 & (slots_.size() - 1); }
  size_t Next(size_t at) const { return (at + 1) & (slots_.size() - 1); }

  void Put(const Slot& edge) {
    size_t at = PlaceOf(edge.key);
    while (slots_[at].is_taken) at = Next(at);
    slots_[at] = edge;
  }

  void Grow() {
    const size_t slots = slots_.empty() ? kSlotsMin : 2 * slots_.size();
    for (const Slot& slot : std::exchange(slots_, std::vector<Slot>(slots))) {
      if (slot.is_taken) Put(slot);
    }
  }

  std::vector<Slot> slots_;  // a power of two, or none
  size_t size_ = 0;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MATCH_EDGE_TABLE_H_
