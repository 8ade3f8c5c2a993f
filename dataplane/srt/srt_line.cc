#include "dataplane/srt/srt_line.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "dataplane/media/link_record.h"

namespace nearcast::srt {
namespace {

// SRT forgets what it has not sent when it is closed, and its receiver holds each message back by
// the latency.
constexpr int64_t kLingerMsMax = 3'000;

// How long the other end may take nothing at all.
constexpr int64_t kStuckMsMax = 10'000;

// Messages carried in one go, so that one line does not keep the others.
constexpr int kMessagesPerTurn = 256;

constexpr size_t kCompactBytes = 256u << 10;

absl::Status SrtFailure(absl::string_view doing) {
  return absl::UnavailableError(absl::StrCat(doing, ": ", srt_getlasterror_str()));
}

bool WouldBlock(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

SrtLine::SrtLine(Way way, SRTSOCKET socket, int fd, const SrtOptions& options,
                 SrtCounters* counters)
    : way_(way), socket_(socket), fd_(fd), options_(options), counters_(counters) {
  ++counters_->lines;
}

SrtLine::~SrtLine() {
  srt_close(socket_);
  ::close(fd_);
  --counters_->lines;
}

bool SrtLine::IsCalling() const {
  return way_ == Way::kIn && srt_getsockstate(socket_) == SRTS_CONNECTING;
}

LineInterest SrtLine::interest() const {
  LineInterest interest;
  if (way_ == Way::kOut) {
    if (!pending_.empty()) {
      interest.srt |= SRT_EPOLL_OUT;
    } else if (!local_ended_) {
      interest.local |= SRT_EPOLL_IN;
    }
  } else {
    interest.srt |= IsCalling() ? SRT_EPOLL_OUT : SRT_EPOLL_IN;
    if (written_ < pending_.size()) interest.local |= SRT_EPOLL_OUT;
  }
  return interest;
}

absl::Status SrtLine::Carry(int64_t now_ms) {
  const SRT_SOCKSTATUS state = srt_getsockstate(socket_);
  if (state == SRTS_CONNECTING) return absl::OkStatus();
  // What a broken line has received is still to be read.
  if (state != SRTS_CONNECTED && way_ == Way::kOut) {
    return local_ended_ ? absl::CancelledError("ended")
                        : absl::UnavailableError("the peer is gone");
  }
  return way_ == Way::kOut ? CarryOut(now_ms) : CarryIn();
}

absl::Status SrtLine::CarryOut(int64_t now_ms) {
  if (absl::Status sent = SendPending(); !sent.ok()) return sent;
  if (pending_.empty()) {
    taken_ms_ = now_ms;
  } else if (now_ms - taken_ms_ >= kStuckMsMax) {
    return absl::UnavailableError("the puller takes nothing");
  }
  if (absl::Status drained = DrainLocal(); !drained.ok()) return drained;
  return local_ended_ && pending_.empty() ? AwaitDelivery(now_ms) : absl::OkStatus();
}

absl::Status SrtLine::SendPending() {
  if (pending_.empty()) return absl::OkStatus();
  if (srt_sendmsg(socket_, pending_.data(), static_cast<int>(pending_.size()), -1, 1) ==
      SRT_ERROR) {
    if (srt_getlasterror(nullptr) == SRT_EASYNCSND) return absl::OkStatus();
    return SrtFailure("send");
  }
  counters_->bytes_sent += pending_.size();
  pending_.clear();
  return absl::OkStatus();
}

absl::Status SrtLine::DrainLocal() {
  std::array<char, kPieceBytesMax> piece;
  for (int i = 0; i < kMessagesPerTurn && pending_.empty() && !local_ended_; ++i) {
    const ssize_t got = ::recv(fd_, piece.data(), piece.size(), MSG_DONTWAIT);
    if (got < 0 && WouldBlock(errno)) return absl::OkStatus();
    if (got <= 0) {
      local_ended_ = true;
      return absl::OkStatus();
    }
    pending_ = writer_.Write(absl::string_view(piece.data(), static_cast<size_t>(got)));
    if (absl::Status sent = SendPending(); !sent.ok()) return sent;
  }
  return absl::OkStatus();
}

absl::Status SrtLine::AwaitDelivery(int64_t now_ms) {
  if (linger_until_ms_ == 0) linger_until_ms_ = now_ms + kLingerMsMax;
  if (now_ms >= linger_until_ms_) return absl::CancelledError("ended");
  return absl::OkStatus();  // the puller hangs up when it has read the end
}

absl::Status SrtLine::CarryIn() {
  const absl::Status received = ReceiveMessages();
  const absl::Status written = WriteLocal();
  return received.ok() ? written : received;
}

absl::Status SrtLine::ReceiveMessages() {
  std::array<char, 2 * kMessageBytesMax> message;
  for (int i = 0; i < kMessagesPerTurn; ++i) {
    const int got = srt_recvmsg(socket_, message.data(), static_cast<int>(message.size()));
    if (got == SRT_ERROR) {
      if (srt_getlasterror(nullptr) == SRT_EASYNCRCV) return absl::OkStatus();
      if (heard_) return SrtFailure("receive");
      return absl::UnavailableError(
          absl::StrCat("call: ", srt_rejectreason_str(srt_getrejectreason(socket_))));
    }
    if (got == 0) return absl::CancelledError("ended");
    heard_ = true;
    counters_->bytes_received += static_cast<uint64_t>(got);
    const auto piece = reader_.Read(absl::string_view(message.data(), static_cast<size_t>(got)));
    if (!piece.ok()) {
      ++counters_->gaps;
      return piece.status();
    }
    if (pending_.size() - written_ + piece->size() > options_.backlog_bytes_max) {
      return absl::ResourceExhaustedError("the puller does not take what comes");
    }
    pending_.append(piece->data(), piece->size());
  }
  return absl::OkStatus();
}

absl::Status SrtLine::WriteLocal() {
  if (written_ > kCompactBytes) {
    pending_.erase(0, written_);
    written_ = 0;
  }
  while (written_ < pending_.size()) {
    const ssize_t put = ::send(fd_, pending_.data() + written_, pending_.size() - written_,
                               MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put < 0) {
      if (WouldBlock(errno)) return absl::OkStatus();
      return absl::CancelledError("the puller has hung up");
    }
    written_ += static_cast<size_t>(put);
  }
  pending_.clear();
  written_ = 0;
  return absl::OkStatus();
}

void SrtLine::Refuse(const std::string& why) {
  if (way_ != Way::kIn || heard_) return;
  const std::string bytes = absl::StrCat(
      media::kLinkMagic,
      media::EncodeLinkRecord({.type = media::LinkType::kRefused,
                               .seq = static_cast<uint32_t>(absl::StatusCode::kUnavailable)},
                              why));
  (void)::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace nearcast::srt
