#include "services/simulate/grpc_simulator.h"

#include <utility>

#include "nearcast/v1/simulation.grpc.pb.h"
#include "services/rpc/status.h"

namespace nearcast {
namespace {

// One simulation: piece by piece, and the report when the caller has sent the last one.
class SimulateReactor : public grpc::ServerReadReactor<v1::SimulateRequest> {
 public:
  SimulateReactor(Simulator* simulator, v1::SimulationReport* report)
      : run_(simulator), report_(report) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return End(run_.Finish());
    const absl::Status taken = run_.Take(request_);
    if (!taken.ok()) return Finish(rpc::ToGrpc(taken));
    StartRead(&request_);
  }

  void OnDone() override { delete this; }

 private:
  void End(absl::StatusOr<v1::SimulationReport> report) {
    if (!report.ok()) return Finish(rpc::ToGrpc(report.status()));
    *report_ = *std::move(report);
    Finish(grpc::Status::OK);
  }

  Simulator::Run run_;
  v1::SimulateRequest request_;
  v1::SimulationReport* const report_;
};

class GrpcSimulator : public v1::Simulator::CallbackService {
 public:
  explicit GrpcSimulator(nearcast::Simulator* simulator) : simulator_(simulator) {}

  grpc::ServerReadReactor<v1::SimulateRequest>* Simulate(grpc::CallbackServerContext*,
                                                         v1::SimulationReport* report) override {
    return new SimulateReactor(simulator_, report);
  }

 private:
  nearcast::Simulator* const simulator_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeGrpcSimulator(Simulator* simulator) {
  return std::make_unique<GrpcSimulator>(simulator);
}

}  // namespace nearcast
