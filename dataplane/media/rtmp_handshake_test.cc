#include "dataplane/media/rtmp_handshake.h"

#include <string>

#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

struct Outcome {
  bool done = false;
  HandshakeForm server = HandshakeForm::kUndecided;
  HandshakeForm client = HandshakeForm::kUndecided;
  size_t to_server_bytes = 0;
  size_t to_client_bytes = 0;
};

// Moves bytes in pieces of `piece` between both sides until they stand still.
Outcome Shake(HandshakeForm form, size_t piece) {
  ServerHandshake server(1);
  ClientHandshake client(form, 2);
  std::string to_server, to_client;
  client.Start(&to_server);
  Outcome outcome{.to_server_bytes = to_server.size()};
  while (!to_server.empty() || !to_client.empty()) {
    absl::string_view input = absl::string_view(to_server).substr(0, piece);
    EXPECT_TRUE(server.Read(&input, &to_client).ok());
    EXPECT_TRUE(input.empty());
    to_server.erase(0, piece);
    input = absl::string_view(to_client).substr(0, piece);
    outcome.to_client_bytes += input.size();
    const size_t before = to_server.size();
    EXPECT_TRUE(client.Read(&input, &to_server).ok());
    EXPECT_TRUE(input.empty());
    outcome.to_server_bytes += to_server.size() - before;
    to_client.erase(0, piece);
  }
  outcome.done = server.done() && client.done();
  outcome.server = server.form();
  outcome.client = client.answered_form();
  return outcome;
}

TEST(RtmpHandshakeTest, BothFormsCompleteInPiecesOfAnySize) {
  for (const HandshakeForm form : {HandshakeForm::kSimple, HandshakeForm::kDigest}) {
    for (const size_t piece : {1u, 7u, 1536u, 1537u, 100000u}) {
      const Outcome outcome = Shake(form, piece);
      EXPECT_TRUE(outcome.done) << piece;
      EXPECT_EQ(outcome.server, form);
      EXPECT_EQ(outcome.client, form);
      EXPECT_EQ(outcome.to_server_bytes, 1u + 2 * 1536);
      EXPECT_EQ(outcome.to_client_bytes, 1u + 2 * 1536);
    }
  }
}

TEST(RtmpHandshakeTest, SimpleAnswerEchoesC1) {  // 5.2.4
  ServerHandshake server(1);
  const std::string c1 = std::string(8, '\0') + std::string(1528, 'r');
  const std::string c0c1 = "\x03" + c1;
  absl::string_view input = c0c1;
  std::string output;
  ASSERT_TRUE(server.Read(&input, &output).ok());
  ASSERT_EQ(output.size(), 1u + 2 * 1536);
  EXPECT_EQ(output[0], 3);
  EXPECT_EQ(output.substr(5, 4), std::string(4, '\0'));
  EXPECT_EQ(output.substr(1537), c1);
  EXPECT_FALSE(server.done());
}

TEST(RtmpHandshakeTest, FallsBackToTheSimpleFormWhenTheDigestIsWrong) {
  ClientHandshake client(HandshakeForm::kDigest, 2);
  std::string c0c1;
  client.Start(&c0c1);
  c0c1[100] ^= 1;
  ServerHandshake server(1);
  absl::string_view input = c0c1;
  std::string output;
  ASSERT_TRUE(server.Read(&input, &output).ok());
  EXPECT_EQ(server.form(), HandshakeForm::kSimple);
}

TEST(RtmpHandshakeTest, LeavesTheBytesBehindTheHandshake) {
  ServerHandshake server(1);
  const std::string bytes = "\x03" + std::string(2 * 1536, 'c') + "chunk";
  absl::string_view input = bytes;
  std::string output;
  ASSERT_TRUE(server.Read(&input, &output).ok());
  EXPECT_TRUE(server.done());
  EXPECT_EQ(input, "chunk");
}

TEST(RtmpHandshakeTest, RefusesOtherVersionsAtTheFirstByte) {
  for (const char* begin : {"\x06", "GET / HTTP/1.1", "\x16\x03\x01"}) {
    ServerHandshake server(1);
    absl::string_view input(begin, 1);
    std::string output;
    EXPECT_EQ(server.Read(&input, &output).code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(output.empty());
    ClientHandshake client(HandshakeForm::kSimple, 1);
    input = absl::string_view(begin, 1);
    EXPECT_FALSE(client.Read(&input, &output).ok());
  }
}

TEST(RtmpHandshakeTest, FillerDependsOnTheSeed) {
  std::string a, b, c;
  ClientHandshake(HandshakeForm::kSimple, 1).Start(&a);
  ClientHandshake(HandshakeForm::kSimple, 1).Start(&b);
  ClientHandshake(HandshakeForm::kSimple, 2).Start(&c);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
}

}  // namespace
}  // namespace nearcast::media
