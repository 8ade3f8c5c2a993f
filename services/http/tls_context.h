// TlsContext: a server's certificate and what it agrees to: TLS 1.2 and 1.3 (RFC 5246, RFC 8446),
// one protocol by ALPN (RFC 7301), resumption by session tickets (RFC 5077), so that nothing is kept
// per client.
#ifndef SERVICES_HTTP_TLS_CONTEXT_H_
#define SERVICES_HTTP_TLS_CONTEXT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct ssl_ctx_st;
struct ssl_st;

namespace nearcast::http {

// Thread rule: immutable; any thread may make sessions.
class TlsContext {
 public:
  // Both files in PEM; the certificate's file has the chain, its own first. kInvalidArgument, saying
  // which file and why, when they cannot be read or do not belong together.
  // `protocol` is what clients that offer any must offer: "http/1.1", or "dot" for DNS.
  static absl::StatusOr<std::unique_ptr<TlsContext>> Load(const std::string& certificate_file,
                                                          const std::string& key_file,
                                                          absl::string_view protocol = "http/1.1");
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // A session on the server's side over `fd`, which stays the caller's and must not block. The
  // caller frees it. Null when memory has run out.
  ssl_st* NewSession(int fd) const;

 private:
  TlsContext(ssl_ctx_st* context, absl::string_view protocol);

  ssl_ctx_st* const context_;
  const std::string protocol_;  // as ALPN writes it: its length, and itself
};

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_TLS_CONTEXT_H_
