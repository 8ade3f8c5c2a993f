#include "services/scheduler/grpc_scheduler.h"

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/fake_clock.h"
#include "google/rpc/error.pb.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "nearcast/v1/scheduler.grpc.pb.h"
#include "schedulerlib/testing/given.h"
#include "services/store/memory_store.h"

namespace nearcast {
namespace {

scheduler::Given World() {
  return scheduler::Given()
      .Own("own")
      .Node("gz", "CN/440000/440100/chinatelecom", {"192.0.2.1"})
      .Point("show", {"own"})
      .Ratio("default", {{"own", 1}});
}

// A server and a client in one process, without a socket.
class GrpcSchedulerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    grpc::ServerBuilder builder;
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    stub_ = v1::StreamScheduler::NewStub(server_->InProcessChannel(grpc::ChannelArguments()));
  }

  // One call by its method: (this->*Call)(&Stub::GetStream, request, &response).
  template <typename Method, typename Request, typename Response>
  grpc::Status Call(Method method, const Request& request, Response* response) {
    grpc::ClientContext context;
    return (stub_.get()->*method)(&context, request, response);
  }

  static std::string ReasonOf(const grpc::Status& status) {
    google::rpc::Status details;
    google::rpc::ErrorInfo error;
    EXPECT_TRUE(details.ParseFromString(status.error_details()));
    EXPECT_EQ(details.code(), static_cast<int>(status.error_code()));
    EXPECT_EQ(details.message(), status.error_message());
    if (details.details_size() != 1 || !details.details(0).UnpackTo(&error)) return "no ErrorInfo";
    EXPECT_EQ(details.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
    EXPECT_EQ(error.domain(), "nearcast.v1");
    return error.reason();
  }

  using Stub = v1::StreamScheduler::Stub;

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  store::MemoryStore store_;
  StreamTable streams_{&store_};
  SnapshotHolder<scheduler::Snapshot> snapshots_{World().Snapshot()};
  StreamScheduler scheduler_{&clock_, &snapshots_, &streams_};
  std::unique_ptr<grpc::Service> service_ = MakeGrpcScheduler(&scheduler_);
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Stub> stub_;
};

TEST_F(GrpcSchedulerTest, EveryMethodAnswers) {
  v1::CreateStreamRequest create;
  create.set_publish_point("show");
  create.set_stream("s1");
  v1::Stream stream;
  ASSERT_TRUE(Call(&Stub::CreateStream, create, &stream).ok());
  EXPECT_EQ(stream.push_lines(0).url(), "rtmp://192.0.2.1/live/s1");

  v1::UpdateStreamStateRequest update;
  update.set_stream("s1");
  update.set_state(v1::Stream::PUBLISHING);
  ASSERT_TRUE(Call(&Stub::UpdateStreamState, update, &stream).ok());
  EXPECT_EQ(stream.state(), v1::Stream::PUBLISHING);

  v1::GetPlayInfoRequest play;
  play.set_stream("s1");
  play.mutable_viewer()->set_address("192.0.2.200");
  v1::PlayInfo info;
  ASSERT_TRUE(Call(&Stub::GetPlayInfo, play, &info).ok());
  EXPECT_EQ(info.lines(0).node(), "gz");

  v1::ListStreamsResponse list;
  ASSERT_TRUE(Call(&Stub::ListStreams, v1::ListStreamsRequest(), &list).ok());
  EXPECT_EQ(list.streams_size(), 1);

  v1::EndStreamRequest end;
  end.set_stream("s1");
  ASSERT_TRUE(Call(&Stub::EndStream, end, &stream).ok());
  v1::GetStreamRequest get;
  get.set_stream("s1");
  ASSERT_TRUE(Call(&Stub::GetStream, get, &stream).ok());
  EXPECT_EQ(stream.state(), v1::Stream::ENDED);
}

TEST_F(GrpcSchedulerTest, PlayAnswersAreTheMessagesThatTheSchedulerMakes) {
  v1::CreateStreamRequest create;
  create.set_publish_point("show");
  create.set_stream("s1");
  v1::Stream stream;
  ASSERT_TRUE(Call(&Stub::CreateStream, create, &stream).ok());
  v1::UpdateStreamStateRequest update;
  update.set_stream("s1");
  update.set_state(v1::Stream::PUBLISHING);
  ASSERT_TRUE(Call(&Stub::UpdateStreamState, update, &stream).ok());
  v1::BatchGetPlayInfoRequest many;
  for (const char* name : {"nosuch", "s1"}) many.add_streams(name);
  many.mutable_viewer()->set_address("192.0.2.200");
  for (const auto format :
       {v1::GetPlayInfoRequest::STREAM_DATA, v1::GetPlayInfoRequest::VE_LIVE_PLAYER}) {
    v1::GetPlayInfoRequest play;
    play.set_stream("s1");
    play.set_format(format);
    *play.mutable_viewer() = many.viewer();
    v1::PlayInfo info;
    ASSERT_TRUE(Call(&Stub::GetPlayInfo, play, &info).ok());
    EXPECT_EQ(info.SerializeAsString(), scheduler_.GetPlayInfo(play)->SerializeAsString());
    many.set_format(format);
    v1::BatchGetPlayInfoResponse response;
    ASSERT_TRUE(Call(&Stub::BatchGetPlayInfo, many, &response).ok());
    ASSERT_EQ(response.results_size(), 2);
    EXPECT_EQ(response.results(0).ShortDebugString(),
              "stream: \"nosuch\" code: 5 reason: \"STREAM_NOT_FOUND\" "
              "message: \"there is no stream \\\"nosuch\\\"\"");
    EXPECT_EQ(response.results(1).stream(), "s1");
    EXPECT_EQ(response.results(1).info().SerializeAsString(), info.SerializeAsString());
    EXPECT_EQ(response.results(1).code(), 0);
  }
  many.mutable_viewer()->set_address("nowhere");
  v1::BatchGetPlayInfoResponse response;
  EXPECT_EQ(ReasonOf(Call(&Stub::BatchGetPlayInfo, many, &response)), "INVALID_VIEWER");
}

TEST_F(GrpcSchedulerTest, BytesThatAreNoRequestAreRefused) {
  grpc::GenericStub generic(server_->InProcessChannel(grpc::ChannelArguments()));
  for (const char* method : {"GetPlayInfo", "BatchGetPlayInfo"}) {
    grpc::ClientContext context;
    const grpc::Slice junk(std::string("\xff\xff"));
    const grpc::ByteBuffer request(&junk, 1);
    grpc::ByteBuffer response;
    absl::Notification done;
    grpc::Status status;
    generic.UnaryCall(&context, absl::StrCat("/nearcast.v1.StreamScheduler/", method), {}, &request,
                      &response, [&](const grpc::Status& result) {
                        status = result;
                        done.Notify();
                      });
    done.WaitForNotification();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
    EXPECT_EQ(status.error_message(),
              absl::StrCat("the request is no nearcast.v1.", method, "Request"));
  }
}

TEST_F(GrpcSchedulerTest, ErrorsCarryAnErrorInfoThatDecodes) {
  v1::GetPlayInfoRequest play;
  play.set_stream("s1");
  play.mutable_viewer()->set_address("192.0.2.200");
  v1::PlayInfo info;
  grpc::Status status = Call(&Stub::GetPlayInfo, play, &info);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "there is no stream \"s1\"");
  EXPECT_EQ(ReasonOf(status), "STREAM_NOT_FOUND");
  v1::CreateStreamRequest create;
  create.set_publish_point("show");
  create.set_stream("s1");
  v1::Stream stream;
  ASSERT_TRUE(Call(&Stub::CreateStream, create, &stream).ok());
  status = Call(&Stub::GetPlayInfo, play, &info);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(status), "STREAM_CREATED");
}

}  // namespace
}  // namespace nearcast
