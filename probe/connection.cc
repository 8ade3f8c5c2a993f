#include "probe/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/socket_address.h"
#include "base/status_macros.h"

namespace nearcast::probe {
namespace {

absl::StatusOr<SocketAddress> ParseAddress(const std::string& text, uint16_t port) {
  if (const auto address = ParseSocketAddress(text, port)) return *address;
  return absl::UnavailableError(absl::StrCat("\"", text, "\" is not an IP address"));
}

absl::Status SystemError(int error) {
  return absl::UnavailableError(absl::AsciiStrToLower(std::strerror(error)));
}

absl::Status BindSource(int socket, const std::string& source, int family) {
  NC_ASSIGN_OR_RETURN(const SocketAddress address, ParseAddress(source, 0));
  // A source of the other family cannot be used; the system chooses then.
  if (address.family() != family) return absl::OkStatus();
  if (::bind(socket, address.get(), address.size) == 0) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("source ", source, ": ", SystemError(errno).message()));
}

// One for all connections: making one is slow.
SSL_CTX* TlsContext() {
  static SSL_CTX* const context = [] {
    SSL_CTX* made = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_default_verify_paths(made);
    return made;
  }();
  return context;
}

// The certificate must be for the server's name, or for the address when there is none.
bool SetExpectations(SSL* tls, const TlsTerms& terms) {
  if (!terms.server_name.empty()) SSL_set_tlsext_host_name(tls, terms.server_name.c_str());
  SSL_set_verify(tls, terms.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (!terms.verify) return true;
  if (!terms.server_name.empty()) return SSL_set1_host(tls, terms.server_name.c_str()) == 1;
  return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), terms.address.c_str()) == 1;
}

}  // namespace

absl::Status AddTlsRoots(const std::string& pem_file) {
  if (SSL_CTX_load_verify_locations(TlsContext(), pem_file.c_str(), nullptr) == 1) {
    return absl::OkStatus();
  }
  ERR_clear_error();
  return absl::InvalidArgumentError(
      absl::StrCat(pem_file, ": cannot be read, or has no certificate in PEM form"));
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const Endpoint& endpoint,
                                                             absl::Duration deadline) {
  NC_ASSIGN_OR_RETURN(const SocketAddress address, ParseAddress(endpoint.address, endpoint.port));
  const int socket = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return SystemError(errno);
  std::unique_ptr<Connection> made(new Connection(socket, deadline));
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!endpoint.source.empty()) {
    NC_RETURN_IF_ERROR(BindSource(socket, endpoint.source, address.family()));
  }
  if (::connect(socket, address.get(), address.size) == 0) return made;
  if (errno != EINPROGRESS) return SystemError(errno);
  NC_RETURN_IF_ERROR(made->WaitFor(POLLOUT));
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return SystemError(error);
  return made;
}

Connection::~Connection() {
  if (tls_ != nullptr) SSL_free(tls_);
  // Reset instead of TIME_WAIT: thousands of checks a minute would use up the local ports.
  const linger reset = {.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  ::close(socket_);
}

absl::Status Connection::StartTls(const TlsTerms& terms) {
  tls_ = SSL_new(TlsContext());
  if (tls_ == nullptr || SSL_set_fd(tls_, socket_) != 1 || !SetExpectations(tls_, terms)) {
    return absl::UnavailableError("TLS cannot be set up");
  }
  while (true) {
    ERR_clear_error();
    const int result = SSL_connect(tls_);
    if (result == 1) return absl::OkStatus();
    const long verified = SSL_get_verify_result(tls_);
    if (terms.verify && verified != X509_V_OK) {
      return absl::UnavailableError(
          absl::StrCat("certificate refused: ", X509_verify_cert_error_string(verified)));
    }
    NC_RETURN_IF_ERROR(WaitForTls(result, "no TLS handshake"));
  }
}

absl::Status Connection::Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    ERR_clear_error();
    const ssize_t sent = tls_ != nullptr
                             ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                             : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(sent);
    } else if (tls_ != nullptr) {
      NC_RETURN_IF_ERROR(WaitForTls(static_cast<int>(sent), "TLS failed"));
    } else if (errno == EAGAIN || errno == EINTR) {
      NC_RETURN_IF_ERROR(WaitFor(POLLOUT));
    } else {
      return SystemError(errno);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> Connection::Read(char* buffer, size_t size) {
  while (true) {
    ERR_clear_error();
    const ssize_t got = tls_ != nullptr ? SSL_read(tls_, buffer, static_cast<int>(size))
                                        : ::recv(socket_, buffer, size, 0);
    if (got > 0) return static_cast<size_t>(got);
    if (tls_ != nullptr) {
      const int error = SSL_get_error(tls_, static_cast<int>(got));
      if (error == SSL_ERROR_ZERO_RETURN) return 0;
      NC_RETURN_IF_ERROR(WaitForTls(static_cast<int>(got), "TLS failed"));
    } else if (got == 0) {
      return 0;
    } else if (errno == EAGAIN || errno == EINTR) {
      NC_RETURN_IF_ERROR(WaitFor(POLLIN));
    } else {
      return SystemError(errno);
    }
  }
}

absl::Status Connection::WaitFor(short events) {
  const absl::Duration left = deadline_ - Clock::System()->Monotonic();
  if (left <= absl::ZeroDuration()) return absl::DeadlineExceededError("too late");
  pollfd wanted = {.fd = socket_, .events = events};
  const int ready = ::poll(&wanted, 1, static_cast<int>(absl::ToInt64Milliseconds(left)) + 1);
  if (ready > 0 || (ready < 0 && errno == EINTR)) return absl::OkStatus();
  if (ready == 0) return absl::DeadlineExceededError("too late");
  return SystemError(errno);
}

absl::Status Connection::WaitForTls(int result, absl::string_view doing) {
  switch (SSL_get_error(tls_, result)) {
    case SSL_ERROR_WANT_READ:
      return WaitFor(POLLIN);
    case SSL_ERROR_WANT_WRITE:
      return WaitFor(POLLOUT);
    default:
      break;
  }
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  return absl::UnavailableError(reason == nullptr ? std::string(doing)
                                                  : absl::StrCat(doing, ": ", reason));
}

}  // namespace nearcast::probe
