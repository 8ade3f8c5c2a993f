#include "services/node/grpc_node.h"

#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "nearcast/v1/node.grpc.pb.h"
#include "services/rpc/unary.h"

namespace nearcast {
namespace {

// One node's report stream: read a report, answer it, read the next. At most one report of a node
// is in work, so a node that reports faster than it is answered is slowed by gRPC's own flow
// control.
class ReportReactor : public grpc::ServerBidiReactor<v1::NodeReport, v1::NodeCommand> {
 public:
  explicit ReportReactor(const NodeDesks& desks) : desks_(desks) { StartRead(&report_); }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    auto command = desks_.nodes->TakeReport(report_);
    if (!command.ok()) return Finish(rpc::ToGrpc(command.status()));
    desks_.streams->Take(report_);
    command_ = *std::move(command);
    StartWrite(&command_);
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    StartRead(&report_);
  }

  void OnDone() override { delete this; }

 private:
  const NodeDesks desks_;
  v1::NodeReport report_;
  v1::NodeCommand command_;
};

// One vantage's stream: results come in as they are found, plans go out whenever they change. Of
// plans that come while one is being written only the newest is sent.
class ProbeReactor : public grpc::ServerBidiReactor<v1::ProbeReport, v1::ProbePlan> {
 public:
  explicit ProbeReactor(ProbeDesk* desk) : desk_(desk) {
    vantage_ = desk_->Open([this](ProbeDesk::Plan plan) { Send(std::move(plan)); });
    StartRead(&report_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return End(grpc::Status::OK);
    const absl::Status taken = desk_->TakeReport(report_);
    if (!taken.ok()) return End(rpc::ToGrpc(taken));
    StartRead(&report_);
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    writing_ = nullptr;
    WriteNext();
  }

  void OnDone() override {
    desk_->Close(vantage_);
    delete this;
  }

 private:
  void Send(ProbeDesk::Plan plan) {
    absl::MutexLock lock(&mutex_);
    waiting_ = std::move(plan);
    if (writing_ == nullptr) WriteNext();
  }

  void End(grpc::Status status) {
    absl::MutexLock lock(&mutex_);
    end_ = std::move(status);
    if (writing_ == nullptr) WriteNext();
  }

  // The stream is finished only when nothing is being written, and once.
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (finished_) return;
    if (end_.has_value()) {
      finished_ = true;
      Finish(*end_);
    } else if (waiting_ != nullptr) {
      writing_ = std::exchange(waiting_, nullptr);
      StartWrite(writing_.get());
    }
  }

  ProbeDesk* const desk_;
  v1::ProbeReport report_;
  uint64_t vantage_ = 0;
  absl::Mutex mutex_;
  ProbeDesk::Plan waiting_ ABSL_GUARDED_BY(mutex_);
  ProbeDesk::Plan writing_ ABSL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

class GrpcNode : public v1::NodeService::CallbackService {
 public:
  explicit GrpcNode(const NodeDesks& desks) : desks_(desks) {}

  grpc::ServerBidiReactor<v1::NodeReport, v1::NodeCommand>* Report(
      grpc::CallbackServerContext* context) override {
    return new ReportReactor(desks_);
  }

  grpc::ServerBidiReactor<v1::ProbeReport, v1::ProbePlan>* Probe(
      grpc::CallbackServerContext* context) override {
    return new ProbeReactor(desks_.nodes->probes());
  }

  grpc::ServerUnaryReactor* FindSource(grpc::CallbackServerContext* context,
                                       const v1::FindSourceRequest* request,
                                       v1::FindSourceResponse* response) override {
    return rpc::Finish(context, desks_.nodes->FindSource(*request), response);
  }

  grpc::ServerUnaryReactor* AdmitPublish(grpc::CallbackServerContext* context,
                                         const v1::AdmitPublishRequest* request,
                                         v1::AdmitPublishResponse* response) override {
    return rpc::Finish(context, desks_.admissions->AdmitPublish(*request), response);
  }

  grpc::ServerUnaryReactor* AdmitPlay(grpc::CallbackServerContext* context,
                                      const v1::AdmitPlayRequest* request,
                                      v1::AdmitPlayResponse* response) override {
    return rpc::Finish(context, desks_.admissions->AdmitPlay(*request), response);
  }

  grpc::ServerUnaryReactor* TellPlays(grpc::CallbackServerContext* context,
                                      const v1::TellPlaysRequest* request,
                                      v1::TellPlaysResponse* response) override {
    return rpc::Finish(context, desks_.plays->Take(*request), response);
  }

 private:
  const NodeDesks desks_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeGrpcNode(const NodeDesks& desks) {
  return std::make_unique<GrpcNode>(desks);
}

}  // namespace nearcast
