// ViewerPoller: the readiness of all viewers of one serving thread, by one edge-triggered epoll.
// An event loop of its own beside the thread's Asio loop (which watches this one's descriptor): a
// viewer costs a kernel entry and no handler object.
#ifndef DATAPLANE_EGRESS_VIEWER_POLLER_H_
#define DATAPLANE_EGRESS_VIEWER_POLLER_H_

#include "absl/status/status.h"
#include "dataplane/egress/viewer.h"

namespace nearcast::egress {

// Thread rule: belongs to one thread.
class ViewerPoller {
 public:
  ViewerPoller();
  ~ViewerPoller();
  ViewerPoller(const ViewerPoller&) = delete;
  ViewerPoller& operator=(const ViewerPoller&) = delete;

  // Readable whenever Dispatch has work.
  int fd() const { return fd_; }

  // Watches the viewer until its socket is closed. ResourceExhausted when the kernel has no room.
  absl::Status Watch(Viewer* viewer);

  // Tells each viewer's fanout what its socket is ready for. Viewers that go meanwhile must stay
  // allocated until it returns.
  void Dispatch();

 private:
  int fd_;
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_VIEWER_POLLER_H_
