// nearcast.v1.Simulator over gRPC.
#ifndef SERVICES_SIMULATE_GRPC_SIMULATOR_H_
#define SERVICES_SIMULATE_GRPC_SIMULATOR_H_

#include <memory>

#include "grpcpp/impl/codegen/service_type.h"
#include "services/simulate/simulator.h"

namespace nearcast {

// `simulator` must outlive the service. A piece of the trace is replayed on one of gRPC's own
// threads: a second or two for a million views, one simulation at a time.
std::unique_ptr<grpc::Service> MakeGrpcSimulator(Simulator* simulator);

}  // namespace nearcast

#endif  // SERVICES_SIMULATE_GRPC_SIMULATOR_H_
