#include "services/http/plain_stream.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <cerrno>
#include <utility>

#include "base/check.h"

namespace nearcast::http {

PlainStream::PlainStream(int fd, Readiness* readiness, const Executor& executor)
    : fd_(fd), executor_(executor) {
  if (!readiness->Add(fd, this).ok()) Close();
}

PlainStream::~PlainStream() { Close(); }

IoResult PlainStream::ReadNow(std::span<char> room) {
  if (fd_ < 0) return {IoState::kEnded};
  if (!readable_) return {IoState::kWait};
  const ssize_t n = recv(fd_, room.data(), room.size(), 0);
  if (n > 0) {
    // A short read has emptied the socket; what comes later raises a new event (epoll(7)). But an
    // end that has already come raised the same event as the bytes before it: read on until it
    // shows.
    if (static_cast<size_t>(n) < room.size() && peer_ == Peer::kOpen) readable_ = false;
    return {IoState::kDone, static_cast<size_t>(n)};
  }
  if (n == 0 || (errno != EAGAIN && errno != EINTR)) return {IoState::kEnded};
  if (errno == EAGAIN) readable_ = false;
  return {IoState::kWait};
}

IoResult PlainStream::WriteNow(absl::string_view bytes) {
  if (fd_ < 0) return {IoState::kEnded};
  const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (n >= 0) return {IoState::kDone, static_cast<size_t>(n)};
  return {errno == EAGAIN || errno == EINTR ? IoState::kWait : IoState::kEnded};
}

Task<void> PlainStream::AwaitReady() {
  NC_CHECK(!waiting_);
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void()>(
      [this](Handler handler) { waiting_.emplace(std::move(handler)); }, kUseTask);
}

void PlainStream::ShutdownSend() {
  if (fd_ >= 0) shutdown(fd_, SHUT_WR);
}

void PlainStream::Close() {
  if (fd_ < 0) return;
  close(fd_);
  fd_ = -1;
  if (!waiting_) return;
  // Not from here: the one who closes may be in the middle of a list of connections.
  Handler handler = std::move(*waiting_);
  waiting_.reset();
  boost::asio::post(executor_, std::move(handler));
}

void PlainStream::OnReady(Peer peer) {
  readable_ = true;
  if (peer == Peer::kEnding) peer_ = peer;
  if (!waiting_) return;
  Handler handler = std::move(*waiting_);
  waiting_.reset();
  std::move(handler)();
}

}  // namespace nearcast::http
