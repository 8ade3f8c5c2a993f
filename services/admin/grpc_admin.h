// GrpcAdmin: nearcast.v1.Admin over gRPC. Every method is one call of Admin.
#ifndef SERVICES_ADMIN_GRPC_ADMIN_H_
#define SERVICES_ADMIN_GRPC_ADMIN_H_

#include <memory>

#include "grpcpp/impl/codegen/service_type.h"
#include "services/admin/admin.h"

namespace nearcast {

// `admin` must outlive the service.
std::unique_ptr<grpc::Service> MakeGrpcAdmin(Admin* admin);

}  // namespace nearcast

#endif  // SERVICES_ADMIN_GRPC_ADMIN_H_
