// Upstream: what names that are not ours stand for, asked of recursive (or authoritative) servers,
// remembered, and remembered longer when those are gone.
//
//   Found found = upstream->Find("live.vendor.example", RecordType::kA, subnet);
//   if (found.freshness == Freshness::kMissing) {
//     upstream->Await({question}, upstream->options().answer_patience, [] { /* Find again */ });
//   }
//
// Find takes a short lock and never waits. What it misses is asked for by Await, on a thread of its
// own; questions that many wait for are sent once. Answers that are asked for are asked again ahead
// of their expiry (answer_cache.h), so clients of a living upstream hardly ever wait.
//
// Thread rule: any thread may call anything; `done` is called on the upstream's own thread and must
// not block. Everything is bounded: answers, questions in flight, requests that wait.
#ifndef SERVICES_UPSTREAM_UPSTREAM_H_
#define SERVICES_UPSTREAM_UPSTREAM_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "services/upstream/answer_cache.h"
#include "services/upstream/ares_channel.h"
#include "services/upstream/lookups.h"
#include "services/upstream/question.h"

namespace nearcast::upstream {

struct UpstreamOptions {
  ServerOptions servers;
  CacheOptions cache;
  size_t in_flight_max = 1024;
  size_t waits_max = 16384;

  // How long a client waits: for an answer where there is none, within the 2 to 5 s that SDKs allow;
  // and for a better one than one that has expired (RFC 8767 §5, client response timer).
  absl::Duration answer_patience = absl::Seconds(3);
  absl::Duration stale_patience = absl::Milliseconds(1800);
};

// Whether one more request may wait.
enum class Admitted : uint8_t { kYes, kNo };

// The algebra: finds = fresh + stale + missing + failed. An expired answer counts as stale when it
// is found within `recheck` of a failure, or by FindAnyway.
struct UpstreamTotals {
  uint64_t fresh = 0;
  uint64_t stale = 0;
  uint64_t missing = 0;
  uint64_t failed = 0;
  uint64_t refreshes = 0;      // asked ahead of expiry
  uint64_t waits = 0;          // requests that waited
  uint64_t waits_refused = 0;  // by waits_max
  uint64_t waits_over = 0;     // by their patience
  uint64_t evicted = 0;        // answers, by entries_max
  uint64_t entries = 0;        // now
  uint64_t in_flight = 0;      // now
};

class Upstream {
 public:
  // kInvalidArgument for servers that cannot be read.
  static absl::StatusOr<std::unique_ptr<Upstream>> Start(const UpstreamOptions& options,
                                                         const Clock* clock);
  // Those that still wait are not called any more.
  ~Upstream();
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  const UpstreamOptions& options() const { return options_; }

  // As AnswerCache::Find. kMissing, and kExpired with should_ask, are for Await; kFresh is asked
  // again by itself.
  Found Find(absl::string_view name, RecordType type, const ipdb::IpPrefix& subnet);

  // After the wait: kMissing, or what there is.
  Found FindAnyway(absl::string_view name, RecordType type, const ipdb::IpPrefix& subnet);

  // What is remembered, for explanations: as AnswerCache::Peek, counted nowhere.
  Found Peek(absl::string_view name, RecordType type, const ipdb::IpPrefix& subnet) const;

  // Calls `done` once, on the upstream's own thread: when each question has been answered or has
  // failed, or after `patience`. Never when too many wait already.
  Admitted Await(std::vector<Question> questions, absl::Duration patience,
                 std::function<void()> done);

  UpstreamTotals totals() const;
  const LookupCounters& lookups() const { return lookups_->counters(); }

 private:
  struct Wait {
    size_t open = 0;             // questions
    std::function<void()> done;  // null once it has been called
    std::multimap<absl::Duration, std::shared_ptr<Wait>>::iterator deadline_at;
  };
  struct Arrival {
    std::vector<Question> questions;
    absl::Duration deadline;
    std::function<void()> done;  // null: nobody waits
  };

  Upstream(const UpstreamOptions& options, const Clock* clock)
      : options_(options), clock_(clock), cache_(options.cache) {}

  void Wake();
  void Arrive(Arrival arrival) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // The thread.
  void Run();
  void Admit(Arrival arrival);
  enum class Known { kSettled, kOpen };
  Known Look(const Question& question);
  void AskDue();
  void Settle(const Question& question, const Answer* answer, uint8_t scope_bits);
  void Release(const Question& question);
  void EndWaits();
  void End(const std::shared_ptr<Wait>& wait);
  void Poll();

  const UpstreamOptions options_;
  const Clock* const clock_;

  mutable absl::Mutex mutex_;
  AnswerCache cache_ ABSL_GUARDED_BY(mutex_);
  UpstreamTotals totals_ ABSL_GUARDED_BY(mutex_);
  std::vector<Arrival> arrivals_ ABSL_GUARDED_BY(mutex_);
  size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;

  // The thread's.
  std::unique_ptr<Lookups> lookups_;
  absl::flat_hash_map<Question, std::vector<std::shared_ptr<Wait>>> waits_;
  std::multimap<absl::Duration, std::shared_ptr<Wait>> deadlines_;

  int wake_fd_ = -1;
  std::atomic<bool> stopping_{false};
  std::atomic<size_t> in_flight_{0};
  std::thread thread_;
};

}  // namespace nearcast::upstream

#endif  // SERVICES_UPSTREAM_UPSTREAM_H_
