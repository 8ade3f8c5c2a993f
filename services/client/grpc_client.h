// nearcast.v1.ClientConfiguration over gRPC.
#ifndef SERVICES_CLIENT_GRPC_CLIENT_H_
#define SERVICES_CLIENT_GRPC_CLIENT_H_

#include <memory>

#include "grpcpp/impl/codegen/service_type.h"
#include "services/client/client_desk.h"

namespace nearcast {

// `desk` must outlive the service.
std::unique_ptr<grpc::Service> MakeGrpcClient(ClientDesk* desk);

}  // namespace nearcast

#endif  // SERVICES_CLIENT_GRPC_CLIENT_H_
