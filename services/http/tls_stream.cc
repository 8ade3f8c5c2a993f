#include "services/http/tls_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "base/check.h"

namespace nearcast::http {

TlsStream::TlsStream(int fd, Readiness* readiness, const Executor& executor,
                     const TlsContext& context)
    : fd_(fd), session_(context.NewSession(fd)), executor_(executor) {
  if (session_ == nullptr || !readiness->Add(fd, this).ok()) Close();
}

TlsStream::~TlsStream() { Close(); }

// Always asks OpenSSL: whole records may lie in its memory while the socket is empty.
IoResult TlsStream::ReadNow(std::span<char> room) {
  if (fd_ < 0 || failed_) return {IoState::kEnded};
  ERR_clear_error();
  size_t bytes = 0;
  const int result = SSL_read_ex(session_, room.data(), room.size(), &bytes);
  if (result == 1) return {IoState::kDone, bytes};
  return {StateOf(result)};
}

IoResult TlsStream::WriteNow(absl::string_view bytes) {
  if (fd_ < 0 || failed_) return {IoState::kEnded};
  size_t total = 0;
  // One record at a time, until the socket is full: only then does it tell when there is room again.
  while (total < bytes.size()) {
    ERR_clear_error();
    size_t written = 0;
    const int result = SSL_write_ex(session_, bytes.data() + total, bytes.size() - total, &written);
    if (result == 1) {
      total += written;
      continue;
    }
    const IoState state = StateOf(result);
    if (state == IoState::kEnded) return {state, total};
    break;
  }
  return {total > 0 || bytes.empty() ? IoState::kDone : IoState::kWait, total};
}

IoState TlsStream::StateOf(int result) {
  switch (SSL_get_error(session_, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return IoState::kWait;
    case SSL_ERROR_ZERO_RETURN:
      return IoState::kEnded;
    case SSL_ERROR_SYSCALL:  // the connection is gone; in a handshake, that is a failure
      failed_ = !SSL_is_init_finished(session_);
      ERR_clear_error();
      return IoState::kEnded;
    default:
      failed_ = true;
      ERR_clear_error();
      return IoState::kEnded;
  }
}

Task<void> TlsStream::AwaitReady() {
  NC_CHECK(!waiting_);
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void()>(
      [this](Handler handler) { waiting_.emplace(std::move(handler)); }, kUseTask);
}

void TlsStream::ShutdownSend() {
  if (fd_ < 0) return;
  ERR_clear_error();
  if (!failed_ && SSL_is_init_finished(session_)) SSL_shutdown(session_);
  ERR_clear_error();
  shutdown(fd_, SHUT_WR);
}

void TlsStream::Close() {
  if (fd_ < 0) return;
  close(fd_);
  fd_ = -1;
  SSL_free(std::exchange(session_, nullptr));
  if (!waiting_) return;
  // Not from here: the one who closes may be in the middle of a list of connections.
  Handler handler = std::move(*waiting_);
  waiting_.reset();
  boost::asio::post(executor_, std::move(handler));
}

void TlsStream::OnReady(Peer) {
  if (!waiting_) return;
  Handler handler = std::move(*waiting_);
  waiting_.reset();
  std::move(handler)();
}

}  // namespace nearcast::http
