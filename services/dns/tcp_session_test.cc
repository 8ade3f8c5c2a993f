#include "services/dns/tcp_session.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace nearcast::dns {
namespace {

constexpr TcpPatience kPatience = {
    .idle = absl::Seconds(10), .message = absl::Seconds(5), .sending = absl::Seconds(7)};

// A message of that many octets, with its length before it.
std::string Framed(size_t bytes, char fill = 'q') {
  std::string framed = {static_cast<char>(bytes >> 8), static_cast<char>(bytes)};
  return framed + std::string(bytes, fill);
}

std::span<const uint8_t> Octets(const std::string& bytes) {
  return {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
}

// Echoes each message; the tests see what comes out.
class TcpSessionTest : public testing::Test {
 protected:
  size_t Receive(const std::string& bytes) {
    return session_.Receive({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, now_,
                            Echo);
  }

  static std::span<const uint8_t> Echo(std::span<const uint8_t> message) { return message; }

  std::string Output() const {
    return std::string(session_.output().begin(), session_.output().end());
  }

  std::string TakeOutput() {
    std::string taken;
    while (!session_.output().empty()) {
      taken += Output();
      session_.Sent(session_.output().size(), now_, Echo);
    }
    return taken;
  }

  void Advance(int seconds) { now_ += absl::Seconds(seconds); }
  double LeftS() const { return absl::ToDoubleSeconds(session_.deadline() - now_); }

  absl::Duration now_ = absl::Seconds(100);
  TcpSession session_{kPatience, now_};
};

TEST_F(TcpSessionTest, AnswersPipelinedMessagesInOrder) {
  const std::string bytes = Framed(12, 'a') + Framed(300, 'b') + Framed(20, 'c');
  EXPECT_EQ(Receive(bytes), 3u);
  EXPECT_EQ(Output(), bytes);
}

TEST_F(TcpSessionTest, AnswersTheSameHoweverTheBytesAreCut) {
  std::string bytes;
  for (int i = 0; i < 30; ++i) bytes += Framed(12 + 37 * i, static_cast<char>('a' + i % 26));
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    TcpSession session(kPatience, now_);
    std::string output;
    for (size_t at = 0; at < bytes.size();) {
      const size_t piece = std::min<size_t>(1 + random() % 700, bytes.size() - at);
      session.Receive({reinterpret_cast<const uint8_t*>(bytes.data()) + at, piece}, now_, Echo);
      at += piece;
      const size_t sent = random() % (session.output().size() + 1);
      output.append(session.output().begin(), session.output().begin() + sent);
      session.Sent(sent, now_, Echo);
    }
    output.append(session.output().begin(), session.output().end());
    ASSERT_EQ(output, bytes);
  }
}

TEST_F(TcpSessionTest, TakesTheLongestMessageOctetByOctet) {
  const std::string bytes = Framed(65535);
  size_t messages = 0;
  for (const char c : bytes) messages += Receive(std::string(1, c));
  EXPECT_EQ(messages, 1u);
  EXPECT_EQ(Output(), bytes);
}

TEST_F(TcpSessionTest, ALengthThatNoMessageHasEndsIt) {
  EXPECT_EQ(Receive(Framed(12) + Framed(11) + Framed(12)), 1u);
  EXPECT_EQ(session_.state(), TcpSession::State::kMalformed);
  EXPECT_EQ(Output(), Framed(12));
}

TEST_F(TcpSessionTest, NoLengthBelowAHeaderIsAMessage) {
  for (size_t bytes = 0; bytes < 12; ++bytes) {
    for (const bool is_whole : {true, false}) {
      TcpSession session(kPatience, now_);
      const std::string framed = is_whole ? Framed(bytes) : Framed(bytes).substr(0, 2);
      EXPECT_EQ(session.Receive(Octets(framed), now_, Echo), 0u);
      EXPECT_EQ(session.state(), TcpSession::State::kMalformed) << bytes;
      EXPECT_TRUE(session.output().empty());
    }
  }
}

TEST_F(TcpSessionTest, TheLongestMessageMayBeCutAnywhere) {
  const std::string bytes = Framed(65535, 'a') + Framed(12, 'b');
  std::vector<size_t> cuts = {1, 2, 3, 13, 14, 65535, 65536, 65537, 65538, 65539, bytes.size() - 1};
  for (size_t cut = 17; cut < bytes.size(); cut += 997) cuts.push_back(cut);
  for (const size_t cut : cuts) {
    TcpSession session(kPatience, now_);
    const size_t before = session.Receive(Octets(bytes).first(cut), now_, Echo);
    EXPECT_EQ(before, cut < 65537 ? 0u : 1u) << cut;
    EXPECT_EQ(session.state(), TcpSession::State::kOpen);
    EXPECT_EQ(session.Receive(Octets(bytes).subspan(cut), now_, Echo), 2 - before) << cut;
    EXPECT_EQ(std::string(session.output().begin(), session.output().end()), bytes) << cut;
  }
}

TEST_F(TcpSessionTest, StopsReadingWhileThePeerTakesNoReplies) {
  std::string bytes;
  for (int i = 0; i < 10; ++i) bytes += Framed(60000, static_cast<char>('0' + i));
  EXPECT_LT(Receive(bytes), 10u);
  EXPECT_FALSE(session_.wants_input());
  EXPECT_LE(session_.output().size(), TcpSession::kOutputBytesMax + 65537);
  EXPECT_EQ(TakeOutput(), bytes);
  EXPECT_TRUE(session_.wants_input());
}

TEST_F(TcpSessionTest, PatienceDependsOnWhatItWaitsFor) {
  EXPECT_EQ(LeftS(), 10);
  Advance(4);
  Receive(std::string(1, '\0'));
  EXPECT_EQ(LeftS(), 5);
  Advance(4);
  Receive("x");  // a drop now and then buys no time
  EXPECT_EQ(LeftS(), 1);
}

TEST_F(TcpSessionTest, EachMessageBeginsTheIdleTimeAnew) {
  Advance(9);
  Receive(Framed(12));
  TakeOutput();
  EXPECT_EQ(LeftS(), 10);
  Receive(Framed(12) + "x");
  TakeOutput();
  EXPECT_EQ(LeftS(), 5);
}

TEST_F(TcpSessionTest, SendingIsPatientAsLongAsThePeerTakesSomething) {
  Receive(Framed(1000));
  EXPECT_EQ(LeftS(), 7);
  Advance(6);
  session_.Sent(1, now_, Echo);
  EXPECT_EQ(LeftS(), 7);
  Advance(6);
  EXPECT_EQ(LeftS(), 1);
}

}  // namespace
}  // namespace nearcast::dns
