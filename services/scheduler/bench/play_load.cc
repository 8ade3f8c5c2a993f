// A gRPC load for tools/bench/play: so many calls at a time on one connection, answers left unparsed.
// usage: play_load PORT play|constant|bytes|batch SECONDS [CALLS_AT_A_TIME]
// Prints how many calls were answered, and the octets of an answer.
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "nearcast/v1/admin.pb.h"
#include "nearcast/v1/scheduler.pb.h"

namespace nearcast {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kStreams = 1000;
constexpr int kAnswers = 1 << 17;  // that are asked for before viewers come again
constexpr int kBatch = 100;

grpc::ByteBuffer Serialize(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

void DrawViewer(int i, v1::Viewer* viewer) {
  // Others in each run: who has been here before keeps the CDN that he has, which costs less.
  static const pid_t run = getpid();
  viewer->set_address(absl::StrCat("10.1.", i % 200, ".", i % 251));
  viewer->set_viewer_id(absl::StrCat("viewer-", run, "-", i));
  viewer->set_app("app");
  viewer->set_app_version("8.1.0");
  viewer->set_device("phone-7");
  viewer->set_network_grade(6);
}

template <typename Request>
grpc::ByteBuffer DrawOne(int i) {
  Request request;
  request.set_stream(absl::StrCat("stream-", i % kStreams));
  DrawViewer(i, request.mutable_viewer());
  return Serialize(request);
}

grpc::ByteBuffer DrawBatch(int i) {
  v1::BatchGetPlayInfoRequest request;
  for (int j = 0; j < kBatch; ++j) {
    request.add_streams(absl::StrCat("stream-", (i * 37 + j) % kStreams));
  }
  DrawViewer(i, request.mutable_viewer());
  return Serialize(request);
}

struct Workload {
  absl::string_view name;
  absl::string_view method;
  grpc::ByteBuffer (*draw)(int i);
  int streams = 1;  // in one request
};

constexpr Workload kWorkloads[] = {
    {"play", "/nearcast.v1.StreamScheduler/GetPlayInfo", &DrawOne<v1::GetPlayInfoRequest>},
    {"batch", "/nearcast.v1.StreamScheduler/BatchGetPlayInfo", &DrawBatch, kBatch},
    {"constant", "/nearcast.v1.Admin/ExplainPlay", &DrawOne<v1::ExplainPlayRequest>},
    {"bytes", "/nearcast.v1.Admin/ExplainDns", &DrawOne<v1::ExplainPlayRequest>},
};

const Workload* FindWorkload(absl::string_view name) {
  for (const Workload& workload : kWorkloads) {
    if (workload.name == name) return &workload;
  }
  return nullptr;
}

// One call after the other on each of `at_a_time` threads of control, without threads: completion
// queue tags are calls.
struct Call {
  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::ClientAsyncResponseReader<grpc::ByteBuffer>> reader;
  grpc::ByteBuffer answer;
  grpc::Status status;
};

class Load {
 public:
  Load(int port, const Workload& workload)
      : stub_(grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port),
                                        grpc::InsecureChannelCredentials(), Arguments())),
        method_(workload.method) {
    for (int i = 0; i < kAnswers / workload.streams; ++i) requests_.push_back(workload.draw(i));
  }

  // False when a call failed.
  bool Run(int seconds, int at_a_time) {
    std::vector<Call> calls(at_a_time);
    for (Call& call : calls) Start(call);
    const auto end = SteadyClock::now() + std::chrono::seconds(seconds);
    int open = at_a_time;
    void* tag = nullptr;
    bool ok = false;
    while (open > 0 && queue_.Next(&tag, &ok)) {
      Call& call = *static_cast<Call*>(tag);
      if (!call.status.ok()) {
        std::fprintf(stderr, "play_load: %s\n", call.status.error_message().c_str());
        return false;
      }
      ++answered_;
      bytes_ = call.answer.Length();
      if (SteadyClock::now() < end) {
        Start(call);
      } else {
        --open;
      }
    }
    std::printf("%ld %zu\n", answered_, bytes_);
    return true;
  }

 private:
  static grpc::ChannelArguments Arguments() {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(64 << 20);
    return arguments;
  }

  void Start(Call& call) {
    call.context = std::make_unique<grpc::ClientContext>();
    call.answer.Clear();
    call.reader = stub_.PrepareUnaryCall(call.context.get(), method_,
                                         requests_[next_++ % requests_.size()], &queue_);
    call.reader->StartCall();
    call.reader->Finish(&call.answer, &call.status, &call);
  }

  grpc::GenericStub stub_;
  const std::string method_;
  std::vector<grpc::ByteBuffer> requests_;
  size_t next_ = 0;
  long answered_ = 0;
  size_t bytes_ = 0;
  grpc::CompletionQueue queue_;
};

}  // namespace
}  // namespace nearcast

int main(int argc, char** argv) {
  const nearcast::Workload* const workload = argc < 4 ? nullptr : nearcast::FindWorkload(argv[2]);
  if (workload == nullptr) {
    std::fprintf(stderr,
                 "usage: play_load PORT play|constant|bytes|batch SECONDS [CALLS_AT_A_TIME]\n");
    return 2;
  }
  const int at_a_time = argc > 4 ? std::atoi(argv[4]) : 64;
  return nearcast::Load(std::atoi(argv[1]), *workload).Run(std::atoi(argv[3]), at_a_time) ? 0 : 1;
}
