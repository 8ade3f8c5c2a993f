#include "schedulerlib/split/session_table.h"

#include <algorithm>
#include <bit>

namespace nearcast::scheduler {
namespace {

uint32_t TagOf(uint64_t session) { return std::max<uint32_t>(1, ShortHash(session)); }

}  // namespace

SessionTable::SessionTable(size_t sessions_max)
    : slots_(std::bit_ceil(std::max(sessions_max, kNeighbours))),
      set_mask_(slots_.size() / kNeighbours - 1) {}

std::optional<HeldCdn> SessionTable::Find(uint64_t session, uint32_t now_s, uint32_t ttl_s) const {
  const uint32_t tag = TagOf(session);
  const Slot* const set = &slots_[SetOf(session)];
  for (size_t i = 0; i < kNeighbours; ++i) {
    if (set[i].tag != tag) continue;
    if (now_s - set[i].held.booked_s > ttl_s) return std::nullopt;
    return set[i].held;
  }
  return std::nullopt;
}

void SessionTable::Put(uint64_t session, HeldCdn held, uint32_t now_s, uint32_t ttl_s) {
  const uint32_t tag = TagOf(session);
  Slot* const set = &slots_[SetOf(session)];
  Slot* victim = set;
  for (size_t i = 0; i < kNeighbours; ++i) {
    if (set[i].tag == tag || set[i].tag == 0) {
      victim = &set[i];
      break;
    }
    if (set[i].held.booked_s < victim->held.booked_s) victim = &set[i];
  }
  if (victim->tag == 0) ++size_;
  if (victim->tag != 0 && victim->tag != tag && now_s - victim->held.booked_s <= ttl_s)
    ++forgotten_;
  held.booked_s = now_s;
  *victim = {tag, held};
}

}  // namespace nearcast::scheduler
