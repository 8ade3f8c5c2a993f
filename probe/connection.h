// Connection: one TCP or TLS connection with a deadline for everything that is done on it.
//
// TLS does not verify the certificate: a check connects to an address, and asks whether the node
// serves, not who it is.
#ifndef PROBE_CONNECTION_H_
#define PROBE_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/clock.h"

typedef struct ssl_st SSL;

namespace nearcast::probe {

struct Endpoint {
  std::string address;  // IPv4 or IPv6
  uint16_t port = 0;
  std::string source;  // an address of this host to connect from; empty = the system's choice
};

// Thread rule: one owner.
class Connection {
 public:
  // `deadline` is by the monotonic clock. DEADLINE_EXCEEDED when it passes, in every method;
  // UNAVAILABLE with the system's word ("connection refused") for what else goes wrong.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const Endpoint& endpoint,
                                                          absl::Duration deadline);
  ~Connection();

  // `host` is the server's name (SNI); an empty one is left out.
  absl::Status StartTls(const std::string& host);

  absl::Status Write(absl::string_view bytes);

  // At least one byte, at most `size`; 0 when the peer has closed.
  absl::StatusOr<size_t> Read(char* buffer, size_t size);

 private:
  Connection(int socket, absl::Duration deadline) : socket_(socket), deadline_(deadline) {}

  absl::Status WaitFor(short events);
  absl::Status WaitForTls(int result, absl::string_view doing);

  const int socket_;
  const absl::Duration deadline_;
  SSL* tls_ = nullptr;
};

}  // namespace nearcast::probe

#endif  // PROBE_CONNECTION_H_
