#include "services/scheduler/grpc_scheduler.h"

#include <array>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/arena.h"
#include "nearcast/v1/scheduler.grpc.pb.h"
#include "services/rpc/unary.h"
#include "services/rpc/wire_text.h"
#include "services/scheduler/play_answer.h"
#include "services/scheduler/play_question.h"

namespace nearcast {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

using v1::BatchGetPlayInfoResponse;

// What is asked most answers with bytes: an answer goes out as it lies in memory (play_answer.h).
using Service = v1::StreamScheduler::WithRawCallbackMethod_GetPlayInfo<
    v1::StreamScheduler::WithRawCallbackMethod_BatchGetPlayInfo<
        v1::StreamScheduler::CallbackService>>;

ServerUnaryReactor* Finish(CallbackServerContext* context, const grpc::Status& status) {
  ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

// A question that is read without the heap, and an answer's own text: usual sizes.
constexpr size_t kQuestionSize = 2048;
constexpr size_t kOwnTextSize = 4096;

// INTERNAL, as gRPC has it for its own messages, for bytes that are none.
template <typename Message>
grpc::Status Read(const grpc::ByteBuffer& bytes, Message* message) {
  grpc::Slice whole;
  const bool is_whole = bytes.TrySingleSlice(&whole).ok() || bytes.DumpToSingleSlice(&whole).ok();
  if (is_whole && message->ParseFromArray(whole.begin(), static_cast<int>(whole.size()))) {
    return grpc::Status::OK;
  }
  return {grpc::StatusCode::INTERNAL, absl::StrCat("the request is no ", message->GetTypeName())};
}

void AppendResult(absl::string_view stream, const absl::StatusOr<PlayAnswer>& answer,
                  rpc::WireText& out) {
  using Result = BatchGetPlayInfoResponse::Result;
  std::string head;
  rpc::AppendText(Result::kStreamFieldNumber, stream, head);
  if (answer.ok()) {
    const size_t info = WireSize(*answer);
    rpc::AppendLength(Result::kInfoFieldNumber, info, head);
    out.Length(BatchGetPlayInfoResponse::kResultsFieldNumber, head.size() + info);
    out.own().append(head);
    return AppendWire(*answer, out);
  }
  Result refused;
  refused.set_code(static_cast<int>(answer.status().code()));
  refused.set_reason(rpc::ReasonOf(answer.status()));
  refused.set_message(std::string(answer.status().message()));
  head += refused.SerializeAsString();
  rpc::AppendText(BatchGetPlayInfoResponse::kResultsFieldNumber, head, out.own());
}

class GrpcScheduler : public Service {
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

  ServerUnaryReactor* GetPlayInfo(CallbackServerContext* context, const grpc::ByteBuffer* asked,
                                  grpc::ByteBuffer* response) override {
    std::array<char, kQuestionSize> memory;
    google::protobuf::Arena arena(memory.data(), memory.size());
    auto& request = *google::protobuf::Arena::CreateMessage<v1::GetPlayInfoRequest>(&arena);
    const grpc::Status read = Read(*asked, &request);
    if (!read.ok()) return Finish(context, read);
    const auto answer = scheduler_->Play(QuestionOf(request));
    if (!answer.ok()) return Finish(context, rpc::ToGrpc(answer.status()));
    PrefetchFrame(*answer);
    rpc::WireText text(kOwnTextSize);
    AppendWire(*answer, text);
    *response = text.Take();
    return Finish(context, grpc::Status::OK);
  }

  ServerUnaryReactor* BatchGetPlayInfo(CallbackServerContext* context,
                                       const grpc::ByteBuffer* asked,
                                       grpc::ByteBuffer* response) override {
    v1::BatchGetPlayInfoRequest request;
    const grpc::Status read = Read(*asked, &request);
    if (!read.ok()) return Finish(context, read);
    const std::vector<absl::string_view> streams(request.streams().begin(),
                                                 request.streams().end());
    rpc::WireText text;
    const absl::Status played = scheduler_->PlayMany(
        streams, QuestionOf(request),
        [&text](absl::string_view stream, const absl::StatusOr<PlayAnswer>& answer) {
          AppendResult(stream, answer, text);
        });
    if (played.ok()) *response = text.Take();
    return Finish(context, rpc::ToGrpc(played));
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

  ServerUnaryReactor* ForwardStream(CallbackServerContext* context,
                                    const v1::ForwardStreamRequest* request,
                                    v1::Stream* response) override {
    return rpc::Finish(context, scheduler_->ForwardStream(*request), response);
  }

 private:
  nearcast::StreamScheduler* const scheduler_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeGrpcScheduler(StreamScheduler* scheduler) {
  return std::make_unique<GrpcScheduler>(scheduler);
}

}  // namespace nearcast
