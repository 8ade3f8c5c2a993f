// SendBatch: a run of frames as iovecs, ready for sendmsg, made once and used for every viewer that
// stands at the same place.
//
// Viewers of one stream that keep up all stand at the same place, so a wake of a thousand of them
// builds one batch and makes a thousand sendmsg calls. From the second one on, frames that gathered
// lie in one piece of memory: one copy for all, and the kernel has one address to check and read per
// viewer instead of one per frame. The first kPrefix slots are left free for
// what one viewer has to send before: the rest of a frame that was cut by a full socket, and
// headers after a jump. Thread rule: one per thread, for all its streams. The pointers live as long
// as the ring that the batch was built from is given no more frames: it is made again when it was.
#ifndef DATAPLANE_EGRESS_SEND_BATCH_H_
#define DATAPLANE_EGRESS_SEND_BATCH_H_

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dataplane/egress/viewer_protocol.h"
#include "dataplane/stream/cursor.h"
#include "dataplane/stream/frame_ring.h"

namespace nearcast::egress {

// Bytes of `frame` in wire form.
inline size_t WireBytes(const stream::Frame& frame, Wire wire) {
  switch (wire) {
    case Wire::kFlv:
      return frame.flv().size();
    case Wire::kWebSocket:
      return frame.ws_flv().size();
    case Wire::kRtmp:
      return frame.rtmp_header().size() + frame.payload().size();
    case Wire::kLink:
      return frame.link_header().size() + frame.payload().size();
  }
  return 0;
}

// Writes the wire form of `frame` without its first `skip` bytes as at most two iovecs; returns how
// many.
size_t WriteIovecs(const stream::Frame& frame, Wire wire, size_t skip, iovec* out);

class SendBatch {
 public:
  static constexpr size_t kPrefix = 4;

  // Two iovecs each and the prefix stay below IOV_MAX (1024).
  static constexpr size_t kFramesMax = 500;
  // Fewer pieces than kFlatPieces, or more bytes, are left where they are.
  static constexpr size_t kFlatPieces = 4;
  static constexpr size_t kFlatBytesMax = 256u << 10;

  // A ring comes or goes: another one may get its address.
  void Invalidate() { ring_ = nullptr; }

  // Makes this the batch for a viewer at `cursor`; nothing to do when it already is.
  void Prepare(const stream::FrameRing& ring, const stream::Cursor& cursor, Wire wire,
               size_t bytes_max);

  const stream::Frame& frame(size_t i) const { return *frames_[i]; }
  size_t frame_count() const { return frame_count_; }
  size_t frame_bytes() const { return frame_bytes_; }
  const stream::Cursor& before() const { return before_; }
  const stream::Cursor& after() const { return after_; }

  // The iovecs of the frames; up to kPrefix slots before them may be written by the caller.
  iovec* frames_begin() { return iovecs_.data() + kPrefix; }
  size_t iovec_count() const { return iovec_count_; }

 private:
  void Flatten();

  const stream::FrameRing* ring_ = nullptr;  // null: no batch
  uint64_t ring_end_seq_ = 0;
  Wire wire_ = Wire::kFlv;
  size_t bytes_max_ = 0;
  stream::Cursor before_;
  stream::Cursor after_;
  size_t frame_count_ = 0;
  size_t frame_bytes_ = 0;
  size_t iovec_count_ = 0;
  std::vector<char> flat_;  // as long as the longest batch so far, at most kFlatBytesMax
  std::array<const stream::Frame*, kFramesMax> frames_;
  std::array<iovec, kPrefix + 2 * kFramesMax> iovecs_;
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_SEND_BATCH_H_
