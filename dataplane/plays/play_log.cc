#include "dataplane/plays/play_log.h"

#include <algorithm>
#include <iterator>
#include <random>
#include <utility>

#include "absl/strings/str_format.h"

namespace nearcast::plays {
namespace {

std::string Text(absl::string_view view) { return std::string(view.data(), view.size()); }

uint64_t Random() {
  std::random_device random;
  return uint64_t{random()} << 32 | random();
}

// "192.0.2.1:5000" and "[2001:db8::1]:5000" without port; what has none stays.
absl::string_view WithoutPort(absl::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == absl::string_view::npos) return address;
  const bool bracketed = !address.empty() && address.front() == '[';
  if (bracketed) return address.substr(1, address.find(']') - 1);
  return address.find(':') == colon ? address.substr(0, colon) : address;
}

}  // namespace

absl::string_view PlayEndName(PlayEnd end) {
  switch (end) {
    case PlayEnd::kLeft:
      return "left";
    case PlayEnd::kStreamEnded:
      return "stream-ended";
    case PlayEnd::kTooSlow:
      return "too-slow";
    case PlayEnd::kExpired:
      return "expired";
    case PlayEnd::kNodeStopped:
      return "node-stopped";
  }
  return "unknown";
}

PlayTicket::PlayTicket(PlayLog* log, std::string session, absl::string_view stream,
                       absl::string_view format, absl::string_view address)
    : log_(log),
      session_(std::move(session)),
      stream_(Text(stream)),
      format_(format),
      address_(Text(address)) {}

PlayEvent PlayTicket::Event() const {
  return {.session = session_,
          .stream = stream_,
          .format = format_,
          .address = address_,
          .time_ms = absl::ToUnixMillis(log_->clock_->Now())};
}

void PlayTicket::Begin() {
  if (begun_at_ != -absl::InfiniteDuration()) return;
  begun_at_ = log_->clock_->Monotonic();
  log_->begun_.fetch_add(1, std::memory_order_relaxed);
  log_->Add(Event());
}

void PlayTicket::End(PlayEnd end, const Played& played) {
  if (begun_at_ == -absl::InfiniteDuration() || ended_) return;
  ended_ = true;
  PlayEvent event = Event();
  event.ended = true;
  event.played = played;
  event.duration_ms = absl::ToInt64Milliseconds(log_->clock_->Monotonic() - begun_at_);
  event.end = log_->stopping_.load(std::memory_order_relaxed) ? PlayEnd::kNodeStopped : end;
  log_->ended_.fetch_add(1, std::memory_order_relaxed);
  log_->Add(std::move(event));
}

PlayLog::PlayLog(const Clock* clock, size_t events_max)
    : clock_(clock), events_max_(events_max), sessions_of_(Random()) {}

std::unique_ptr<PlayTicket> PlayLog::Open(absl::string_view stream, absl::string_view format,
                                          absl::string_view address) {
  const uint64_t number = next_session_.fetch_add(1, std::memory_order_relaxed);
  return std::make_unique<PlayTicket>(this, absl::StrFormat("%016x-%x", sessions_of_, number),
                                      stream, format, WithoutPort(address));
}

void PlayLog::Add(PlayEvent event) {
  absl::MutexLock lock(&mutex_);
  if (events_.size() < events_max_) {
    events_.push_back(std::move(event));
  } else {
    AddLeftOut(1);
  }
}

std::vector<PlayEvent> PlayLog::Take(size_t count_max) {
  absl::MutexLock lock(&mutex_);
  const auto end = events_.begin() + static_cast<ptrdiff_t>(std::min(count_max, events_.size()));
  std::vector<PlayEvent> taken(std::make_move_iterator(events_.begin()),
                               std::make_move_iterator(end));
  events_.erase(events_.begin(), end);
  return taken;
}

PlayCounts PlayLog::counts() const {
  return {.begun = begun_.load(std::memory_order_relaxed),
          .ended = ended_.load(std::memory_order_relaxed),
          .left_out = left_out_.load(std::memory_order_relaxed)};
}

}  // namespace nearcast::plays
