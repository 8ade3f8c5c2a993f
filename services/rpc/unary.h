// Finish: one finished unary call of the callback API, from a StatusOr.
//
//   return rpc::Finish(context, scheduler_->GetStream(*request), response);
//
// An error becomes the gRPC status that ToGrpc makes of it (status.h). Thread rule: as the handler's.
#ifndef SERVICES_RPC_UNARY_H_
#define SERVICES_RPC_UNARY_H_

#include <utility>

#include "absl/status/statusor.h"
#include "grpcpp/server_context.h"
#include "services/rpc/status.h"

namespace nearcast::rpc {

template <typename Message>
grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context,
                                 absl::StatusOr<Message> result, Message* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (result.ok()) {
    *response = *std::move(result);
    reactor->Finish(grpc::Status::OK);
  } else {
    reactor->Finish(ToGrpc(result.status()));
  }
  return reactor;
}

}  // namespace nearcast::rpc

#endif  // SERVICES_RPC_UNARY_H_
