// GrpcServer: the gRPC door, with server reflection and grpc.health.v1. Thread rule: one owner.
#ifndef SERVICES_DAEMON_GRPC_SERVER_H_
#define SERVICES_DAEMON_GRPC_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "grpcpp/impl/codegen/service_type.h"

namespace grpc {
class Server;
}  // namespace grpc

namespace nearcast {

class GrpcServer {
 public:
  // `address` is HOST:PORT. UNAVAILABLE when it cannot be listened on; the port is never shared
  // with another process.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Listen(
      const std::string& address, std::vector<std::unique_ptr<grpc::Service>> services);

  // Lets unary calls in progress end, for two seconds at most; open report streams are cut.
  ~GrpcServer();

 private:
  explicit GrpcServer(std::vector<std::unique_ptr<grpc::Service>> services);

  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace nearcast

#endif  // SERVICES_DAEMON_GRPC_SERVER_H_
