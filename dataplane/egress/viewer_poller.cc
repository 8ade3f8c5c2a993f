#include "dataplane/egress/viewer_poller.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "dataplane/egress/fanout.h"

namespace nearcast::egress {

ViewerPoller::ViewerPoller() : fd_(::epoll_create1(EPOLL_CLOEXEC)) { NC_CHECK(fd_ >= 0); }

ViewerPoller::~ViewerPoller() { ::close(fd_); }

absl::Status ViewerPoller::Watch(Viewer* viewer) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = viewer;
  if (::epoll_ctl(fd_, EPOLL_CTL_ADD, viewer->fd(), &event) == 0) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("epoll: ", std::strerror(errno)));
}

void ViewerPoller::Dispatch() {
  std::array<epoll_event, 256> events;
  const int count = ::epoll_wait(fd_, events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    auto* viewer = static_cast<Viewer*>(events[i].data.ptr);
    const uint32_t ready = events[i].events;
    if (viewer->fanout != nullptr && (ready & EPOLLOUT) != 0) viewer->fanout->OnWritable(viewer);
    if (viewer->fanout != nullptr && (ready & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
      viewer->fanout->OnReadable(viewer);
    }
  }
}

}  // namespace nearcast::egress
