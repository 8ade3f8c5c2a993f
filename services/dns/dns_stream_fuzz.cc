// Arbitrary bytes as a stream of DNS messages over TCP: however they are cut, the same replies in the
// same order, and no more kept than the session's bounds. The first octet chooses the cuts.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "base/check.h"
#include "services/dns/answer.h"
#include "services/dns/message.h"
#include "services/dns/sample_snapshot.h"
#include "services/dns/tcp_session.h"

namespace nearcast::dns {
namespace {

class Stream {
 public:
  // Sends all that waits after each piece.
  void Receive(std::span<const uint8_t> piece) {
    if (session_.state() == TcpSession::State::kMalformed) return;
    session_.Receive(piece, {}, Answer);
    Drain();
  }

  const std::vector<uint8_t>& replies() const { return replies_; }
  TcpSession::State state() const { return session_.state(); }

 private:
  static std::span<const uint8_t> Answer(std::span<const uint8_t> message) {
    static const auto* const snapshot =
        new std::shared_ptr<const scheduler::Snapshot>(BuildSampleSnapshot());
    static const AnswerOptions options{.nsid = "fuzz", .cookies = CookieSecrets{}};
    static std::vector<uint8_t> reply(kTcpBytesMax);
    static Counters counters;
    const Request request = {.packet = message,
                             .source = ipdb::IpAddress::FromV4(0x0ed7b127),
                             .transport = Transport::kTcp,
                             .now_s = 1559731985,
                             .options = &options};
    return std::span<const uint8_t>(reply).first(dns::Answer(**snapshot, request, reply, counters));
  }

  void Drain() {
    while (!session_.output().empty()) {
      const std::span<const uint8_t> output = session_.output();
      NC_CHECK(output.size() <= TcpSession::kOutputBytesMax + kTcpBytesMax + 2);
      replies_.insert(replies_.end(), output.begin(), output.end());
      session_.Sent(output.size(), {}, Answer);
    }
    NC_CHECK(session_.wants_input());
  }

  TcpSession session_{{}, {}};
  std::vector<uint8_t> replies_;
};

// Each reply has its length before it, and is a response.
void CheckFrames(std::span<const uint8_t> replies) {
  while (!replies.empty()) {
    NC_CHECK(replies.size() >= 2 + kHeaderBytes);
    const size_t bytes = replies[0] << 8 | replies[1];
    NC_CHECK(bytes >= kHeaderBytes && bytes <= replies.size() - 2);
    NC_CHECK((replies[4] & 0x80) != 0);
    replies = replies.subspan(2 + bytes);
  }
}

void CheckStream(std::span<const uint8_t> bytes, uint32_t cuts) {
  Stream whole;
  whole.Receive(bytes);
  CheckFrames(whole.replies());
  Stream pieces;
  std::minstd_rand random(cuts + 1);
  for (std::span<const uint8_t> rest = bytes; !rest.empty();) {
    const size_t most = random() % 4 == 0 ? rest.size() : 20;
    const size_t piece = std::min<size_t>(1 + random() % most, rest.size());
    pieces.Receive(rest.first(piece));
    rest = rest.subspan(piece);
  }
  NC_CHECK(pieces.replies() == whole.replies());
  NC_CHECK(pieces.state() == whole.state());
}

}  // namespace
}  // namespace nearcast::dns

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 1) nearcast::dns::CheckStream({data + 1, size - 1}, data[0]);
  return 0;
}
