#include "services/client/grpc_client.h"

#include "nearcast/v1/client.grpc.pb.h"
#include "services/rpc/unary.h"

namespace nearcast {
namespace {

class GrpcClient : public v1::ClientConfiguration::CallbackService {
 public:
  explicit GrpcClient(ClientDesk* desk) : desk_(desk) {}

  grpc::ServerUnaryReactor* GetClientConfig(grpc::CallbackServerContext* context,
                                            const v1::GetClientConfigRequest* request,
                                            v1::ClientConfig* response) override {
    return rpc::Finish(context, desk_->GetClientConfig(*request), response);
  }

 private:
  ClientDesk* const desk_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeGrpcClient(ClientDesk* desk) {
  return std::make_unique<GrpcClient>(desk);
}

}  // namespace nearcast
