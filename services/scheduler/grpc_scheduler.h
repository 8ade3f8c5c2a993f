// GrpcScheduler: nearcast.v1.StreamScheduler over gRPC. Every method is one call of
// StreamScheduler.
#ifndef SERVICES_SCHEDULER_GRPC_SCHEDULER_H_
#define SERVICES_SCHEDULER_GRPC_SCHEDULER_H_

#include <memory>

#include "grpcpp/impl/codegen/service_type.h"
#include "services/scheduler/stream_scheduler.h"

namespace nearcast {

// `scheduler` must outlive the service. Decisions take microseconds and run on gRPC's own threads.
std::unique_ptr<grpc::Service> MakeGrpcScheduler(StreamScheduler* scheduler);

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_GRPC_SCHEDULER_H_
