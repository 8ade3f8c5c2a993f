#include "services/dns/tls_channel.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>

namespace nearcast::dns {

void TlsChannel::Free::operator()(ssl_st* session) const { SSL_free(session); }

ssize_t TlsChannel::Receive(std::span<uint8_t> room) {
  size_t bytes = 0;
  ERR_clear_error();
  const int done = SSL_read_ex(session_.get(), room.data(), room.size(), &bytes);
  return Result(done, bytes);
}

ssize_t TlsChannel::Send(std::span<const uint8_t> bytes) {
  size_t sent = 0;
  ERR_clear_error();
  const int done = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &sent);
  return Result(done, sent);
}

ssize_t TlsChannel::Result(int done, size_t bytes) {
  wants_output_ = false;
  if (done == 1) return static_cast<ssize_t>(bytes);
  const int system_error = errno;
  switch (SSL_get_error(session_.get(), done)) {
    case SSL_ERROR_WANT_WRITE:
      wants_output_ = true;
      [[fallthrough]];
    case SSL_ERROR_WANT_READ:
      errno = EAGAIN;
      return -1;
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    case SSL_ERROR_SYSCALL:
      is_broken_ = true;
      errno = system_error == 0 || system_error == EAGAIN ? ECONNRESET : system_error;
      return -1;
    default:
      is_broken_ = true;
      errno = EPROTO;
      return -1;
  }
}

void TlsChannel::End() {
  // After a failure OpenSSL must not be asked again.
  if (!is_broken_ && SSL_is_init_finished(session_.get())) SSL_shutdown(session_.get());
}

}  // namespace nearcast::dns
