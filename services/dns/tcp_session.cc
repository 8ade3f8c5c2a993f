#include "services/dns/tcp_session.h"

#include <algorithm>

#include "services/dns/message.h"

namespace nearcast::dns {
namespace {

constexpr size_t kLengthBytes = 2;

// An idle connection keeps no more than this.
constexpr size_t kSpareBytesMax = 4096;

void Release(std::vector<uint8_t>& buffer) {
  buffer.clear();
  if (buffer.capacity() > kSpareBytesMax) buffer.shrink_to_fit();
}

}  // namespace

TcpSession::TcpSession(const TcpPatience& patience, absl::Duration now)
    : patience_(patience), last_message_(now), message_begin_(now), last_sent_(now) {}

size_t TcpSession::Receive(std::span<const uint8_t> bytes, absl::Duration now,
                           AnswerMessage answer) {
  if (input_.empty()) message_begin_ = now;
  if (!input_.empty()) {
    input_.insert(input_.end(), bytes.begin(), bytes.end());
    return AnswerBuffered(now, answer);
  }
  if (output_begin_ == output_.size()) last_sent_ = now;
  size_t messages = 0;
  const size_t used = AnswerWhole(bytes, answer, messages);
  input_.assign(bytes.begin() + used, bytes.end());
  if (messages > 0) last_message_ = now;
  return messages;
}

size_t TcpSession::Sent(size_t bytes, absl::Duration now, AnswerMessage answer) {
  output_begin_ += bytes;
  if (bytes > 0) last_sent_ = now;
  if (output_begin_ == output_.size()) {
    output_begin_ = 0;
    Release(output_);
  }
  return AnswerBuffered(now, answer);
}

absl::Duration TcpSession::deadline() const {
  if (!output().empty()) return last_sent_ + patience_.sending;
  if (!input_.empty()) return message_begin_ + patience_.message;
  return last_message_ + patience_.idle;
}

size_t TcpSession::AnswerBuffered(absl::Duration now, AnswerMessage answer) {
  if (output().empty()) last_sent_ = now;
  size_t messages = 0;
  const size_t used = AnswerWhole(input_, answer, messages);
  input_.erase(input_.begin(), input_.begin() + used);
  if (messages == 0) return 0;
  last_message_ = message_begin_ = now;
  if (input_.empty()) Release(input_);
  return messages;
}

size_t TcpSession::AnswerWhole(std::span<const uint8_t> bytes, AnswerMessage answer,
                               size_t& messages) {
  size_t at = 0;
  while (state_ == State::kOpen && wants_input() && bytes.size() - at >= kLengthBytes) {
    const size_t length = bytes[at] << 8 | bytes[at + 1];
    if (length < kHeaderBytes) {
      state_ = State::kMalformed;
      break;
    }
    if (bytes.size() - at - kLengthBytes < length) break;
    Reply(answer(bytes.subspan(at + kLengthBytes, length)));
    at += kLengthBytes + length;
    ++messages;
  }
  return at;
}

void TcpSession::Reply(std::span<const uint8_t> reply) {
  if (reply.empty()) return;
  if (output_begin_ > kOutputBytesMax) {
    output_.erase(output_.begin(), output_.begin() + output_begin_);
    output_begin_ = 0;
  }
  output_.push_back(static_cast<uint8_t>(reply.size() >> 8));
  output_.push_back(static_cast<uint8_t>(reply.size()));
  output_.insert(output_.end(), reply.begin(), reply.end());
}

}  // namespace nearcast::dns
