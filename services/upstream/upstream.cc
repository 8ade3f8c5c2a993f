#include "services/upstream/upstream.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/status_macros.h"

namespace nearcast::upstream {
namespace {

// The longest sleep: refreshes that are due come at most so late.
constexpr absl::Duration kSleepMax = absl::Milliseconds(250);
constexpr size_t kDueAtOnce = 64;

}  // namespace

absl::StatusOr<std::unique_ptr<Upstream>> Upstream::Start(const UpstreamOptions& options,
                                                          const Clock* clock) {
  std::unique_ptr<Upstream> self(new Upstream(options, clock));
  Upstream* const upstream = self.get();
  NC_ASSIGN_OR_RETURN(
      self->lookups_,
      Lookups::Open(options.servers, options.in_flight_max,
                    [upstream](const Question& question, const Answer* answer, uint8_t scope) {
                      upstream->Settle(question, answer, scope);
                    }));
  self->wake_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->wake_fd_ < 0) return absl::ResourceExhaustedError("no descriptor left for upstream");
  self->thread_ = std::thread([upstream] { upstream->Run(); });
  return self;
}

Upstream::~Upstream() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  Wake();
  thread_.join();
  close(wake_fd_);
}

void Upstream::Wake() {
  const uint64_t one = 1;
  // Full is as good as written: the thread has not slept since.
  [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof(one));
}

Found Upstream::Find(absl::string_view name, RecordType type, const ipdb::IpPrefix& subnet) {
  absl::MutexLock lock(&mutex_);
  Found found = cache_.Find(name, type, subnet, clock_->Monotonic());
  switch (found.freshness) {
    case Freshness::kFresh:
      ++totals_.fresh;
      if (found.should_ask) {
        ++totals_.refreshes;
        Arrive({.questions = {{std::string(name), type, subnet}}});
      }
      break;
    case Freshness::kExpired:
      ++(found.should_ask ? totals_.missing : totals_.stale);
      break;
    case Freshness::kMissing:
      ++totals_.missing;
      break;
    case Freshness::kFailed:
      ++totals_.failed;
      break;
  }
  return found;
}

Found Upstream::FindAnyway(absl::string_view name, RecordType type, const ipdb::IpPrefix& subnet) {
  absl::MutexLock lock(&mutex_);
  Found found = cache_.Find(name, type, subnet, clock_->Monotonic());
  if (found.freshness == Freshness::kExpired) ++totals_.stale;
  if (found.freshness == Freshness::kFresh) ++totals_.fresh;
  if (found.answer == nullptr) ++totals_.failed;
  return found;
}

Found Upstream::Peek(absl::string_view name, RecordType type, const ipdb::IpPrefix& subnet) const {
  absl::MutexLock lock(&mutex_);
  return cache_.Peek(name, type, subnet, clock_->Monotonic());
}

void Upstream::Arrive(Arrival arrival) {
  if (arrivals_.empty()) Wake();
  arrivals_.push_back(std::move(arrival));
}

Admitted Upstream::Await(std::vector<Question> questions, absl::Duration patience,
                         std::function<void()> done) {
  absl::MutexLock lock(&mutex_);
  if (waiting_ >= options_.waits_max) {
    ++totals_.waits_refused;
    return Admitted::kNo;
  }
  ++waiting_;
  ++totals_.waits;
  Arrive({std::move(questions), clock_->Monotonic() + patience, std::move(done)});
  return Admitted::kYes;
}

UpstreamTotals Upstream::totals() const {
  absl::MutexLock lock(&mutex_);
  UpstreamTotals totals = totals_;
  totals.evicted = cache_.evicted();
  totals.entries = cache_.size();
  totals.in_flight = in_flight_;
  return totals;
}

void Upstream::Run() {
  while (!stopping_) {
    std::vector<Arrival> arrivals;
    {
      absl::MutexLock lock(&mutex_);
      arrivals.swap(arrivals_);
    }
    for (Arrival& arrival : arrivals) Admit(std::move(arrival));
    AskDue();
    EndWaits();
    in_flight_ = lookups_->in_flight();
    Poll();
  }
}

void Upstream::Admit(Arrival arrival) {
  if (arrival.done == nullptr) {
    for (const Question& question : arrival.questions) lookups_->Begin(question);
    return;
  }
  // Held open until all questions are sent: some fail at once.
  auto wait = std::make_shared<Wait>(Wait{.open = 1, .done = std::move(arrival.done)});
  wait->deadline_at = deadlines_.emplace(arrival.deadline, wait);
  for (const Question& question : arrival.questions) {
    if (Look(question) == Known::kSettled) continue;
    ++wait->open;
    waits_[question].push_back(wait);
    if (lookups_->Begin(question) == Lookups::Begun::kTooMany) Release(question);
  }
  if (--wait->open == 0) End(wait);
}

// What another asked for may have come meanwhile.
Upstream::Known Upstream::Look(const Question& question) {
  absl::MutexLock lock(&mutex_);
  const Found found =
      cache_.Find(question.name, question.type, question.subnet, clock_->Monotonic());
  const bool open = found.freshness == Freshness::kMissing ||
                    (found.freshness == Freshness::kExpired && found.should_ask);
  return open ? Known::kOpen : Known::kSettled;
}

void Upstream::AskDue() {
  std::vector<Question> due;
  {
    absl::MutexLock lock(&mutex_);
    due = cache_.TakeDue(clock_->Monotonic(), kDueAtOnce);
    totals_.refreshes += due.size();
  }
  for (const Question& question : due) lookups_->Begin(question);
}

void Upstream::Settle(const Question& question, const Answer* answer, uint8_t scope_bits) {
  {
    absl::MutexLock lock(&mutex_);
    const absl::Duration now = clock_->Monotonic();
    if (answer != nullptr) {
      cache_.Store(question, *answer, scope_bits, now);
    } else {
      cache_.StoreFailure(question, now);
    }
  }
  Release(question);
}

// One question less for all that wait for it.
void Upstream::Release(const Question& question) {
  const auto found = waits_.find(question);
  if (found == waits_.end()) return;
  const std::vector<std::shared_ptr<Wait>> released = std::move(found->second);
  waits_.erase(found);
  for (const std::shared_ptr<Wait>& wait : released) {
    if (--wait->open == 0 && wait->done != nullptr) End(wait);
  }
}

void Upstream::EndWaits() {
  const absl::Duration now = clock_->Monotonic();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    {
      absl::MutexLock lock(&mutex_);
      ++totals_.waits_over;
    }
    End(std::shared_ptr<Wait>(deadlines_.begin()->second));
  }
}

void Upstream::End(const std::shared_ptr<Wait>& wait) {
  deadlines_.erase(wait->deadline_at);
  {
    absl::MutexLock lock(&mutex_);
    --waiting_;
  }
  std::exchange(wait->done, nullptr)();
}

void Upstream::Poll() {
  std::vector<pollfd> fds = {{wake_fd_, POLLIN, 0}};
  lookups_->AddPollFds(&fds);
  absl::Duration sleep = lookups_->UntilTimeout(kSleepMax);
  if (!deadlines_.empty()) {
    sleep = std::min(sleep, deadlines_.begin()->first - clock_->Monotonic());
  }
  sleep = std::max(sleep, absl::ZeroDuration());
  const auto ms =
      static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(sleep, absl::Milliseconds(1))));
  poll(fds.data(), fds.size(), ms);
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t read_bytes = read(wake_fd_, &count, sizeof(count));
  lookups_->Process(std::span<const pollfd>(fds).subspan(1));
}

}  // namespace nearcast::upstream
