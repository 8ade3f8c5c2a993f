#include "services/node/grpc_node.h"

#include "nearcast/v1/node.grpc.pb.h"
#include "services/rpc/unary.h"

namespace nearcast {
namespace {

// One node's report stream: read a report, answer it, read the next. At most one report of a node
// is in work, so a node that reports faster than it is answered is slowed by gRPC's own flow
// control.
class ReportReactor : public grpc::ServerBidiReactor<v1::NodeReport, v1::NodeCommand> {
 public:
  explicit ReportReactor(NodeDesk* desk) : desk_(desk) { StartRead(&report_); }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    auto command = desk_->TakeReport(report_);
    if (!command.ok()) return Finish(rpc::ToGrpc(command.status()));
    command_ = *std::move(command);
    StartWrite(&command_);
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    StartRead(&report_);
  }

  void OnDone() override { delete this; }

 private:
  NodeDesk* const desk_;
  v1::NodeReport report_;
  v1::NodeCommand command_;
};

class GrpcNode : public v1::NodeService::CallbackService {
 public:
  explicit GrpcNode(NodeDesk* desk) : desk_(desk) {}

  grpc::ServerBidiReactor<v1::NodeReport, v1::NodeCommand>* Report(
      grpc::CallbackServerContext* context) override {
    return new ReportReactor(desk_);
  }

  grpc::ServerUnaryReactor* FindSource(grpc::CallbackServerContext* context,
                                       const v1::FindSourceRequest* request,
                                       v1::FindSourceResponse* response) override {
    return rpc::Finish(context, desk_->FindSource(*request), response);
  }

 private:
  NodeDesk* const desk_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeGrpcNode(NodeDesk* desk) {
  return std::make_unique<GrpcNode>(desk);
}

}  // namespace nearcast
