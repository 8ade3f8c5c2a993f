// TlsChannel: one connection's TLS session, with the calls that TcpServer makes of a socket.
//
// Source: RFC 7858 (DNS over TLS); the handshake happens within the first receives. Thread rule: its
// owner's.
#ifndef SERVICES_DNS_TLS_CHANNEL_H_
#define SERVICES_DNS_TLS_CHANNEL_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <span>

struct ssl_st;

namespace nearcast::dns {

class TlsChannel {
 public:
  // Takes `session`, which is from TlsContext::NewSession.
  explicit TlsChannel(ssl_st* session) : session_(session) {}

  // As recv and send of a non-blocking socket, errno included: EAGAIN when the socket has to be
  // waited for, EPROTO when the peer broke the protocol.
  ssize_t Receive(std::span<uint8_t> room);
  ssize_t Send(std::span<const uint8_t> bytes);

  // Whether the last call waits for room to send, whichever it was.
  bool wants_output() const { return wants_output_; }

  // Says goodbye (RFC 7858 §3.4), if the socket takes it.
  void End();

 private:
  struct Free {
    void operator()(ssl_st* session) const;
  };

  ssize_t Result(int done, size_t bytes);

  std::unique_ptr<ssl_st, Free> session_;
  bool wants_output_ = false;
  bool is_broken_ = false;
};

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_TLS_CHANNEL_H_
