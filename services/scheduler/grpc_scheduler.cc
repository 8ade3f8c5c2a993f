#include "services/scheduler/grpc_scheduler.h"

#include "nearcast/v1/scheduler.grpc.pb.h"
#include "services/rpc/unary.h"

namespace nearcast {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class GrpcScheduler : public v1::StreamScheduler::CallbackService {
 public:
  explicit GrpcScheduler(nearcast::StreamScheduler* scheduler) : scheduler_(scheduler) {}

  ServerUnaryReactor* CreateStream(CallbackServerContext* context,
                                   const v1::CreateStreamRequest* request,
                                   v1::Stream* response) override {
    return rpc::Finish(context, scheduler_->CreateStream(*request), response);
  }

  ServerUnaryReactor* UpdateStreamState(CallbackServerContext* context,
                                        const v1::UpdateStreamStateRequest* request,
                                        v1::Stream* response) override {
    return rpc::Finish(context, scheduler_->UpdateStreamState(*request), response);
  }

  ServerUnaryReactor* EndStream(CallbackServerContext* context, const v1::EndStreamRequest* request,
                                v1::Stream* response) override {
    return rpc::Finish(context, scheduler_->EndStream(*request), response);
  }

  ServerUnaryReactor* GetStream(CallbackServerContext* context, const v1::GetStreamRequest* request,
                                v1::Stream* response) override {
    return rpc::Finish(context, scheduler_->GetStream(*request), response);
  }

  ServerUnaryReactor* ListStreams(CallbackServerContext* context,
                                  const v1::ListStreamsRequest* request,
                                  v1::ListStreamsResponse* response) override {
    return rpc::Finish(context, scheduler_->ListStreams(*request), response);
  }

  ServerUnaryReactor* GetPlayInfo(CallbackServerContext* context,
                                  const v1::GetPlayInfoRequest* request,
                                  v1::PlayInfo* response) override {
    return rpc::Finish(context, scheduler_->GetPlayInfo(*request), response);
  }

  ServerUnaryReactor* BatchGetPlayInfo(CallbackServerContext* context,
                                       const v1::BatchGetPlayInfoRequest* request,
                                       v1::BatchGetPlayInfoResponse* response) override {
    return rpc::Finish(context, scheduler_->BatchGetPlayInfo(*request), response);
  }

  ServerUnaryReactor* MoveStream(CallbackServerContext* context,
                                 const v1::MoveStreamRequest* request,
                                 v1::Stream* response) override {
    return rpc::Finish(context, scheduler_->MoveStream(*request), response);
  }

  ServerUnaryReactor* PreheatStream(CallbackServerContext* context,
                                    const v1::PreheatStreamRequest* request,
                                    v1::Stream* response) override {
    return rpc::Finish(context, scheduler_->PreheatStream(*request), response);
  }

 private:
  nearcast::StreamScheduler* const scheduler_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeGrpcScheduler(StreamScheduler* scheduler) {
  return std::make_unique<GrpcScheduler>(scheduler);
}

}  // namespace nearcast
