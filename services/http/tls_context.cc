#include "services/http/tls_context.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/check.h"

namespace nearcast::http {
namespace {

// OpenSSL's own socket BIO raises SIGPIPE when the peer has gone; this one does not.
int SendBytes(BIO* bio, const char* bytes, int count) {
  BIO_clear_retry_flags(bio);
  const auto fd = static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio)));
  const ssize_t n = send(fd, bytes, static_cast<size_t>(count), MSG_NOSIGNAL);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(n);
}

int ReceiveBytes(BIO* bio, char* room, int count) {
  BIO_clear_retry_flags(bio);
  const auto fd = static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio)));
  const ssize_t n = recv(fd, room, static_cast<size_t>(count), 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  return static_cast<int>(n);
}

long Control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

const BIO_METHOD* SocketMethod() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* made =
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
    NC_CHECK(made != nullptr);
    BIO_meth_set_write(made, &SendBytes);
    BIO_meth_set_read(made, &ReceiveBytes);
    BIO_meth_set_ctrl(made, &Control);
    return made;
  }();
  return method;
}

// `wire` is the std::string of the one protocol.
int ChooseProtocol(SSL*, const unsigned char** chosen, unsigned char* chosen_bytes,
                   const unsigned char* offered, unsigned int offered_bytes, void* wire) {
  const auto& ours = *static_cast<const std::string*>(wire);
  unsigned char* found = nullptr;
  const int result = SSL_select_next_proto(
      &found, chosen_bytes, reinterpret_cast<const unsigned char*>(ours.data()),
      static_cast<unsigned int>(ours.size()), offered, offered_bytes);
  *chosen = found;
  // RFC 7301 section 3.2: nothing in common ends the handshake.
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

absl::Status FileError(absl::string_view what, const std::string& file) {
  std::string why(256, '\0');
  ERR_error_string_n(ERR_peek_error(), why.data(), why.size());
  ERR_clear_error();
  why.resize(why.find('\0'));
  return absl::InvalidArgumentError(absl::StrCat("cannot use ", file, " as ", what, ": ", why));
}

void Configure(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF |
                                   SSL_OP_PRIORITIZE_CHACHA);
  // Buffers are given back between requests: 10,000 idle connections would hold 340 MB otherwise.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  static constexpr unsigned char kIdContext[] = "nearcast";
  SSL_CTX_set_session_id_context(context, kIdContext, sizeof kIdContext - 1);
}

}  // namespace

TlsContext::TlsContext(const std::string& certificate_file, const std::string& key_file,
                       absl::string_view protocol)
    : certificate_file_(certificate_file),
      key_file_(key_file),
      protocol_(absl::StrCat(std::string(1, static_cast<char>(protocol.size())), protocol)) {}

absl::StatusOr<std::unique_ptr<TlsContext>> TlsContext::Load(const std::string& certificate_file,
                                                             const std::string& key_file,
                                                             absl::string_view protocol) {
  std::unique_ptr<TlsContext> context(new TlsContext(certificate_file, key_file, protocol));
  if (absl::Status status = context->Reload(); !status.ok()) return status;
  return context;
}

absl::StatusOr<SSL_CTX*> TlsContext::Read() const {
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Free> made(SSL_CTX_new(TLS_server_method()));
  NC_CHECK(made != nullptr);
  Configure(made.get());
  SSL_CTX_set_alpn_select_cb(made.get(), &ChooseProtocol, const_cast<std::string*>(&protocol_));
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(made.get(), certificate_file_.c_str()) != 1) {
    return FileError("the TLS certificate", certificate_file_);
  }
  if (SSL_CTX_use_PrivateKey_file(made.get(), key_file_.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(made.get()) != 1) {
    return FileError("the TLS certificate's key", key_file_);
  }
  return made.release();
}

absl::Status TlsContext::Reload() {
  auto made = Read();
  if (!made.ok()) return made.status();
  absl::MutexLock lock(&mutex_);
  // Sessions hold the context that they were made from.
  SSL_CTX_free(std::exchange(context_, *made));
  return absl::OkStatus();
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

SSL* TlsContext::NewSession(int fd) const {
  SSL* const session = [this] {
    absl::MutexLock lock(&mutex_);
    return SSL_new(context_);
  }();
  BIO* const bio = session == nullptr ? nullptr : BIO_new(SocketMethod());
  if (bio == nullptr) {
    SSL_free(session);
    return nullptr;
  }
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(fd)));
  BIO_set_init(bio, 1);
  SSL_set_bio(session, bio, bio);
  SSL_set_accept_state(session);
  return session;
}

}  // namespace nearcast::http
