#include "dataplane/node_agent/play_line.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <memory>
#include <random>
#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "dataplane/node_agent/node_report.h"
#include "spdlog/spdlog.h"

namespace nearcast::node_agent {
namespace {

constexpr int64_t kFirstPauseMs = 500;

// An older control plane says so; that is an answer too.
constexpr grpc::StatusCode kUnknown = grpc::StatusCode::UNIMPLEMENTED;

uint32_t ToMs(int64_t ms) { return static_cast<uint32_t>(std::clamp<int64_t>(ms, 0, UINT32_MAX)); }

void Write(const plays::PlayEvent& event, v1::PlayEvent* out) {
  StreamName name = SplitStreamName(event.stream);
  out->set_session(event.session);
  out->set_app(std::move(name.app));
  out->set_stream(std::move(name.stream));
  out->set_format(event.format.data(), event.format.size());
  out->set_address(event.address);
  out->set_time_ms(event.time_ms);
  if (!event.ended) return;
  out->set_ended(true);
  const plays::Played& played = event.played;
  out->set_bytes(played.bytes);
  out->set_duration_ms(static_cast<uint64_t>(std::max<int64_t>(0, event.duration_ms)));
  const absl::string_view reason = plays::PlayEndName(event.end);
  out->set_reason(reason.data(), reason.size());
  v1::StreamStats::Drops* drops = out->mutable_drops();
  drops->set_tail(played.drops.tail);
  drops->set_unreferred(played.drops.unreferred);
  drops->set_rest(played.drops.rest);
  drops->set_jumped(played.drops.jumped);
  drops->set_undecodable(played.drops.undecodable);
  out->set_jumps(played.jumps);
  out->set_delay_ms_mean(ToMs(played.delay_ms_mean));
  out->set_delay_ms_max(ToMs(played.delay_ms_max));
}

}  // namespace

PlayLine::PlayLine(const PlayLineOptions& options, plays::PlayLog* log)
    : options_(options), log_(log), line_(ConnectReplicas(options.controls)) {}

PlayLine::~PlayLine() { Stop(); }

void PlayLine::Start() {
  thread_ = std::thread([this] { Run(); });
}

void PlayLine::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

// False when the line stops meanwhile.
bool PlayLine::Sleep(int64_t ms) {
  absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&stopped_), absl::Milliseconds(ms));
}

void PlayLine::Run() {
  std::minstd_rand random{std::random_device()()};
  v1::TellPlaysRequest batch;
  int64_t pause_ms = kFirstPauseMs;
  bool goes_on = true;
  while (goes_on) {
    if (batch.events().empty()) batch = BuildBatch(log_->Take(options_.batch_max));
    if (batch.events().empty()) {
      goes_on = Sleep(options_.gather_ms);
      continue;
    }
    if (Tell(batch, options_.answer_ms_max) == Outcome::kNobody) {
      goes_on = Sleep(pause_ms + static_cast<int64_t>(random() % static_cast<uint64_t>(pause_ms)));
      pause_ms = std::min(pause_ms * 2, options_.pause_ms_max);
      continue;
    }
    const bool full = batch.events_size() == static_cast<int>(options_.batch_max);
    batch.Clear();
    pause_ms = kFirstPauseMs;
    goes_on = Sleep(full ? 0 : options_.gather_ms);
  }
  TellRest(std::move(batch));
}

void PlayLine::TellRest(v1::TellPlaysRequest batch) {
  const auto now = [] { return absl::Now(); };
  const absl::Time deadline = now() + absl::Milliseconds(options_.goodbye_ms_max);
  while (true) {
    if (batch.events().empty()) batch = BuildBatch(log_->Take(options_.batch_max));
    const int64_t left_ms = absl::ToInt64Milliseconds(deadline - now());
    if (batch.events().empty() || left_ms <= 0) return;
    if (Tell(batch, left_ms) == Outcome::kNobody) return;
    batch.Clear();
  }
}

v1::TellPlaysRequest PlayLine::BuildBatch(std::vector<plays::PlayEvent> events) {
  v1::TellPlaysRequest batch;
  if (events.empty()) return batch;
  batch.set_node(options_.node);
  batch.set_instance_id(options_.instance_id);
  batch.set_sequence(++sequence_);
  batch.set_left_out(log_->counts().left_out);
  for (const plays::PlayEvent& event : events) Write(event, batch.add_events());
  return batch;
}

PlayLine::Outcome PlayLine::Tell(const v1::TellPlaysRequest& batch, int64_t answer_ms) {
  absl::Notification answered;
  grpc::Status answer;
  line_.Ask<v1::TellPlaysRequest, v1::TellPlaysResponse>(
      &ReplicaLine::Methods::TellPlays, batch,
      {kUnknown, std::max<int64_t>(1, answer_ms / 2), answer_ms},
      [&](const grpc::Status& status, const v1::TellPlaysResponse&) {
        answer = status;
        answered.Notify();
      });
  answered.WaitForNotification();
  const uint64_t events = static_cast<uint64_t>(batch.events_size());
  if (answer.ok()) {
    told_.fetch_add(events, std::memory_order_relaxed);
    return Outcome::kTold;
  }
  if (answer.error_code() == kUnknown) {
    log_->AddLeftOut(events);
    return Outcome::kUnknown;
  }
  spdlog::debug("plays not told: {}", answer.error_message());
  return Outcome::kNobody;
}

}  // namespace nearcast::node_agent
