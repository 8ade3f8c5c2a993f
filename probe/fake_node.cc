#include "probe/fake_node.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace nearcast::probe {
namespace {

// With a key and a certificate of its own making.
SSL_CTX* MakeTls(bool expired) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_pubkey(certificate, key);
  X509_set_version(certificate, X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -7200);
  X509_gmtime_adj(X509_getm_notAfter(certificate), expired ? -3600 : 3600);
  // Another subject each: two issuers of one name would be taken for one another.
  static std::atomic<int> made{0};
  const std::string subject = absl::StrCat("node ", ++made);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(subject.data()),
                             static_cast<int>(subject.size()), -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:node.example,IP:127.0.0.1");
  X509_add_ext(certificate, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(certificate, key, EVP_sha256());
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  NC_CHECK(SSL_CTX_use_certificate(context, certificate) == 1);
  NC_CHECK(SSL_CTX_use_PrivateKey(context, key) == 1);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return context;
}

}  // namespace

std::string FakeNode::Peer::Read() {
  char buffer[4096];
  const ssize_t size = tls_ != nullptr ? SSL_read(tls_, buffer, sizeof buffer)
                                       : ::recv(socket_, buffer, sizeof buffer, 0);
  return size > 0 ? std::string(buffer, size) : "";
}

void FakeNode::Peer::Write(const std::string& bytes) {
  if (tls_ != nullptr) {
    SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()));
  } else {
    (void)::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
}

FakeNode::FakeNode(Security security, Serve serve) : serve_(std::move(serve)) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to a peer that has gone
  if (security != Security::kPlain) tls_ = MakeTls(security == Security::kTlsExpired);
  thread_ = std::thread([this] { Run(); });
}

FakeNode::~FakeNode() {
  ::shutdown(listener_.fd(), SHUT_RDWR);
  thread_.join();
  SSL_CTX_free(tls_);
}

void FakeNode::WriteCertificate(const std::string& path) const {
  FILE* file = std::fopen(path.c_str(), "w");
  NC_CHECK(file != nullptr);
  NC_CHECK(PEM_write_X509(file, SSL_CTX_get0_certificate(tls_)) == 1);
  NC_CHECK(std::fclose(file) == 0);
}

void FakeNode::Run() {
  while (true) {
    Peer peer;
    peer.socket_ = ::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC);
    if (peer.socket_ < 0) return;
    bool ready = true;
    if (tls_ != nullptr) {
      peer.tls_ = SSL_new(tls_);
      SSL_set_fd(peer.tls_, peer.socket_);
      ready = SSL_accept(peer.tls_) == 1;
    }
    if (ready) serve_(peer);
    if (peer.tls_ != nullptr) {
      if (ready) SSL_shutdown(peer.tls_);
      SSL_free(peer.tls_);
    }
    ::close(peer.socket_);
  }
}

}  // namespace nearcast::probe
