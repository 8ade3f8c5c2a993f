// StrongId: a dense integer that does not mix with another kind of id.
//
//   using NodeIndex = StrongId<struct NodeIndexTag>;
//   NodeIndex node(7);  nodes[node.value()]
//
// Ids are assigned when a snapshot is built and mean something only within it.
#ifndef BASE_STRONG_ID_H_
#define BASE_STRONG_ID_H_

#include <compare>
#include <cstdint>
#include <utility>

namespace nearcast {

template <typename Tag, typename Int = uint32_t>
class StrongId {
 public:
  constexpr StrongId() = default;
  constexpr explicit StrongId(Int value) : value_(value) {}

  constexpr Int value() const { return value_; }
  friend constexpr auto operator<=>(StrongId a, StrongId b) = default;

  template <typename H>
  friend H AbslHashValue(H h, StrongId id) {
    return H::combine(std::move(h), id.value_);
  }

 private:
  Int value_ = 0;
};

}  // namespace nearcast

#endif  // BASE_STRONG_ID_H_
