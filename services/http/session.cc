#include "services/http/session.h"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "services/http/byte_buffer.h"
#include "services/http/chunked_body.h"
#include "services/http/plain_stream.h"
#include "services/http/request_head.h"
#include "services/http/responder.h"
#include "services/http/tls_stream.h"

namespace nearcast::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr size_t kReadBytesMin = 2048;
constexpr size_t kReadBytesMax = 16 * 1024;
constexpr size_t kSendBytes = 64 * 1024;  // Answers are sent once this much has gathered.
constexpr int kTurnsAtOnce = 8;
constexpr size_t kLingerBytesMax = 1 << 20;

// What the connection does next.
enum class Step { kServed, kReceive, kSend, kAwaitAnswer, kClose };

template <typename Stream>
class Session final : public Connection, private Deferrer {
 public:
  // `more` is what the stream's constructor wants beside the usual.
  template <typename... More>
  Session(int fd, const ipdb::IpAddress& client, Worker* worker, const More&... more)
      : stream_(fd, &worker->readiness(), worker->io().get_executor(), more...),
        client_(client),
        worker_(worker) {
    Enter(Phase::kIdle);
    worker_->Link(this);
  }

  ~Session() override {
    if (pending_ != nullptr) pending_->Abandon();
    worker_->Unlink(this);
    if (!evicted_) worker_->limits().Release(client_);
    worker_->counters().Add(HttpEvent::kClosed);
  }

  Task<void> Run();
  const Stream& stream() const { return stream_; }

  void OnDeadline() override;
  void OnStop() override;
  void Abort() override;
  bool waits_for_client() const override;
  void Evict() override;

 private:
  // Serves what has been received, as far as it goes; answers gather in the worker's `out`.
  Step ServeReceived();
  Step ServeOne();
  Step AwaitHead();
  Step ServeHead();
  Step AwaitBody();
  Step Dispatch(absl::string_view body, size_t message_bytes);
  Responder Defer() override;
  void AnswerUnrouted(absl::string_view allow, Response& response);
  Step EndRequest();
  Step Refuse(const HttpError& error);
  void Append(const Response& response);

  void Received(size_t bytes);

  // Sends `out`. False if the rest must wait; it is in unsent_ then.
  bool SendNow();
  Task<bool> SendRest();
  Task<void> AwaitAnswer();
  Task<void> Linger();

  void Enter(Phase phase) {
    phase_ = phase;
    deadline_tick = worker_->DeadlineOf(phase);
  }
  // As Enter, but bytes that trickle in do not put the deadline off.
  void Stay(Phase phase) {
    if (phase_ != phase) Enter(phase);
  }

  Stream stream_;
  const ipdb::IpAddress client_;
  Worker* const worker_;
  Phase phase_ = Phase::kIdle;
  bool aborted_ = false;
  bool evicted_ = false;

  ByteBuffer in_;
  size_t read_bytes_ = kReadBytesMin;
  std::string unsent_;
  int turns_ = 0;  // without a wait

  // The request being received or answered.
  size_t searched_bytes_ = 0;  // of in_, for the end of the head
  size_t head_bytes_ = 0;      // 0 until the head is complete
  size_t message_bytes_ = 0;
  RequestFraming framing_;
  bool continued_ = false;  // 100 Continue was sent
  std::optional<ChunkedBody> chunked_;
  ResponseFraming answer_framing_;

  // For a handler that answers later.
  std::shared_ptr<PendingResponse> pending_;
  std::shared_ptr<Timer> answer_timer_;
};

template <typename Stream>
Task<void> Session<Stream>::Run() {
  while (true) {
    const Step step = ServeReceived();
    if (!worker_->out.empty() && !SendNow() && !co_await SendRest()) co_return;
    if (step == Step::kSend) continue;
    if (step == Step::kClose) {
      co_await Linger();
      co_return;
    }
    if (step == Step::kAwaitAnswer) {
      co_await AwaitAnswer();
      if (aborted_) co_return;
      continue;
    }
    IoResult read = stream_.ReadNow(in_.Prepare(read_bytes_));
    while (read.state == IoState::kWait) {
      turns_ = 0;
      co_await stream_.AwaitReady();
      read = stream_.ReadNow(in_.Prepare(read_bytes_));
    }
    if (read.state == IoState::kEnded) co_return;
    Received(read.bytes);
    if (++turns_ == kTurnsAtOnce) {  // a client that never pauses lets the others in
      turns_ = 0;
      co_await asio::post(worker_->io(), kUseTask);
    }
  }
}

template <typename Stream>
void Session<Stream>::Received(size_t bytes) {
  in_.Commit(bytes);
  worker_->counters().Add(HttpEvent::kBytesIn, bytes);
  // Clients that pipeline get more room at a time.
  if (bytes >= read_bytes_) read_bytes_ = std::min(read_bytes_ * 2, kReadBytesMax);
}

template <typename Stream>
Step Session<Stream>::ServeReceived() {
  if (pending_ != nullptr) {
    Append(*pending_->Take());
    pending_ = nullptr;
    if (EndRequest() == Step::kClose) return Step::kClose;
  }
  while (worker_->out.size() < kSendBytes) {
    const Step step = ServeOne();
    if (step != Step::kServed) return step;
  }
  return Step::kSend;
}

template <typename Stream>
Step Session<Stream>::ServeOne() {
  if (head_bytes_ == 0) {
    // RFC 9112 section 2.2: empty lines before a request line are to be ignored.
    while (absl::StartsWith(in_.data(), "\r\n")) {
      in_.Consume(2);
      searched_bytes_ = 0;
    }
    if (in_.data().empty()) {
      Stay(Phase::kIdle);
      return worker_->stopping() ? Step::kClose : Step::kReceive;
    }
    const size_t end = FindHeadEnd(in_.data(), searched_bytes_);
    if (end == absl::string_view::npos) return AwaitHead();
    head_bytes_ = end;
  }
  if (head_bytes_ > worker_->options().head_bytes_max) {
    return Refuse({431, "HeaderTooLarge", "the request's head is too large"});
  }
  return ServeHead();
}

template <typename Stream>
Step Session<Stream>::AwaitHead() {
  const absl::string_view data = in_.data();
  searched_bytes_ = data.size();
  const bool letter = absl::ascii_isupper(static_cast<unsigned char>(data[0]));
  if (!letter && data[0] != '\r') {  // TLS and other strangers: no need to wait for more of it
    return Refuse({400, "BadRequest", "this is not HTTP"});
  }
  if (data.find("\r\n") == data.npos && data.size() > kTargetBytesMax + 64) {
    return Refuse({414, "UriTooLong", "the request target is too long"});
  }
  if (data.size() > worker_->options().head_bytes_max) {
    return Refuse({431, "HeaderTooLarge", "the request's head is too large"});
  }
  Stay(Phase::kHead);
  return Step::kReceive;
}

// The head is read anew when a part of the body has come: the buffer may have moved under its
// views.
template <typename Stream>
Step Session<Stream>::ServeHead() {
  const absl::string_view head = in_.data().substr(0, head_bytes_);
  if (auto error = ParseRequestHead(head, &worker_->request, &framing_)) return Refuse(*error);
  constexpr HttpError kBodyTooLarge{413, "BodyTooLarge", "the request's body is too large"};
  if (framing_.body == RequestFraming::Body::kLength) {
    if (framing_.length_bytes > worker_->options().body_bytes_max) return Refuse(kBodyTooLarge);
    const size_t message_bytes = head_bytes_ + framing_.length_bytes;
    if (in_.data().size() < message_bytes) return AwaitBody();
    return Dispatch(in_.data().substr(head_bytes_, framing_.length_bytes), message_bytes);
  }
  if (!chunked_) chunked_.emplace(worker_->options().body_bytes_max);
  size_t used = 0;
  const ChunkedBody::State state = chunked_->Feed(in_.data().substr(head_bytes_), &used);
  in_.Erase(head_bytes_, used);
  switch (state) {
    case ChunkedBody::State::kMore:
      return AwaitBody();
    case ChunkedBody::State::kMalformed:
      return Refuse({400, "BadRequest", "malformed chunked body"});
    case ChunkedBody::State::kTooLarge:
      return Refuse(kBodyTooLarge);
    case ChunkedBody::State::kDone:
      break;
  }
  return Dispatch(chunked_->body(), head_bytes_);
}

template <typename Stream>
Step Session<Stream>::AwaitBody() {
  if (framing_.expects_continue && !continued_) {
    continued_ = true;
    worker_->out += "HTTP/1.1 100 Continue\r\n\r\n";
  }
  Stay(Phase::kBody);
  return Step::kReceive;
}

template <typename Stream>
Step Session<Stream>::Dispatch(absl::string_view body, size_t message_bytes) {
  Request& request = worker_->request;
  Response& response = worker_->response;
  request.client = client_;
  request.transport = Stream::kTransport;
  request.worker = worker_->options().first_worker + worker_->index();
  request.body = body;
  request.deferrer = this;
  message_bytes_ = message_bytes;
  const bool keep = framing_.after == RequestFraming::After::kKeepAlive && !worker_->stopping();
  answer_framing_ = {
      .date = {},
      .content = request.method == Method::kHead ? ResponseFraming::Content::kHeadOnly
                                                 : ResponseFraming::Content::kWhole,
      .after = keep ? ResponseFraming::After::kKeepAlive : ResponseFraming::After::kClose,
      .version_minor = framing_.version_minor};
  worker_->counters().Add(HttpEvent::kRequest);

  const RouteMatch match = worker_->router().Find(request.method, request.path);
  request.wildcard = match.wildcard;
  response.Clear();
  if (match.endpoint == nullptr) {
    AnswerUnrouted(match.allow, response);
  } else if (match.endpoint->later != nullptr) {
    match.endpoint->later(request, Defer());
  } else {
    match.endpoint->now(request, response);
  }
  if (pending_ != nullptr) return Step::kAwaitAnswer;
  Append(response);
  return EndRequest();
}

template <typename Stream>
Responder Session<Stream>::Defer() {
  answer_timer_ = std::make_shared<Timer>(worker_->io(), Timer::time_point::max());
  pending_ = std::make_shared<PendingResponse>(
      [timer = answer_timer_, executor = worker_->io().get_executor()] {
        asio::post(executor, [timer] { timer->cancel(); });
      });
  return Responder(pending_);
}

template <typename Stream>
void Session<Stream>::AnswerUnrouted(absl::string_view allow, Response& response) {
  if (allow.empty()) return WriteError(404, "NotFound", "no such path", response);
  const Method method = worker_->request.method;
  if (method == Method::kOptions) {
    response.status = 204;
  } else if (method == Method::kUnknown) {
    WriteError(501, "NotImplemented", "no such method", response);
  } else {
    WriteError(405, "MethodNotAllowed", "the path does not take this method", response);
  }
  response.AddHeader("Allow", allow);
}

template <typename Stream>
Step Session<Stream>::EndRequest() {
  in_.Consume(message_bytes_);
  searched_bytes_ = head_bytes_ = message_bytes_ = 0;
  continued_ = false;
  chunked_.reset();
  Enter(Phase::kIdle);
  worker_->Touch(this);
  return answer_framing_.after == ResponseFraming::After::kClose ? Step::kClose : Step::kServed;
}

// Where the next request would begin is not known any longer, so the connection ends with the
// answer.
template <typename Stream>
Step Session<Stream>::Refuse(const HttpError& error) {
  worker_->counters().Add(HttpEvent::kRefused);
  answer_framing_ = {.date = {}, .after = ResponseFraming::After::kClose};
  worker_->response.Clear();
  WriteError(error.status, error.code, error.message, worker_->response);
  Append(worker_->response);
  return Step::kClose;
}

template <typename Stream>
void Session<Stream>::Append(const Response& response) {
  switch (response.status / 100) {
    case 2:
      worker_->counters().Add(HttpEvent::kResponse2xx);
      break;
    case 3:
      worker_->counters().Add(HttpEvent::kResponse3xx);
      break;
    case 4:
      worker_->counters().Add(HttpEvent::kResponse4xx);
      break;
    default:
      worker_->counters().Add(HttpEvent::kResponse5xx);
      break;
  }
  answer_framing_.date = worker_->date();
  AppendResponse(response, answer_framing_, &worker_->out);
}

template <typename Stream>
bool Session<Stream>::SendNow() {
  std::string& out = worker_->out;
  const size_t sent = stream_.WriteNow(absl::string_view(out.data(), out.size())).bytes;
  worker_->counters().Add(HttpEvent::kBytesOut, sent);
  if (sent < out.size()) unsent_.assign(out, sent, std::string::npos);
  out.clear();
  return unsent_.empty();
}

template <typename Stream>
Task<bool> Session<Stream>::SendRest() {
  const Phase after = phase_;
  absl::string_view rest = unsent_;
  while (!rest.empty()) {
    const IoResult sent = stream_.WriteNow(rest);
    if (sent.state == IoState::kEnded) co_return false;
    worker_->counters().Add(HttpEvent::kBytesOut, sent.bytes);
    rest.remove_prefix(sent.bytes);
    if (sent.bytes > 0) Enter(Phase::kWrite);
    Stay(Phase::kWrite);
    if (!rest.empty()) co_await stream_.AwaitReady();
  }
  unsent_ = std::string();
  Enter(after);
  co_return true;
}

template <typename Stream>
Task<void> Session<Stream>::AwaitAnswer() {
  Enter(Phase::kHandler);
  while (!aborted_ && !pending_->ready()) {
    error_code error;
    co_await answer_timer_->async_wait(asio::redirect_error(kUseTask, error));
  }
}

// RFC 9112 section 9.6: close in stages, lest a reset destroy the answer before the client has read
// it.
template <typename Stream>
Task<void> Session<Stream>::Linger() {
  stream_.ShutdownSend();
  Enter(Phase::kLinger);
  std::array<char, 1024> dropped;
  for (size_t total = 0; total < kLingerBytesMax;) {
    const IoResult read = stream_.ReadNow(dropped);
    if (read.state == IoState::kEnded) break;
    if (read.state == IoState::kWait) co_await stream_.AwaitReady();
    total += read.bytes;
  }
}

template <typename Stream>
void Session<Stream>::OnDeadline() {
  deadline_tick = std::numeric_limits<uint64_t>::max();
  if (phase_ == Phase::kLinger) return stream_.Close();
  worker_->counters().Add(HttpEvent::kTimedOut);
  if (phase_ == Phase::kHandler) {
    Response response;
    WriteError(504, "DeadlineExceeded", "the answer took too long", response);
    return pending_->Deliver(std::move(response));
  }
  if (phase_ == Phase::kHead || phase_ == Phase::kBody) {
    Refuse({408, "RequestTimeout", "the request came too slowly"});
    stream_.WriteNow(absl::string_view(worker_->out.data(), worker_->out.size()));
    worker_->out.clear();
  }
  stream_.Close();
}

template <typename Stream>
void Session<Stream>::OnStop() {
  answer_framing_.after = ResponseFraming::After::kClose;
  if (phase_ == Phase::kIdle || phase_ == Phase::kLinger) stream_.Close();
}

template <typename Stream>
void Session<Stream>::Abort() {
  aborted_ = true;
  if (answer_timer_ != nullptr) answer_timer_->cancel();
  stream_.Close();
}

template <typename Stream>
bool Session<Stream>::waits_for_client() const {
  return phase_ != Phase::kHandler && phase_ != Phase::kWrite && !aborted_ && !evicted_;
}

template <typename Stream>
void Session<Stream>::Evict() {
  evicted_ = true;
  worker_->limits().Release(client_);
  deadline_tick = std::numeric_limits<uint64_t>::max();
  stream_.Close();
}

}  // namespace

Task<void> ServePlain(int fd, ipdb::IpAddress client, Worker* worker) {
  Session<PlainStream> session(fd, client, worker);
  co_await session.Run();
}

Task<void> ServeTls(int fd, ipdb::IpAddress client, Worker* worker) {
  Session<TlsStream> session(fd, client, worker, *worker->tls());
  co_await session.Run();
  if (session.stream().failed()) worker->counters().Add(HttpEvent::kTlsFailed);
}

}  // namespace nearcast::http
