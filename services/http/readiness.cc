#include "services/http/readiness.h"

#include <sys/epoll.h>

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>

namespace nearcast::http {
namespace asio = boost::asio;

absl::Status Readiness::Open() {
  const int fd = epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, "cannot make an epoll set");
  set_.assign(fd);
  return absl::OkStatus();
}

absl::Status Readiness::Add(int fd, ReadyWaiter* waiter) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = waiter;
  if (epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, fd, &event) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, "cannot watch a connection");
}

Task<void> Readiness::Run() {
  std::array<epoll_event, 64> events;
  while (!stopped_) {
    const int count =
        epoll_wait(set_.native_handle(), events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
      const bool ending = (events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
      static_cast<ReadyWaiter*>(events[i].data.ptr)
          ->OnReady(ending ? ReadyWaiter::Peer::kEnding : ReadyWaiter::Peer::kOpen);
    }
    if (stopped_) co_return;
    if (count == static_cast<int>(events.size())) {
      co_await asio::post(set_.get_executor(), kUseTask);  // more waits, but timers get their turn
      continue;
    }
    boost::system::error_code error;
    co_await set_.async_wait(asio::posix::descriptor_base::wait_read,
                             asio::redirect_error(kUseTask, error));
  }
}

void Readiness::Stop() {
  stopped_ = true;
  boost::system::error_code error;
  set_.cancel(error);
}

}  // namespace nearcast::http
