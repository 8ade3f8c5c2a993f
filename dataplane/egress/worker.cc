#include "dataplane/egress/worker.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "base/clock.h"

namespace nearcast::egress {
namespace {

namespace asio = boost::asio;
constexpr std::chrono::milliseconds kTick(100);

thread_local const Worker* gathers_posts = nullptr;  // the worker of this thread that does

}  // namespace

struct Worker::Watches {
  explicit Watches(asio::io_context& io) : poller(io), clock(io), work(io.get_executor()) {}

  asio::posix::stream_descriptor poller;
  asio::steady_timer clock;
  asio::executor_work_guard<asio::io_context::executor_type> work;
};

int64_t MonotonicMs() { return absl::ToInt64Milliseconds(Clock::System()->Monotonic()); }

std::chrono::steady_clock::time_point NextBeat(std::chrono::milliseconds period) {
  using std::chrono::steady_clock;
  const auto now = steady_clock::now().time_since_epoch();
  return steady_clock::time_point((now / period + 1) * period);
}

Worker::Worker(const WriteLimits& limits)
    : tools_{.loop = this,
             .batch = &batch_,
             .backlog = &backlog_,
             .counters = &counters_,
             .limits = limits},
      io_(std::make_unique<asio::io_context>(1)),
      watches_(std::make_unique<Watches>(*io_)) {
  watches_->poller.assign(poller_.fd());
  WatchPoller();
  WatchClock();
}

Worker::~Worker() {
  Stop();
  watches_->poller.release();
  watches_.reset();
  io_.reset();  // and with it the coroutines that still wait
}

void Worker::Start() {
  thread_ = std::thread([this] { io_->run(); });
}

void Worker::Stop() {
  io_->stop();
  if (thread_.joinable()) thread_.join();
  // From here on nothing may be posted: publishers may outlive this thread.
  for (const auto& [stream, fanout] : fanouts_) fanout->stream()->RemoveListener(fanout.get());
  fanouts_.clear();
}

void Worker::Post(std::function<void()> task) {
  if (gathers_posts == this) {
    posted_.push_back(std::move(task));
  } else {
    asio::post(*io_, std::move(task));
  }
}

void Worker::RunWithPosts(const std::function<void()>& task) {
  gathers_posts = this;
  task();
  gathers_posts = nullptr;
  for (const auto& posted : std::exchange(posted_, {})) posted();
}

void Worker::PostAfter(int64_t ms, std::function<void()> task) {
  auto timer = std::make_shared<asio::steady_timer>(*io_, std::chrono::milliseconds(ms));
  timer->async_wait([timer, task = std::move(task)](const boost::system::error_code& error) {
    if (!error) task();
  });
}

int64_t Worker::NowMs() const { return MonotonicMs(); }

void Worker::Play(const std::shared_ptr<stream::Stream>& stream, std::unique_ptr<Viewer> viewer) {
  std::shared_ptr<Fanout>& fanout = fanouts_[stream.get()];
  if (fanout == nullptr) {
    fanout = std::make_shared<Fanout>(stream, tools_);
    stream->AddListener(fanout);
  }
  Viewer* watched = viewer.get();
  fanout->Add(std::move(viewer));
  // A viewer that was refused at once has left its fanout already; it is watched all the same until
  // it is buried.
  if (!poller_.Watch(watched).ok() && watched->fanout != nullptr) fanout->OnReadable(watched);
}

std::vector<ViewerStatus> Worker::Viewers(const std::string& stream, size_t limit) const {
  std::vector<ViewerStatus> viewers;
  for (const auto& [played, fanout] : fanouts_) {
    if (stream.empty() || played->name() == stream) fanout->AppendViewers(limit, &viewers);
  }
  return viewers;
}

void Worker::WatchPoller() {
  watches_->poller.async_wait(asio::posix::stream_descriptor::wait_read,
                              [this](const boost::system::error_code& error) {
                                if (error) return;
                                poller_.Dispatch();
                                Bury();
                                WatchPoller();
                              });
}

void Worker::Bury() {
  const uint64_t left = counters_.viewers_left.Get();
  if (std::exchange(buried_, left) == left) return;
  for (const auto& [stream, fanout] : fanouts_) fanout->Bury();
}

void Worker::WatchClock() {
  watches_->clock.expires_at(NextBeat(kTick));
  watches_->clock.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    Tick();
    WatchClock();
  });
}

void Worker::Tick() {
  for (auto it = fanouts_.begin(); it != fanouts_.end();) {
    Fanout& fanout = *it->second;
    fanout.Tick();
    fanout.Bury();
    if (fanout.viewers() == 0) {
      fanout.stream()->RemoveListener(&fanout);
      fanouts_.erase(it++);
    } else {
      ++it;
    }
  }
}

}  // namespace nearcast::egress
