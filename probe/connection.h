// Connection: one TCP or TLS connection with a deadline for everything that is done on it.
//
// TLS verifies the certificate unless it is told not to: a node whose certificate has expired or is
// for another name does not serve, as players see it.
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

struct TlsTerms {
  std::string
      server_name;  // asked for (SNI), and the certificate must be for it; empty = `address`
  std::string address;
  bool verify = true;
};

// Trusts the certificates in a PEM file too, beside the system's (which $SSL_CERT_FILE and
// $SSL_CERT_DIR replace). Before the first connection. INVALID_ARGUMENT when there is none in it.
absl::Status AddTlsRoots(const std::string& pem_file);

// Thread rule: one owner.
class Connection {
 public:
  // `deadline` is by the monotonic clock. DEADLINE_EXCEEDED when it passes, in every method;
  // UNAVAILABLE with the system's word ("connection refused") for what else goes wrong.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const Endpoint& endpoint,
                                                          absl::Duration deadline);
  ~Connection();

  // For what is done from now on.
  void SetDeadline(absl::Duration deadline) { deadline_ = deadline; }

  // UNAVAILABLE says what is wrong with the certificate ("certificate has expired").
  absl::Status StartTls(const TlsTerms& terms);

  absl::Status Write(absl::string_view bytes);

  // At least one byte, at most `size`; 0 when the peer has closed.
  absl::StatusOr<size_t> Read(char* buffer, size_t size);

 private:
  Connection(int socket, absl::Duration deadline) : socket_(socket), deadline_(deadline) {}

  absl::Status WaitFor(short events);
  absl::Status WaitForTls(int result, absl::string_view doing);

  const int socket_;
  absl::Duration deadline_;
  SSL* tls_ = nullptr;
};

}  // namespace nearcast::probe

#endif  // PROBE_CONNECTION_H_
