// OfferedTiers: the tiers of one publish point that one viewer is offered, best first.
//
//   for (const TranscodeTemplate& tier : decision.tiers) …
//
// Points into the snapshot.
#ifndef SCHEDULERLIB_STREAM_OFFERED_TIERS_H_
#define SCHEDULERLIB_STREAM_OFFERED_TIERS_H_

#include <cstddef>
#include <iterator>

#include "absl/container/inlined_vector.h"
#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

class OfferedTiers {
 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = TranscodeTemplate;
    using difference_type = std::ptrdiff_t;
    using pointer = const TranscodeTemplate*;
    using reference = const TranscodeTemplate&;

    Iterator() = default;
    explicit Iterator(const TranscodeTemplate* const* at) : at_(at) {}
    reference operator*() const { return **at_; }
    pointer operator->() const { return *at_; }
    Iterator& operator++() { return ++at_, *this; }
    Iterator operator++(int) { return Iterator(at_++); }
    friend bool operator==(Iterator, Iterator) = default;

   private:
    const TranscodeTemplate* const* at_ = nullptr;
  };

  void Add(const TranscodeTemplate* tier) { tiers_.push_back(tier); }
  void Clear() { tiers_.clear(); }

  Iterator begin() const { return Iterator(tiers_.data()); }
  Iterator end() const { return Iterator(tiers_.data() + tiers_.size()); }
  const TranscodeTemplate& front() const { return *tiers_.front(); }
  size_t size() const { return tiers_.size(); }
  bool empty() const { return tiers_.empty(); }

 private:
  absl::InlinedVector<const TranscodeTemplate*, 8> tiers_;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_OFFERED_TIERS_H_
