#include "tools/nearcastctl/fake_server.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/check.h"

namespace nearcast::ctl {
namespace {

struct Reply {
  bool silent = false;
  absl::Status status;
  std::string octets;
};

std::string ReadOctets(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  NC_CHECK(buffer.Dump(&slices).ok());
  std::string octets;
  for (const grpc::Slice& slice : slices) {
    octets.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return octets;
}

}  // namespace

struct FakeServer::State : public grpc::CallbackGenericService {
  class Call : public grpc::ServerGenericBidiReactor {
   public:
    Call(State* state, std::string method) : state_(state), method_(std::move(method)) {
      StartRead(&request_);
    }

    void OnReadDone(bool ok) override {
      if (!ok) return Finish(grpc::Status::CANCELLED);
      const Reply reply = state_->Take(method_, ReadOctets(request_));
      if (reply.silent) return;
      if (!reply.status.ok()) {
        return Finish(grpc::Status(static_cast<grpc::StatusCode>(reply.status.code()),
                                   std::string(reply.status.message())));
      }
      const grpc::Slice slice(reply.octets);
      response_ = grpc::ByteBuffer(&slice, 1);
      StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
    }

    void OnCancel() override { Finish(grpc::Status::CANCELLED); }
    void OnDone() override { delete this; }

   private:
    State* state_;
    const std::string method_;
    grpc::ByteBuffer request_;
    grpc::ByteBuffer response_;
  };

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    const std::string& path = context->method();
    return new Call(this, path.substr(path.rfind('/') + 1));
  }

  // Keeps the request and returns what to answer.
  Reply Take(const std::string& method, std::string request) {
    absl::MutexLock lock(&mutex);
    requests[method] = std::move(request);
    const auto found = replies.find(method);
    if (found != replies.end()) return found->second;
    return Reply{.silent = false, .status = absl::UnimplementedError(""), .octets = ""};
  }

  void Set(const std::string& method, Reply reply) {
    absl::MutexLock lock(&mutex);
    replies[method] = std::move(reply);
  }

  mutable absl::Mutex mutex;
  std::map<std::string, Reply> replies ABSL_GUARDED_BY(mutex);
  std::map<std::string, std::string> requests ABSL_GUARDED_BY(mutex);
  int port = 0;
  std::unique_ptr<grpc::Server> server;
};

FakeServer::FakeServer() : state_(std::make_unique<State>()) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &state_->port);
  builder.RegisterCallbackGenericService(state_.get());
  state_->server = builder.BuildAndStart();
  NC_CHECK(state_->server != nullptr && state_->port != 0);
}

FakeServer::~FakeServer() {
  state_->server->Shutdown(std::chrono::system_clock::now());
  state_->server->Wait();
}

std::string FakeServer::address() const { return absl::StrCat("127.0.0.1:", state_->port); }

void FakeServer::Answer(const std::string& method, const google::protobuf::Message& response) {
  state_->Set(method, {.silent = false, .status = {}, .octets = response.SerializeAsString()});
}

void FakeServer::Refuse(const std::string& method, const absl::Status& status) {
  state_->Set(method, {.silent = false, .status = status, .octets = ""});
}

void FakeServer::StaySilent(const std::string& method) {
  state_->Set(method, {.silent = true, .status = {}, .octets = ""});
}

std::string FakeServer::LastOctets(const std::string& method) const {
  absl::MutexLock lock(&state_->mutex);
  const auto found = state_->requests.find(method);
  return found == state_->requests.end() ? "" : found->second;
}

}  // namespace nearcast::ctl
