// TlsContext: a server's certificate and what it agrees to: TLS 1.2 and 1.3 (RFC 5246, RFC 8446),
// one protocol by ALPN (RFC 7301), resumption by session tickets (RFC 5077), so that nothing is kept
// per client.
#ifndef SERVICES_HTTP_TLS_CONTEXT_H_
#define SERVICES_HTTP_TLS_CONTEXT_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

struct ssl_ctx_st;
struct ssl_st;

namespace nearcast::http {

// Thread rule: any thread may call any method.
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

  // Reads both files again: sessions that begin from now on show the new certificate, those that are
  // open go on with theirs. On an error, as Load's, the old one stays in use.
  absl::Status Reload();

  // A session on the server's side over `fd`, which stays the caller's and must not block. The
  // caller frees it. Null when memory has run out.
  ssl_st* NewSession(int fd) const;

 private:
  TlsContext(const std::string& certificate_file, const std::string& key_file,
             absl::string_view protocol);

  // The files' contents and the protocol, ready to serve.
  absl::StatusOr<ssl_ctx_st*> Read() const;

  const std::string certificate_file_;
  const std::string key_file_;
  const std::string protocol_;  // as ALPN writes it: its length, and itself
  mutable absl::Mutex mutex_;
  ssl_ctx_st* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_TLS_CONTEXT_H_
