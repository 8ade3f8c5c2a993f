// TcpSession: one connection's bytes in, its replies' bytes out, and when its patience ends. No
// socket: DNS over TLS will stand on it as well.
//
// Source: RFC 7766 §6.2 (pipelining, idle time), §8 (two octets of length before each message), RFC
// 1035 §4.2.2.
#ifndef SERVICES_DNS_TCP_SESSION_H_
#define SERVICES_DNS_TCP_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"

namespace nearcast::dns {

struct TcpPatience {
  absl::Duration idle = absl::Seconds(10);     // between messages
  absl::Duration message = absl::Seconds(5);   // from a message's first octet to its last
  absl::Duration sending = absl::Seconds(10);  // while the peer takes none of what waits for it
};

// Thread rule: its owner's. Times are of one monotonic clock.
class TcpSession {
 public:
  // A message → its reply, valid until the next call; empty for none.
  using AnswerMessage =
      absl::FunctionRef<std::span<const uint8_t>(std::span<const uint8_t> message)>;

  enum class State : uint8_t {
    kOpen,
    kMalformed,  // a length that no message has: nothing after it can be trusted; close
  };

  TcpSession(const TcpPatience& patience, absl::Duration now);

  // Takes what was received, and answers each message that is whole now, in order. Returns how
  // many. Requires wants_input().
  size_t Receive(std::span<const uint8_t> bytes, absl::Duration now, AnswerMessage answer);

  // What waits to be sent.
  std::span<const uint8_t> output() const {
    return std::span<const uint8_t>(output_).subspan(output_begin_);
  }

  // `bytes` of output() were sent: answers what had to wait for room. Returns how many messages.
  size_t Sent(size_t bytes, absl::Duration now, AnswerMessage answer);

  // False while so much waits to be sent that nothing more is read: the peer must take its replies
  // first.
  bool wants_input() const { return output_.size() - output_begin_ < kOutputBytesMax; }

  State state() const { return state_; }

  // When the connection is to be closed if nothing happens before.
  absl::Duration deadline() const;

  // A peer that pipelines without reading costs no more than this, and one more reply.
  static constexpr size_t kOutputBytesMax = 256 << 10;

 private:
  size_t AnswerBuffered(absl::Duration now, AnswerMessage answer);
  // How many octets of `bytes` were whole messages.
  size_t AnswerWhole(std::span<const uint8_t> bytes, AnswerMessage answer, size_t& messages);
  void Reply(std::span<const uint8_t> reply);

  const TcpPatience patience_;
  State state_ = State::kOpen;
  std::vector<uint8_t> input_;  // a message that is not whole yet, or some that wait for room
  std::vector<uint8_t> output_;
  size_t output_begin_ = 0;

  absl::Duration last_message_;
  absl::Duration message_begin_;  // of the one in input_
  absl::Duration last_sent_;
};

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_TCP_SESSION_H_
