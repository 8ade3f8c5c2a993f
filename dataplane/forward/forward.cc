#include "dataplane/forward/forward.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dataplane/egress/tcp_path.h"
#include "dataplane/egress/viewer.h"
#include "dataplane/forward/forward_protocol.h"
#include "dataplane/pull/tcp_dial.h"
#include "dataplane/stream/frame.h"

namespace nearcast::forward {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

constexpr size_t kReadBytes = 16u << 10;

std::string Text(absl::string_view view) { return std::string(view.data(), view.size()); }

// Frames lie ready as one chunk each (stream/frame.h).
media::RtmpSessionOptions SessionOptions() {
  media::RtmpSessionOptions options;
  options.chunk_size = stream::kRtmpChunkBytes;
  return options;
}

// What has not gone out is lost with the line, and the other end hears of it at once.
void Abort(int fd) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::shutdown(fd, SHUT_RDWR);
}

}  // namespace

Forward::Forward(const ForwardOptions& options, const orders::StreamForward& order,
                 orders::RtmpUrl url, ForwardCounters* counters, ForwardLog* log)
    : options_(options),
      order_(order),
      url_(std::move(url)),
      counters_(counters),
      log_(log),
      random_(std::random_device()()),
      pause_ms_(options.retry_ms_min) {}

Forward::~Forward() {
  if (line_fd_ >= 0) ::close(line_fd_);
}

bool Forward::IsDue(int64_t now_ms) const {
  absl::MutexLock lock(&mutex_);
  return state_ == State::kWaiting && now_ms >= due_ms_;
}

void Forward::Explain(absl::string_view why) {
  absl::MutexLock lock(&mutex_);
  if (state_ == State::kWaiting) error_ = Text(why);
}

void Forward::Begin(egress::Worker* worker, std::shared_ptr<stream::Stream> stream,
                    std::string via) {
  {
    absl::MutexLock lock(&mutex_);
    state_ = State::kConnecting;
    ++attempts_;
  }
  ++counters_->attempts;
  asio::co_spawn(worker->io(), Run(shared_from_this(), worker, std::move(stream), std::move(via)),
                 asio::detached);
}

asio::awaitable<void> Forward::Run(std::shared_ptr<Forward> self, egress::Worker* worker,
                                   std::shared_ptr<stream::Stream> stream, std::string via) {
  beast::tcp_stream line(worker->io());
  auto session = std::make_unique<media::RtmpClientSession>(
      self->Target(via), SessionOptions(), static_cast<uint64_t>(egress::MonotonicMs()));
  const absl::Status status = co_await self->Connect(&line, session.get());
  if (status.ok()) {
    self->Send(worker, stream, &line, std::move(session));
  } else {
    self->End(status);
  }
}

media::RtmpTarget Forward::Target(const std::string& via) const {
  return {.role = media::RtmpRole::kPublish,
          .tc_url = url_.tc_url,
          .app = url_.app,
          .stream_name = url_.stream,
          .via = via};
}

asio::awaitable<absl::Status> Forward::Connect(beast::tcp_stream* line,
                                               media::RtmpClientSession* session) {
  const pull::DialTarget target{url_.host, url_.port};  // GCC 12 destroys a temporary here twice
  absl::Status status = co_await pull::DialTcp(line, target, options_.connect_ms_max);
  if (!status.ok()) co_return status;
  line->expires_after(std::chrono::milliseconds(options_.answer_ms_max));
  std::vector<char> buffer(kReadBytes);
  boost::system::error_code error;
  while (true) {
    const std::string output = session->TakeOutput();
    co_await asio::async_write(*line, asio::buffer(output),
                               asio::redirect_error(asio::use_awaitable, error));
    if (session->state() == media::RtmpClientSession::State::kReady) co_return absl::OkStatus();
    size_t size = 0;
    if (!error) {
      size = co_await line->async_read_some(asio::buffer(buffer),
                                            asio::redirect_error(asio::use_awaitable, error));
    }
    if (error) co_return absl::UnavailableError(absl::StrCat("ask: ", error.message()));
    absl::string_view input(buffer.data(), size);
    while (true) {
      const auto event = session->Read(&input);
      if (!event.ok()) co_return event.status();
      if (!*event || std::holds_alternative<media::RtmpReady>(**event)) break;
    }
  }
}

void Forward::Send(egress::Worker* worker, const std::shared_ptr<stream::Stream>& stream,
                   beast::tcp_stream* line, std::unique_ptr<media::RtmpClientSession> session) {
  if (session->message_stream_id() != stream::kRtmpPlayStreamId) {
    End(absl::UnimplementedError(absl::StrCat("the server publishes on message stream ",
                                              session->message_stream_id(), "; only 1 is served")));
    return;
  }
  boost::system::error_code error;
  const int fd = line->release_socket().release(error);
  if (error) {
    End(absl::UnavailableError(error.message()));
    return;
  }
  // The backlog stays in the ring, where frames are dropped by the rules.
  if (options_.unsent_bytes > 0) egress::LimitUnsent(fd, options_.unsent_bytes);
  if (absl::Status status = BeginSending(fd); !status.ok()) {
    session->EndStream();
    const std::string goodbye = session->TakeOutput();
    (void)::send(fd, goodbye.data(), goodbye.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::close(fd);
    End(status);
    return;
  }
  const int64_t now_ms = egress::MonotonicMs();
  egress::ViewerRequest request{.start = options_.play.start,
                                .drop = options_.play.drop,
                                .arrived_ms = now_ms,
                                .deadline_ms = now_ms + options_.answer_ms_max};
  request.start.gop_cache_ms = 0;  // the newest keyframe: the target has its own cache
  auto protocol = std::make_shared<ForwardProtocol>(
      std::move(session),
      [self = shared_from_this()](const absl::Status& reason) { self->End(reason); },
      [self = shared_from_this()] { return self->IsCancelled(); });
  worker->Play(stream, std::make_unique<egress::Viewer>(fd, std::move(protocol), request));
}

absl::Status Forward::BeginSending(int fd) {
  log_->begun.Info("forward {} to {}: begins", order_.stream, url_.shown());
  absl::MutexLock lock(&mutex_);
  if (cancelled_) return absl::CancelledError("not ordered any more");
  state_ = State::kSending;
  error_.clear();
  line_fd_ = ::dup(fd);
  sending_since_ms_ = taken_ms_ = egress::MonotonicMs();
  acknowledged_bytes_ = 0;
  ++counters_->sending;
  return absl::OkStatus();
}

void Forward::CutIfDead(int64_t now_ms) {
  absl::MutexLock lock(&mutex_);
  if (line_fd_ < 0) return;
  const egress::TcpTaken taken = egress::ReadTcpTaken(line_fd_);
  if (!taken.waits || taken.acknowledged_bytes != acknowledged_bytes_) taken_ms_ = now_ms;
  acknowledged_bytes_ = taken.acknowledged_bytes;
  if (now_ms - taken_ms_ > options_.dead_ms_max) Abort(line_fd_);
}

void Forward::Cancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
  // The viewer that it is finds nothing more to read, and says goodbye (egress::Viewer::Read).
  if (line_fd_ >= 0) ::shutdown(line_fd_, SHUT_RD);
}

bool Forward::IsCancelled() const {
  absl::MutexLock lock(&mutex_);
  return cancelled_;
}

// What ended well, or went well for long, is taken up again soon.
void Forward::End(const absl::Status& reason) {
  const int64_t now_ms = egress::MonotonicMs();
  log_->ended.Info("forward {} to {}: {}", order_.stream, url_.shown(), Text(reason.message()));
  absl::MutexLock lock(&mutex_);
  if (!reason.ok() && !cancelled_) ++counters_->failed;
  if (state_ == State::kSending) {
    --counters_->sending;
    const bool went_well = now_ms - sending_since_ms_ >= options_.went_well_ms;
    if (reason.ok() || went_well) pause_ms_ = options_.retry_ms_min;
  }
  if (line_fd_ >= 0) ::close(line_fd_);
  line_fd_ = -1;
  state_ = State::kWaiting;
  error_ = Text(reason.message());
  due_ms_ = now_ms + pause_ms_ / 2 + static_cast<int64_t>(random_() % (pause_ms_ / 2 + 1));
  pause_ms_ = std::min(pause_ms_ * 2, options_.retry_ms_max);
}

egress::ForwardStatus Forward::Status(int64_t now_ms) const {
  absl::MutexLock lock(&mutex_);
  egress::ForwardStatus status{
      .stream = order_.stream, .to = url_.shown(), .error = error_, .attempts = attempts_};
  status.state = state_ == State::kWaiting      ? "waiting"
                 : state_ == State::kConnecting ? "connecting"
                                                : "sending";
  if (state_ == State::kSending) status.sending_ms = now_ms - sending_since_ms_;
  return status;
}

}  // namespace nearcast::forward
