#include "dataplane/srt/srt_port.h"

#include <fcntl.h>
#include <srt/srt.h>
#include <sys/eventfd.h>
#include <syslog.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/limited_log.h"
#include "base/status_macros.h"
#include "dataplane/egress/worker.h"
#include "dataplane/srt/srt_line.h"

namespace nearcast::srt {
namespace {

constexpr int64_t kWaitMs = 200;
constexpr int kBacklog = 64;
constexpr int kEventsMax = 256;
constexpr int kPeerIdleMs = 5'000;

absl::Status SrtFailure(absl::string_view doing) {
  return absl::UnavailableError(absl::StrCat("SRT: ", doing, ": ", srt_getlasterror_str()));
}

absl::StatusOr<SocketAddress> ParseAddress(const std::string& ip, uint16_t port) {
  if (const auto address = ParseSocketAddress(ip, port)) return *address;
  return absl::InvalidArgumentError(absl::StrCat("SRT: ", ip, " is no IP address"));
}

template <typename T>
bool Set(SRTSOCKET socket, SRT_SOCKOPT option, T value) {
  return srt_setsockflag(socket, option, &value, sizeof value) != SRT_ERROR;
}

bool SetText(SRTSOCKET socket, SRT_SOCKOPT option, const std::string& value) {
  return srt_setsockflag(socket, option, value.data(), static_cast<int>(value.size())) != SRT_ERROR;
}

// Live mode: messages, delivered after the latency, dropped when they come later.
bool Tune(SRTSOCKET socket, const SrtOptions& options) {
  return Set(socket, SRTO_TRANSTYPE, SRTT_LIVE) && Set(socket, SRTO_RCVSYN, false) &&
         Set(socket, SRTO_SNDSYN, false) &&
         Set(socket, SRTO_LATENCY, static_cast<int>(options.latency_ms)) &&
         Set(socket, SRTO_CONNTIMEO, static_cast<int>(options.connect_ms_max)) &&
         Set(socket, SRTO_PEERIDLETIMEO, kPeerIdleMs) &&
         (options.passphrase.empty() || SetText(socket, SRTO_PASSPHRASE, options.passphrase));
}

// Two ends of a local line: ours and the worker's.
absl::StatusOr<std::array<int, 2>> MakePair() {
  std::array<int, 2> fds;
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()) == 0) {
    return fds;
  }
  return absl::ResourceExhaustedError("SRT: no descriptors for another line");
}

}  // namespace

class SrtPort::Loop {
 public:
  Loop(const SrtOptions& options, Serve serve) : options_(options), serve_(std::move(serve)) {}
  ~Loop();

  absl::Status Open();
  absl::StatusOr<int> Call(const SocketAddress& to, const std::string& stream_id);

  uint16_t port = 0;
  SrtCounters counters;

 private:
  absl::Status Listen();
  void Run();
  void Wake();
  void TakeCalls();
  void Accept();
  absl::Status Take(SRTSOCKET socket, const std::string& peer);
  void Adopt(std::unique_ptr<SrtLine> line);
  void CarryAll();
  void Watch(SrtLine* line);
  void Unwatch(SrtLine* line);
  absl::StatusOr<SRTSOCKET> Dial(const SocketAddress& to, const std::string& stream_id);

  const SrtOptions options_;
  const Serve serve_;
  int epoll_ = -1;
  int wake_fd_ = -1;
  LimitedLog refused_log_;
  LimitedLog failed_log_;
  SRTSOCKET listener_ = SRT_INVALID_SOCK;
  std::vector<std::unique_ptr<SrtLine>> lines_;
  std::thread thread_;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<SrtLine>> calls_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

SrtPort::Loop::~Loop() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  if (thread_.joinable()) {
    Wake();
    thread_.join();
  }
  lines_.clear();
  calls_.clear();
  if (listener_ != SRT_INVALID_SOCK) srt_close(listener_);
  if (epoll_ >= 0) srt_epoll_release(epoll_);
  if (wake_fd_ >= 0) ::close(wake_fd_);
  srt_cleanup();
}

absl::Status SrtPort::Loop::Open() {
  if (srt_startup() < 0) return SrtFailure("start");
  srt_setloglevel(LOG_CRIT);
  epoll_ = srt_epoll_create();
  wake_fd_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (epoll_ < 0 || wake_fd_ < 0) return SrtFailure("epoll");
  const int in = SRT_EPOLL_IN;
  srt_epoll_add_ssock(epoll_, wake_fd_, &in);
  if (options_.port != 0) NC_RETURN_IF_ERROR(Listen());
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

absl::Status SrtPort::Loop::Listen() {
  NC_ASSIGN_OR_RETURN(const SocketAddress at, ParseAddress(options_.listen_ip, options_.port));
  listener_ = srt_create_socket();
  if (listener_ == SRT_INVALID_SOCK || !Tune(listener_, options_)) return SrtFailure("socket");
  if (srt_bind(listener_, at.get(), static_cast<int>(at.size)) == SRT_ERROR ||
      srt_listen(listener_, kBacklog) == SRT_ERROR) {
    return SrtFailure(absl::StrCat("port ", options_.port, " on ", options_.listen_ip));
  }
  port = options_.port;
  const int events = SRT_EPOLL_IN | SRT_EPOLL_ERR;
  srt_epoll_add_usock(epoll_, listener_, &events);
  return absl::OkStatus();
}

void SrtPort::Loop::Wake() {
  const uint64_t one = 1;
  (void)!::write(wake_fd_, &one, sizeof one);
}

void SrtPort::Loop::Run() {
  std::array<SRTSOCKET, kEventsMax> read, written;
  std::array<SYSSOCKET, kEventsMax> local_read, local_written;
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (stopped_) return;
    }
    int reads = kEventsMax, writes = kEventsMax, local_reads = kEventsMax;
    int local_writes = kEventsMax;
    srt_epoll_wait(epoll_, read.data(), &reads, written.data(), &writes, kWaitMs, local_read.data(),
                   &local_reads, local_written.data(), &local_writes);
    uint64_t woken = 0;
    (void)!::read(wake_fd_, &woken, sizeof woken);
    TakeCalls();
    if (listener_ != SRT_INVALID_SOCK) Accept();
    CarryAll();
  }
}

void SrtPort::Loop::TakeCalls() {
  std::vector<std::unique_ptr<SrtLine>> calls;
  {
    absl::MutexLock lock(&mutex_);
    std::swap(calls, calls_);
  }
  for (auto& call : calls) Adopt(std::move(call));
}

void SrtPort::Loop::Accept() {
  while (true) {
    SocketAddress from;
    int size = sizeof from.storage;
    const SRTSOCKET socket = srt_accept(listener_, from.get(), &size);
    if (socket == SRT_INVALID_SOCK) return;
    const std::string peer = SocketAddressText(from);
    if (absl::Status taken = Take(socket, peer); !taken.ok()) {
      ++counters.refused;
      refused_log_.Info("srt {}: {}", peer, std::string(taken.message()));
      srt_close(socket);
    }
  }
}

absl::Status SrtPort::Loop::Take(SRTSOCKET socket, const std::string& peer) {
  char id[kStreamIdBytesMax + 1] = "";
  int size = sizeof id;
  if (srt_getsockflag(socket, SRTO_STREAMID, id, &size) == SRT_ERROR) return SrtFailure("id");
  NC_ASSIGN_OR_RETURN(const StreamWish wish,
                      ParseStreamId(absl::string_view(id, static_cast<size_t>(size))));
  if (counters.lines >= static_cast<int64_t>(options_.lines_max)) {
    return absl::ResourceExhaustedError("too many SRT lines");
  }
  NC_ASSIGN_OR_RETURN(const auto pair, MakePair());
  ++counters.accepted;
  Adopt(std::make_unique<SrtLine>(SrtLine::Way::kOut, socket, pair[0], options_, &counters));
  serve_(pair[1], wish, peer);
  return absl::OkStatus();
}

void SrtPort::Loop::Adopt(std::unique_ptr<SrtLine> line) {
  line->watched = line->interest();
  srt_epoll_add_usock(epoll_, line->socket(), &line->watched.srt);
  if (line->watched.local != 0) srt_epoll_add_ssock(epoll_, line->fd(), &line->watched.local);
  lines_.push_back(std::move(line));
}

// Every line is looked at: there are as many as streams on their way between nodes.
void SrtPort::Loop::CarryAll() {
  const int64_t now_ms = egress::MonotonicMs();
  for (size_t i = 0; i < lines_.size();) {
    SrtLine* line = lines_[i].get();
    const absl::Status carried = line->Carry(now_ms);
    if (carried.ok()) {
      Watch(line);
      ++i;
      continue;
    }
    if (!absl::IsCancelled(carried)) {
      ++counters.failed;
      failed_log_.Info("srt line: {}", std::string(carried.message()));
    }
    line->Refuse(std::string(carried.message()));
    Unwatch(line);
    std::swap(lines_[i], lines_.back());
    lines_.pop_back();
  }
}

void SrtPort::Loop::Watch(SrtLine* line) {
  const LineInterest wanted = line->interest();
  if (wanted.srt != line->watched.srt) {
    srt_epoll_update_usock(epoll_, line->socket(), &wanted.srt);
  }
  if (wanted.local != line->watched.local) {
    if (line->watched.local != 0) srt_epoll_remove_ssock(epoll_, line->fd());
    if (wanted.local != 0) srt_epoll_add_ssock(epoll_, line->fd(), &wanted.local);
  }
  line->watched = wanted;
}

void SrtPort::Loop::Unwatch(SrtLine* line) {
  srt_epoll_remove_usock(epoll_, line->socket());
  if (line->watched.local != 0) srt_epoll_remove_ssock(epoll_, line->fd());
}

absl::StatusOr<SRTSOCKET> SrtPort::Loop::Dial(const SocketAddress& to,
                                              const std::string& stream_id) {
  const SRTSOCKET socket = srt_create_socket();
  if (socket == SRT_INVALID_SOCK) return SrtFailure("socket");
  if (Tune(socket, options_) && SetText(socket, SRTO_STREAMID, stream_id) &&
      srt_connect(socket, to.get(), static_cast<int>(to.size)) != SRT_ERROR) {
    return socket;
  }
  const absl::Status failure = SrtFailure("call");
  srt_close(socket);
  return failure;
}

absl::StatusOr<int> SrtPort::Loop::Call(const SocketAddress& to, const std::string& stream_id) {
  if (counters.lines >= static_cast<int64_t>(options_.lines_max)) {
    return absl::ResourceExhaustedError("too many SRT lines");
  }
  NC_ASSIGN_OR_RETURN(const SRTSOCKET socket, Dial(to, stream_id));
  const auto pair = MakePair();
  if (!pair.ok()) {
    srt_close(socket);
    return pair.status();
  }
  ++counters.called;
  {
    absl::MutexLock lock(&mutex_);
    calls_.push_back(
        std::make_unique<SrtLine>(SrtLine::Way::kIn, socket, (*pair)[0], options_, &counters));
  }
  Wake();
  return (*pair)[1];
}

absl::Status ValidateSrtOptions(const SrtOptions& options) {
  const size_t size = options.passphrase.size();
  if (size != 0 && (size < 10 || size > 79)) {
    return absl::InvalidArgumentError("SRT passphrase: want 10 to 79 bytes");
  }
  if (options.latency_ms < 20 || options.latency_ms > 10'000) {
    return absl::InvalidArgumentError("SRT latency: want 20 to 10000 ms");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<SrtPort>> SrtPort::Start(const SrtOptions& options, Serve serve) {
  NC_RETURN_IF_ERROR(ValidateSrtOptions(options));
  auto loop = std::make_unique<Loop>(options, std::move(serve));
  NC_RETURN_IF_ERROR(loop->Open());
  return std::unique_ptr<SrtPort>(new SrtPort(std::move(loop)));
}

SrtPort::SrtPort(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}

SrtPort::~SrtPort() = default;

absl::StatusOr<int> SrtPort::Call(const SocketAddress& to, const std::string& stream_id) {
  return loop_->Call(to, stream_id);
}

uint16_t SrtPort::port() const { return loop_->port; }
const SrtCounters& SrtPort::counters() const { return loop_->counters; }

}  // namespace nearcast::srt
