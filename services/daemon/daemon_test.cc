#include "services/daemon/daemon.h"

#include <random>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/support/byte_buffer.h"
#include "gtest/gtest.h"
#include "nearcast/v1/admin.grpc.pb.h"
#include "services/http/test_client.h"

namespace nearcast {
namespace {

// A loopback network that hardly anybody else uses at the same time.
std::string RandomAddress() {
  std::random_device device;
  return absl::StrCat("127.", 1 + device() % 254, ".", 1 + device() % 254, ".1");
}

DaemonOptions OptionsAt(const std::string& address) {
  DaemonOptions options;
  options.store = "memory";
  options.dns_addresses = {address};
  options.http_address = address;
  options.grpc_address = absl::StrCat(address, ":7070");
  return options;
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  return buffer.TrySingleSlice(&slice).ok() ? std::string(slice.begin(), slice.end()) : "";
}

grpc::ByteBuffer BufferOf(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

class DaemonTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string address = RandomAddress();
    options_ = OptionsAt(address);
    auto started = Daemon::Start(options_);
    ASSERT_TRUE(started.ok()) << started.status();
    daemon_ = *std::move(started);
    channel_ = grpc::CreateChannel(options_.grpc_address, grpc::InsecureChannelCredentials());
  }

  DaemonOptions options_;
  std::unique_ptr<Daemon> daemon_;
  std::shared_ptr<grpc::Channel> channel_;
};

// grpc.health.v1.Health/Check: HealthCheckResponse{status: SERVING} is field 1, value 1.
TEST_F(DaemonTest, HealthServiceSaysServing) {
  grpc::GenericStub stub(channel_);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  grpc::CompletionQueue queue;
  const grpc::ByteBuffer request = BufferOf("");
  auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", request, &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, this);
  void* tag = nullptr;
  bool ok = false;
  ASSERT_TRUE(queue.Next(&tag, &ok) && ok);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(BytesOf(response), std::string("\x08\x01"));
}

// grpc.reflection.v1alpha: ServerReflectionRequest{list_services: "*"} is field 7.
TEST_F(DaemonTest, ReflectionListsEveryService) {
  grpc::GenericStub stub(channel_);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  grpc::CompletionQueue queue;
  const auto wait = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  auto call = stub.PrepareCall(
      &context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  call->StartCall(this);
  ASSERT_TRUE(wait());
  call->WriteLast(BufferOf("\x3a\x01*"), grpc::WriteOptions(), this);
  ASSERT_TRUE(wait());
  grpc::ByteBuffer response;
  call->Read(&response, this);
  ASSERT_TRUE(wait());
  const std::string listed = BytesOf(response);
  for (const char* service : {"nearcast.v1.StreamScheduler", "nearcast.v1.Admin",
                              "nearcast.v1.NodeService", "grpc.health.v1.Health"}) {
    EXPECT_NE(listed.find(service), std::string::npos) << service;
  }
}

TEST_F(DaemonTest, SecondDaemonOnTheSameAddressIsRefused) {
  const auto second = Daemon::Start(options_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(second.status().message().find(options_.grpc_address), std::string::npos);
}

TEST(DaemonStartTest, SaysWhatIsWrong) {
  DaemonOptions options = OptionsAt(RandomAddress());
  options.store = "etcetera:x";
  EXPECT_EQ(Daemon::Start(options).status().code(), absl::StatusCode::kInvalidArgument);
  options.store = "memory";
  options.ipdb_files = {"/nowhere/networks.csv"};
  const absl::Status missing = Daemon::Start(options).status();
  EXPECT_NE(missing.message().find("/nowhere/networks.csv"), std::string::npos) << missing;
}

TEST(ParseRolesTest, ListsTheChoices) {
  EXPECT_EQ(ParseRoles("dns,scheduler")->size(), 2u);
  EXPECT_EQ(ParseRoles("dns,dhcp").status().message(),
            "\"dhcp\" is no role; choose from dns, httpdns, scheduler");
  EXPECT_FALSE(ParseRoles("").ok());
}

TEST(DaemonHttpdnsTest, AccountsWithoutServiceAddressesAreToldWhereItListens) {
  DaemonOptions options = OptionsAt(RandomAddress());
  options.http_address = "127.0.0.1";
  options.http_port = 0;
  const auto daemon = Daemon::Start(options);
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  const auto stub = v1::Admin::NewStub(
      grpc::CreateChannel(options.grpc_address, grpc::InsecureChannelCredentials()));
  v1::ApplyRequest request;
  v1::Resource* resource = request.add_resources();
  resource->set_name("app");
  resource->mutable_account()->set_account_id("100");
  resource->mutable_account()->set_allow_unsigned(true);
  grpc::ClientContext context;
  v1::ApplyResponse response;
  const grpc::Status applied = stub->Apply(&context, request, &response);
  ASSERT_TRUE(applied.ok()) << applied.error_message();

  const std::string doors = (*daemon)->Describe();
  const std::string http = "http://127.0.0.1:";
  const size_t begin = doors.find(http) + http.size();
  int port = 0;
  ASSERT_TRUE(absl::SimpleAtoi(doors.substr(begin, doors.find('\n', begin) - begin), &port))
      << doors;
  http::TestClient client(static_cast<uint16_t>(port));
  EXPECT_EQ(client.Get("/100/ss").body, R"({"service_ip":["127.0.0.1"],"service_ipv6":[]})");
}

TEST(DaemonHttpsTest, WantsACertificateForHttps) {
  DaemonOptions options;
  options.store = "memory";
  options.roles = {Role::kHttpdns};
  options.http_port = 0;
  options.https_port = 8443;
  const auto daemon = Daemon::Start(options);
  EXPECT_EQ(daemon.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(daemon.status().message(), "--tls_cert")) << daemon.status();
}

}  // namespace
}  // namespace nearcast
