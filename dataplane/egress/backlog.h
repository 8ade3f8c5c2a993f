// Backlog: the viewers of one serving thread, of all its streams, whose turn ended before the frames
// did: those that have just joined, and those that were behind and have room again.
//
// They are served a few at a time, between looks at who else is there, and not at all while a crowd
// is arriving: whoever comes gets its keyframe before anybody gets the rest of a cache. One queue and
// one timer, however many streams. Thread rule: belongs to the loop's thread.
#ifndef DATAPLANE_EGRESS_BACKLOG_H_
#define DATAPLANE_EGRESS_BACKLOG_H_

#include <cstddef>
#include <deque>

#include "dataplane/egress/crowd.h"
#include "dataplane/egress/loop.h"
#include "dataplane/egress/viewer.h"

namespace nearcast::egress {

// Who has the viewers.
class BacklogOwner {
 public:
  virtual ~BacklogOwner() = default;

  // One more turn. It may call the backlog.
  virtual void ServeAgain(Viewer* viewer) = 0;
};

class Backlog {
 public:
  // Both outlive it; the loop runs nothing any more when it is destroyed.
  Backlog(Loop* loop, Crowd* crowd) : loop_(loop), crowd_(crowd) {}

  Crowd& crowd() { return *crowd_; }

  // Nothing when it stands here already. Those that have still more after their turn are added again.
  void Add(BacklogOwner* owner, Viewer* viewer);

  void Remove(Viewer* viewer);
  void RemoveAllOf(const BacklogOwner* owner);

 private:
  struct Entry {
    BacklogOwner* owner = nullptr;
    Viewer* viewer = nullptr;
  };

  // A turn is long: few of them between two looks.
  static constexpr size_t kSliceViewers = 2;

  void Schedule();
  void Serve();

  Loop* const loop_;
  Crowd* const crowd_;
  std::deque<Entry> entries_;
  bool serving_ = false;  // Serve is posted, or running
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_BACKLOG_H_
