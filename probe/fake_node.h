// FakeNode: a server on loopback that answers as a test wants, over TCP or TLS.
//
//   FakeNode node(FakeNode::Security::kPlain, [](FakeNode::Peer& peer) {
//     peer.Read();
//     peer.Write("HTTP/1.1 200 OK\r\n\r\n");
//   });
//   … connect to 127.0.0.1 port node.port() …
#ifndef PROBE_FAKE_NODE_H_
#define PROBE_FAKE_NODE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "base/loopback.h"

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;

namespace nearcast::probe {

class FakeNode {
 public:
  // kTls: a certificate of its own making, for node.example and 127.0.0.1; kTlsExpired: one that
  // was good until an hour ago.
  enum class Security { kPlain, kTls, kTlsExpired };

  class Peer {
   public:
    // What it has said, a piece of it; empty when it has closed.
    std::string Read();
    void Write(const std::string& bytes);

   private:
    friend class FakeNode;
    int socket_ = -1;
    SSL* tls_ = nullptr;
  };
  using Serve = std::function<void(Peer&)>;

  // `serve` is called for one connection after the other, which is closed when it returns.
  FakeNode(Security security, Serve serve);
  ~FakeNode();

  // The certificate, to be trusted, as a PEM file. Only with TLS.
  void WriteCertificate(const std::string& path) const;

  uint16_t port() const { return listener_.number; }

 private:
  void Run();

  const Serve serve_;
  SSL_CTX* tls_ = nullptr;
  const LoopbackPort listener_;
  std::thread thread_;
};

}  // namespace nearcast::probe

#endif  // PROBE_FAKE_NODE_H_
