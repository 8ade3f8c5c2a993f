// SessionTable: which CDN a viewer's session has, for those that ask again. A bounded memory: what
// does not fit is forgotten, the oldest of its neighbours first, and is then chosen by hash again.
//
// Eight neighbours share a set, sixteen bytes each; a million sessions are 16 MiB. Nothing is
// allocated after construction. Two sessions of one set are taken for the same with probability
// 2^-32. Thread rule: one owner.
#ifndef SCHEDULERLIB_SPLIT_SESSION_TABLE_H_
#define SCHEDULERLIB_SPLIT_SESSION_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace nearcast::scheduler {

// The upper half: sets are found by the lower one.
inline uint32_t ShortHash(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }

// What a session was given before.
struct HeldCdn {
  uint32_t cdn = 0;       // ShortHash of StableHash of its name
  uint32_t weights = 0;   // WeightsTag of the rule then (split/ratio.h)
  uint32_t booked_s = 0;  // when it was last put into the table; monotonic
};

class SessionTable {
 public:
  // Rounded up to a power of two; at least 8.
  explicit SessionTable(size_t sessions_max);

  // Nothing when the session is not known, or was not put for `ttl_s`.
  std::optional<HeldCdn> Find(uint64_t session, uint32_t now_s, uint32_t ttl_s) const;

  // Remembers, as booked now.
  void Put(uint64_t session, HeldCdn held, uint32_t now_s, uint32_t ttl_s);

  size_t capacity() const { return slots_.size(); }
  uint64_t size() const { return size_; }            // that were ever put and not overwritten
  uint64_t forgotten() const { return forgotten_; }  // live ones that had to make room

 private:
  static constexpr size_t kNeighbours = 8;
  struct Slot {
    uint32_t tag = 0;  // 0 = free
    HeldCdn held;
  };

  size_t SetOf(uint64_t session) const { return (session & set_mask_) * kNeighbours; }

  std::vector<Slot> slots_;
  uint64_t set_mask_;
  uint64_t size_ = 0;
  uint64_t forgotten_ = 0;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SPLIT_SESSION_TABLE_H_
