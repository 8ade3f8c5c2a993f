#include "dataplane/egress/viewer.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "dataplane/egress/tcp_listener.h"
#include "dataplane/egress/tcp_path.h"

namespace nearcast::egress {
namespace {

// A player says little; one that keeps talking is not a player.
constexpr uint32_t kInputBytesMax = 1u << 20;

// The path is measured this often, and what waits in the kernel each time, of those alone whose socket
// has been full and has not been seen empty since: those who keep up cost no system call.
constexpr int64_t kPathMs = 500;

// What a viewer that wants to be near live may have unsent in the kernel, where nothing of it can be
// dropped any more.
constexpr int kLatencyUnsentBytes = 16 << 10;

const char* StateName(Viewer::State state) {
  switch (state) {
    case Viewer::State::kWaiting:
      return "waiting";
    case Viewer::State::kPlaying:
      return "playing";
    case Viewer::State::kClosing:
      return "closing";
  }
  return "unknown";
}

// Of what the ring holds, once it holds enough to tell.
int64_t BitsPerSecond(const stream::FrameRing& ring) {
  const int64_t span_ms = ring.span_ms();
  return span_ms < 500 ? 0 : static_cast<int64_t>(ring.bytes()) * 8000 / span_ms;
}

}  // namespace

Viewer::Viewer(int fd, std::shared_ptr<ViewerProtocol> protocol, const ViewerRequest& request,
               std::unique_ptr<plays::PlayTicket> ticket)
    : fd_(fd), protocol_(std::move(protocol)), ticket_(std::move(ticket)), request_(request) {
  order_.may_jump = !request.drop.binding;
}

Viewer::~Viewer() {
  ::close(fd_);
  if (ticket_ != nullptr) ticket_->End(end_, BuildPlayed());
}

plays::Played Viewer::BuildPlayed() const {
  return {.bytes = bytes_sent_,
          .drops = cursor_.drops(),
          .jumps = cursor_.jumps(),
          .delay_ms_mean = gauge_.mean_ms(),
          .delay_ms_max = gauge_.longest_ms()};
}

void Viewer::Start(const stream::FrameRing& ring, int64_t unread_ms) {
  if (ticket_ != nullptr) ticket_->Begin();
  stream::StartRequest request = request_.start;
  request.unread_ms = unread_ms;
  const stream::StartPoint start = stream::FindStart(ring, request);
  cursor_ = stream::Cursor::At(start, request_.start.wanted);
  const int64_t dts_ms =
      start.seq < ring.end_seq() ? ring.at(start.seq).dts_ms() : ring.newest_dts_ms();
  Opening opening{.headers = start.headers.get(),
                  .has_video = ring.has_video(),
                  .has_audio = ring.has_audio(),
                  .dts_ms = dts_ms,
                  .wanted = request_.start.wanted};
  const int64_t keep_ms = ring.bounds().keep_ms;
  if (request_.start.gop_cache_ms > keep_ms) opening.promised_ms = keep_ms;
  QueueHead(protocol_->Open(opening));
  if (request_.drop.queue.queue_class == stream::QueueClass::kLatency) {
    LimitUnsent(fd_, kLatencyUnsentBytes);
  }
  state_ = State::kPlaying;
}

void Viewer::Measure(const stream::FrameRing& ring, const stream::DropLimits& limits,
                     int64_t now_ms) {
  if (state_ != State::kPlaying) return;
  rate_.Note(now_ms, bytes_sent_);
  const int64_t cursor_lag_ms = cursor_.LagMs(ring);
  int64_t kernel_lag_ms = 0;
  int64_t bits_per_s = 0;
  if (was_full_) {
    MeasurePath(now_ms);
    path_.unsent_bytes = ReadUnsentBytes(fd_);
    was_full_ = blocked_ || path_.unsent_bytes > 0;
    bits_per_s = BitsPerSecond(ring);
    if (bits_per_s > 0) kernel_lag_ms = path_.unsent_bytes * 8000 / bits_per_s;
  }
  gauge_.Add(now_ms, cursor_lag_ms + kernel_lag_ms);
  const int64_t bound_ms =
      stream::ChooseQueueBound(request_.drop.queue, gauge_.jitter_ms(), path_, bits_per_s);
  order_ = stream::DecideDrop({.session_ms = now_ms - request_.arrived_ms,
                               .lag_ms = cursor_lag_ms + kernel_lag_ms,
                               .trend = gauge_.trend(),
                               .bound_ms = bound_ms},
                              request_.drop, limits);
  order_.unsent_ms = kernel_lag_ms;
}

ViewerStatus Viewer::Status(const std::string& stream, int64_t now_ms) const {
  return {.stream = stream,
          .address = PeerText(fd_),
          .protocol = WireName(protocol_->wire()),
          .state = StateName(state_),
          .session_ms = now_ms - request_.arrived_ms,
          .bytes_sent = bytes_sent_,
          .bits_per_s = rate_.BitsPerSecond(now_ms, bytes_sent_),
          .delay_ms_mean = gauge_.mean_ms(),
          .delay_ms_max = gauge_.longest_ms(),
          .queue_ms = gauge_.lag_ms(),
          .jitter_ms = gauge_.jitter_ms(),
          .bound_ms = order_.bound_ms,
          .level = order_.level,
          .path = ReadTcpPath(fd_),
          .drops = cursor_.drops(),
          .jumps = cursor_.jumps(),
          .wish = request_.drop,
          .gop_cache_ms = request_.start.gop_cache_ms,
          .merge_write_ms = request_.merge_ms};
}

void Viewer::MeasurePath(int64_t now_ms) {
  if (now_ms - path_read_ms_ < kPathMs) return;
  path_read_ms_ = now_ms;
  path_ = ReadTcpPath(fd_);
}

stream::Recovery Viewer::Recover(const stream::FrameRing& ring) {
  const stream::RecoverResult result = cursor_.Recover(ring, request_.start, order_);
  if (result.headers != nullptr) {
    QueueHead(BuildHeaderBytes({.headers = result.headers.get(),
                                .has_video = ring.has_video(),
                                .has_audio = ring.has_audio(),
                                .dts_ms = ring.newest_dts_ms(),
                                .wanted = request_.start.wanted},
                               protocol_->wire()));
  }
  return result.recovery;
}

void Viewer::FinishWith(const std::string& bytes) {
  end_ = plays::PlayEnd::kStreamEnded;
  state_ = State::kClosing;
  if (!bytes.empty()) QueueHead(bytes);
}

bool Viewer::QueueKeepAlive() {
  const bool silent = std::exchange(bytes_sent_before_, bytes_sent_) == bytes_sent_;
  if (!silent || blocked_ || head_ || state_ == State::kClosing) return false;
  const std::string bytes = protocol_->KeepAlive();
  if (bytes.empty()) return false;
  bytes_sent_before_ += bytes.size();  // these do not count
  QueueHead(bytes);
  return true;
}

void Viewer::QueueHead(const std::string& bytes) {
  if (!head_) {
    head_ = stream::Frame::MakeRaw(bytes);
  } else {
    head_ = stream::Frame::MakeRaw(absl::StrCat(head_->payload(), bytes));
  }
}

WriteOutcome Viewer::Write(const stream::FrameRing& ring, const WriteLimits& limits,
                           SendBatch* batch) {
  const bool playing = state_ == State::kPlaying;
  const bool first_turn = playing && bytes_sent_ == 0;
  const size_t turn_bytes_max = first_turn ? limits.first_turn_bytes_max : limits.turn_bytes_max;
  size_t sent_in_turn = 0;
  while (sent_in_turn < turn_bytes_max && !(first_turn && bytes_sent_ > 0)) {
    if (playing) {
      if (Recover(ring) == stream::Recovery::kMustLeave) {
        end_ = plays::PlayEnd::kTooSlow;
        return WriteOutcome::kTooSlow;
      }
      batch->Prepare(ring, cursor_, protocol_->wire(), turn_bytes_max);
    }
    const size_t prefix = WritePrefix(batch);
    const size_t frames = playing ? batch->iovec_count() : 0;
    if (prefix + frames == 0) {
      if (playing) cursor_.Follow(batch->before(), batch->after());
      return state_ == State::kClosing ? WriteOutcome::kDone : WriteOutcome::kCaughtUp;
    }
    size_t wanted_bytes = playing ? batch->frame_bytes() : 0;
    if (carry_) wanted_bytes += WireBytes(*carry_, protocol_->wire()) - carry_sent_;
    if (head_) wanted_bytes += head_->payload().size();
    msghdr message{};
    message.msg_iov = batch->frames_begin() - prefix;
    message.msg_iovlen = prefix + frames;
    const ssize_t sent = ::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS) return WriteOutcome::kGone;
      blocked_ = was_full_ = true;
      return WriteOutcome::kBlocked;
    }
    Consume(static_cast<size_t>(sent), ring, *batch);
    bytes_sent_ += static_cast<size_t>(sent);
    sent_in_turn += static_cast<size_t>(sent);
    if (static_cast<size_t>(sent) < wanted_bytes) {
      blocked_ = was_full_ = true;
      return WriteOutcome::kBlocked;
    }
  }
  return WriteOutcome::kMore;
}

size_t Viewer::WritePrefix(SendBatch* batch) {
  std::array<iovec, SendBatch::kPrefix> pieces;
  size_t count = 0;
  if (carry_) count += WriteIovecs(*carry_, protocol_->wire(), carry_sent_, pieces.data());
  if (head_) count += WriteIovecs(*head_, Wire::kFlv, 0, pieces.data() + count);
  std::copy(pieces.begin(), pieces.begin() + count, batch->frames_begin() - count);
  return count;
}

void Viewer::Consume(size_t bytes, const stream::FrameRing& ring, const SendBatch& batch) {
  if (carry_) {
    const size_t rest = WireBytes(*carry_, protocol_->wire()) - carry_sent_;
    if (bytes < rest) {
      carry_sent_ += static_cast<uint32_t>(bytes);
      return;
    }
    bytes -= rest;
    carry_ = stream::FrameRef();
  }
  if (head_) {
    if (bytes < head_->payload().size()) {
      carry_ = std::move(head_);
      head_ = stream::FrameRef();
      carry_sent_ = static_cast<uint32_t>(bytes);
      return;
    }
    bytes -= head_->payload().size();
    head_ = stream::FrameRef();
  }
  if (state_ != State::kPlaying) return;
  if (bytes == batch.frame_bytes()) {
    cursor_.Follow(batch.before(), batch.after());
  } else {
    ConsumePartly(bytes, ring, batch);
  }
}

void Viewer::ConsumePartly(size_t bytes, const stream::FrameRing& ring, const SendBatch& batch) {
  size_t whole = 0;
  for (; WireBytes(batch.frame(whole), protocol_->wire()) <= bytes; ++whole) {
    bytes -= WireBytes(batch.frame(whole), protocol_->wire());
  }
  if (bytes > 0) {
    carry_ = stream::FrameRef::To(batch.frame(whole));
    carry_sent_ = static_cast<uint32_t>(bytes);
    ++whole;
  }
  std::array<const stream::Frame*, SendBatch::kFramesMax> passed;
  cursor_.Collect(ring, {whole, SIZE_MAX}, absl::MakeSpan(passed));
}

bool Viewer::SayFarewell() {
  if (says_farewell_) return true;  // until the socket has taken it
  if (state_ != State::kPlaying) return false;
  const std::string bytes = protocol_->Farewell();
  if (bytes.empty()) return false;
  FinishWith(bytes);
  says_farewell_ = true;
  return true;
}

bool Viewer::Read() {
  std::array<char, 16384> buffer;
  while (true) {
    const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got == 0) return SayFarewell();
    if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    input_bytes_ += static_cast<uint32_t>(got);
    if (input_bytes_ > kInputBytesMax) return false;
    auto reply = protocol_->Read(absl::string_view(buffer.data(), static_cast<size_t>(got)));
    if (!reply.ok()) return false;
    if (!reply->empty()) QueueHead(*reply);
  }
}

}  // namespace nearcast::egress
