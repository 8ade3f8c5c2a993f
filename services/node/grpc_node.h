// GrpcNode: nearcast.v1.NodeService over gRPC.
#ifndef SERVICES_NODE_GRPC_NODE_H_
#define SERVICES_NODE_GRPC_NODE_H_

#include <memory>

#include "grpcpp/impl/codegen/service_type.h"
#include "services/node/node_desk.h"

namespace nearcast {

// `desk` must outlive the service.
std::unique_ptr<grpc::Service> MakeGrpcNode(NodeDesk* desk);

}  // namespace nearcast

#endif  // SERVICES_NODE_GRPC_NODE_H_
