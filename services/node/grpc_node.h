// GrpcNode: nearcast.v1.NodeService over gRPC.
#ifndef SERVICES_NODE_GRPC_NODE_H_
#define SERVICES_NODE_GRPC_NODE_H_

#include <memory>

#include "grpcpp/impl/codegen/service_type.h"
#include "services/callback/play_desk.h"
#include "services/node/admission_desk.h"
#include "services/node/node_desk.h"
#include "services/node/stream_board.h"

namespace nearcast {

// What the service speaks for; all must outlive it.
struct NodeDesks {
  NodeDesk* nodes = nullptr;
  AdmissionDesk* admissions = nullptr;
  StreamBoard* streams = nullptr;
  callback::PlayDesk* plays = nullptr;
};

std::unique_ptr<grpc::Service> MakeGrpcNode(const NodeDesks& desks);

}  // namespace nearcast

#endif  // SERVICES_NODE_GRPC_NODE_H_
