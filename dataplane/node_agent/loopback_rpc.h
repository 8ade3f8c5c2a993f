// LoopbackRpc: a gRPC service on a free port of 127.0.0.1, for tests.
#ifndef DATAPLANE_NODE_AGENT_LOOPBACK_RPC_H_
#define DATAPLANE_NODE_AGENT_LOOPBACK_RPC_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"

namespace nearcast::node_agent {

// As the last member of a service it answers as long as the others live.
class LoopbackRpc {
 public:
  explicit LoopbackRpc(grpc::Service* service) {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(service);
    server_ = builder.BuildAndStart();
    address_ = absl::StrCat("127.0.0.1:", port);
  }
  ~LoopbackRpc() {
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(100));
  }

  const std::string& address() const { return address_; }

 private:
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace nearcast::node_agent

#endif  // DATAPLANE_NODE_AGENT_LOOPBACK_RPC_H_
