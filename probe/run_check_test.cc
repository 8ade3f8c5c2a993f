#include "probe/run_check.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dataplane/media/flv_tag.h"
#include "dataplane/media/rtmp_handshake.h"
#include "gtest/gtest.h"
#include "probe/connection.h"
#include "probe/fake_node.h"

namespace nearcast::probe {
namespace {

using Security = FakeNode::Security;
using Peer = FakeNode::Peer;

// Long enough for a loaded machine; short where the test waits for it to pass.
constexpr uint32_t kLongMs = 20'000;
constexpr uint32_t kShortMs = 100;

v1::ProbePlan::Check CheckOf(const std::string& type, uint32_t port) {
  v1::ProbePlan::Check check;
  check.set_check("c");
  check.set_node("n");
  check.set_address("127.0.0.1");
  check.set_port(port);
  check.set_type(type);
  check.set_path("/healthz");
  check.set_timeout_ms(kLongMs);
  return check;
}

// "" when it passed.
std::string VerdictOf(const v1::ProbePlan::Check& check, const std::string& source = "") {
  const v1::ProbeReport::CheckResult result = RunCheck(check, source);
  EXPECT_EQ(result.check(), "c");
  EXPECT_EQ(result.node(), "n");
  EXPECT_EQ(result.ok(), result.detail().empty());
  return result.detail();
}

// Says `answer` to whatever was asked.
FakeNode::Serve Says(const std::string& answer) {
  return [answer](Peer& peer) {
    peer.Read();
    peer.Write(answer);
  };
}

// Says nothing until the other side goes away.
void StaysSilent(Peer& peer) {
  while (!peer.Read().empty()) continue;
}

std::string Ok(const std::string& body) {
  return absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
}

// A port that nobody listens on.
uint16_t ClosedPort() {
  return FakeNode(Security::kPlain, [](Peer&) {}).port();
}

TEST(TcpCheckTest, PassesWhenConnected) {
  FakeNode node(Security::kPlain, StaysSilent);
  EXPECT_EQ(VerdictOf(CheckOf("tcp", node.port())), "");
  EXPECT_EQ(VerdictOf(CheckOf("tcp", node.port()), "127.0.0.9"), "");
}

// The node listens on IPv4 alone, and "localhost" may be an IPv6 address first.
TEST(TcpCheckTest, TriesTheAddressesOfANameUntilOneTakesIt) {
  FakeNode node(Security::kPlain, StaysSilent);
  v1::ProbePlan::Check check = CheckOf("tcp", node.port());
  check.set_address("localhost");
  EXPECT_EQ(VerdictOf(check), "");
  check.set_port(ClosedPort());
  EXPECT_EQ(VerdictOf(check), "connection refused");
}

TEST(TcpCheckTest, SaysWhyNot) {
  EXPECT_EQ(VerdictOf(CheckOf("tcp", ClosedPort())), "connection refused");
  v1::ProbePlan::Check check = CheckOf("tcp", 80);
  check.set_address("no name");
  EXPECT_TRUE(absl::StartsWith(VerdictOf(check), "\"no name\" cannot be looked up: "));
  EXPECT_TRUE(
      absl::StartsWith(VerdictOf(CheckOf("tcp", 80), "192.0.2.1"), "source 192.0.2.1: cannot"));
}

TEST(TcpCheckTest, UnknownTypeFails) {
  FakeNode node(Security::kPlain, StaysSilent);
  EXPECT_EQ(VerdictOf(CheckOf("srt", node.port())), "this prober cannot do checks of type srt");
}

class HttpCheckTest : public ::testing::TestWithParam<Security> {
 protected:
  std::string RunHttp(const FakeNode& node) {
    check_.set_port(node.port());
    check_.set_type(GetParam() == Security::kTls ? "https" : "http");
    check_.set_skip_verify(true);
    return VerdictOf(check_);
  }

  v1::ProbePlan::Check check_ = CheckOf("http", 0);
};

TEST_P(HttpCheckTest, AsksForPathAndHost) {
  std::string asked;
  FakeNode node(GetParam(), [&asked](Peer& peer) {
    asked = peer.Read();
    peer.Write(Ok("fine"));
  });
  check_.set_host("live.example");
  EXPECT_EQ(RunHttp(node), "");
  EXPECT_TRUE(absl::StartsWith(asked, "GET /healthz HTTP/1.1\r\nHost: live.example\r\n")) << asked;
}

TEST_P(HttpCheckTest, StatusMustBeTheExpectedOne) {
  FakeNode node(GetParam(), Says("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(RunHttp(node), "status 503");
  check_.set_expected_status(503);
  EXPECT_EQ(RunHttp(node), "");
  check_.set_expected_status(200);
  EXPECT_EQ(RunHttp(node), "status 503");
}

TEST_P(HttpCheckTest, BodyMustContainTheWords) {
  FakeNode node(GetParam(), Says(Ok("all is well")));
  check_.set_body_contains("is well");
  EXPECT_EQ(RunHttp(node), "");
  check_.set_body_contains("is bad");
  EXPECT_EQ(RunHttp(node), "the body has no \"is bad\"");
}

TEST_P(HttpCheckTest, SilenceEndsWithTheTimeout) {
  FakeNode node(GetParam(), StaysSilent);
  check_.set_timeout_ms(kShortMs);
  EXPECT_TRUE(absl::EndsWith(RunHttp(node), " within 100ms"));
}

TEST_P(HttpCheckTest, AnswerThatIsCutIsNone) {
  FakeNode node(GetParam(), Says("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"));
  check_.set_body_contains("whole");
  EXPECT_EQ(RunHttp(node), "closed in the middle of the answer");
  FakeNode closing(GetParam(), [](Peer& peer) { peer.Read(); });
  EXPECT_EQ(RunHttp(closing), "closed without an answer");
}

INSTANTIATE_TEST_SUITE_P(Both, HttpCheckTest, ::testing::Values(Security::kPlain, Security::kTls));

TEST(HttpsCheckTest, NodeThatSpeaksNoTlsFails) {
  FakeNode node(Security::kPlain, Says(Ok("fine")));
  EXPECT_TRUE(absl::StartsWith(VerdictOf(CheckOf("https", node.port())), "no TLS handshake"));
}

// What a check of a node says whose certificate is trusted and for node.example and 127.0.0.1.
class CertificateTest : public ::testing::Test {
 protected:
  std::string RunWith(const std::string& server_name, bool skip_verify = false) {
    return RunAt(node_, server_name, skip_verify);
  }

  static std::string RunAt(const FakeNode& node, const std::string& server_name,
                           bool skip_verify = false) {
    v1::ProbePlan::Check check = CheckOf("https", node.port());
    check.set_server_name(server_name);
    check.set_skip_verify(skip_verify);
    return VerdictOf(check);
  }

  static void Trust(const FakeNode& node) {
    const std::string path = absl::StrCat(::testing::TempDir(), "/node-", node.port(), ".pem");
    node.WriteCertificate(path);
    ASSERT_TRUE(AddTlsRoots(path).ok());
  }

  FakeNode node_{Security::kTls, Says(Ok("fine"))};
};

TEST_F(CertificateTest, MustBeTrustedUnlessItIsSkipped) {
  EXPECT_EQ(RunWith("node.example"), "certificate refused: self-signed certificate");
  EXPECT_EQ(RunWith("node.example", true), "");
  Trust(node_);
  EXPECT_EQ(RunWith("node.example"), "");
}

TEST_F(CertificateTest, MustBeForTheServerNameOrElseTheAddress) {
  Trust(node_);
  EXPECT_EQ(RunWith(""), "");
  EXPECT_EQ(RunWith("other.example"), "certificate refused: hostname mismatch");
  EXPECT_EQ(RunWith("other.example", true), "");
}

TEST_F(CertificateTest, MustNotHaveExpired) {
  FakeNode expired(Security::kTlsExpired, Says(Ok("fine")));
  Trust(expired);
  EXPECT_EQ(RunAt(expired, "node.example"), "certificate refused: certificate has expired");
  EXPECT_EQ(RunAt(expired, "node.example", true), "");
}

TEST(TlsRootsTest, FileWithoutACertificateIsRefused) {
  EXPECT_EQ(AddTlsRoots("/nonexistent.pem").message(),
            "/nonexistent.pem: cannot be read, or has no certificate in PEM form");
}

TEST(RtmpCheckTest, HandshakeMustComeToItsEnd) {
  FakeNode node(Security::kPlain, [](Peer& peer) {
    media::ServerHandshake handshake(7);
    while (!handshake.done()) {
      const std::string said = peer.Read();
      if (said.empty()) return;
      absl::string_view input = said;
      std::string output;
      if (!handshake.Read(&input, &output).ok()) return;
      peer.Write(output);
    }
  });
  EXPECT_EQ(VerdictOf(CheckOf("rtmp", node.port())), "");
}

TEST(RtmpCheckTest, SaysWhyNot) {
  FakeNode other(Security::kPlain, Says(Ok("this is HTTP")));
  EXPECT_TRUE(absl::StartsWith(VerdictOf(CheckOf("rtmp", other.port())), "no RTMP handshake: "));
  FakeNode silent(Security::kPlain, StaysSilent);
  v1::ProbePlan::Check check = CheckOf("rtmp", silent.port());
  check.set_timeout_ms(kShortMs);
  EXPECT_EQ(VerdictOf(check), "no RTMP handshake within 100ms");
}

// A stream's beginning: H.264 sequence header, then frames of one type each: 'k' key, 'p' not.
std::string FlvOf(const std::string& frames) {
  using media::FrameKind;
  std::string bytes = media::EncodeFlvFileHeader({.has_audio = false, .has_video = true});
  bytes += media::EncodeFlvTag(FrameKind::kVideo, 0, std::string("\x17\0\0\0\0\1\x64\0\x1f", 9));
  uint32_t dts_ms = 0;
  for (const char frame : frames) {
    const std::string head = frame == 'k' ? "\x17" : "\x27";
    const std::string nal = frame == 'k' ? "\x65" : "\x41";
    bytes += media::EncodeFlvTag(FrameKind::kVideo, dts_ms += 40,
                                 head + std::string("\1\0\0\0\0\0\0\2", 8) + nal + "x");
  }
  return bytes;
}

std::string FlvAnswer(const std::string& frames) {
  return "HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\n\r\n" + FlvOf(frames);
}

v1::ProbePlan::Check FlvCheckOf(const FakeNode& node) {
  v1::ProbePlan::Check check = CheckOf("flv", node.port());
  check.set_path("/live/s.flv");
  return check;
}

TEST(FlvCheckTest, PassesWithTheFirstKeyframeWhileTheStreamGoesOn) {
  FakeNode node(Security::kPlain, [](Peer& peer) {
    peer.Read();
    for (const char byte : FlvAnswer("ppk")) peer.Write(std::string(1, byte));
    StaysSilent(peer);
  });
  EXPECT_EQ(VerdictOf(FlvCheckOf(node)), "");
}

TEST(FlvCheckTest, ChunkedIsReadToo) {
  const std::string flv = FlvOf("k");
  FakeNode node(Security::kPlain,
                Says(absl::StrCat("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                                  absl::Hex(flv.size()), "\r\n", flv, "\r\n0\r\n\r\n")));
  EXPECT_EQ(VerdictOf(FlvCheckOf(node)), "");
}

TEST(FlvCheckTest, StreamWithoutAKeyframeFails) {
  FakeNode endless(Security::kPlain, [](Peer& peer) {
    peer.Read();
    peer.Write(FlvAnswer("pppp"));
    StaysSilent(peer);
  });
  v1::ProbePlan::Check check = FlvCheckOf(endless);
  check.set_timeout_ms(kShortMs);
  EXPECT_EQ(VerdictOf(check), "no keyframe within 100ms");
  FakeNode ending(Security::kPlain, Says(FlvAnswer("pp")));
  EXPECT_EQ(VerdictOf(FlvCheckOf(ending)), "the stream ended without a keyframe");
}

TEST(FlvCheckTest, WhatIsNoStreamFails) {
  FakeNode missing(Security::kPlain, Says("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(VerdictOf(FlvCheckOf(missing)), "status 404");
  FakeNode page(Security::kPlain, Says(Ok("<html>welcome</html>")));
  EXPECT_TRUE(absl::StartsWith(VerdictOf(FlvCheckOf(page)), "not FLV: "));
}

}  // namespace
}  // namespace nearcast::probe
