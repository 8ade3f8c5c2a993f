// DropCounts: what viewers were meant to get and did not, by kind. Every lost frame is in exactly
// one of these.
#ifndef DATAPLANE_STREAM_DROP_COUNTS_H_
#define DATAPLANE_STREAM_DROP_COUNTS_H_

#include <cstdint>

namespace nearcast::stream {

struct DropCounts {
  uint64_t tail = 0;        // the last one or two pictures of a GOP
  uint64_t unreferred = 0;  // pictures that no other refers to
  uint64_t rest = 0;        // more of a GOP: the last resort
  uint64_t jumped = 0;      // everything, sound too, that a jump to a keyframe passed over
  uint64_t undecodable =
      0;  // pictures before the first keyframe of a viewer, or that need lost ones

  // Of those, what was dropped because the viewer was slow.
  uint64_t slow() const { return tail + unreferred + rest + jumped; }
  uint64_t total() const { return slow() + undecodable; }

  DropCounts& operator+=(const DropCounts& other) {
    tail += other.tail;
    unreferred += other.unreferred;
    rest += other.rest;
    jumped += other.jumped;
    undecodable += other.undecodable;
    return *this;
  }
  friend DropCounts operator-(const DropCounts& a, const DropCounts& b) {
    return {a.tail - b.tail, a.unreferred - b.unreferred, a.rest - b.rest, a.jumped - b.jumped,
            a.undecodable - b.undecodable};
  }
};

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_DROP_COUNTS_H_
