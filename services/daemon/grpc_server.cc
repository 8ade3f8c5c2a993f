#include "services/daemon/grpc_server.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"

namespace nearcast {
namespace {

// Configurations with large zones fit; a single message cannot fill the memory.
constexpr int kMessageBytesMax = 64 << 20;

}  // namespace

GrpcServer::GrpcServer(std::vector<std::unique_ptr<grpc::Service>> services)
    : services_(std::move(services)) {}

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Listen(
    const std::string& address, std::vector<std::unique_ptr<grpc::Service>> services) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  std::unique_ptr<GrpcServer> made(new GrpcServer(std::move(services)));
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
  for (const auto& service : made->services_) builder.RegisterService(service.get());
  made->server_ = builder.BuildAndStart();
  if (made->server_ != nullptr && port != 0) return made;
  return absl::UnavailableError(
      absl::StrCat("cannot listen for gRPC on ", address,
                   ": the address is in use or not of this host; is another nearcastd running?"));
}

GrpcServer::~GrpcServer() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(2));
  server_->Wait();
}

}  // namespace nearcast
