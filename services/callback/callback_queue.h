// CallbackQueue: which event is sent when. The events of one stream go one after the other, in the
// order in which they happened; those of different streams do not wait for each other.
//
// What fails is tried again after 1, 2, 4 … 60 seconds, 12 times in all (about seven minutes), and
// then given up. Pure: time is passed in.
#ifndef SERVICES_CALLBACK_CALLBACK_QUEUE_H_
#define SERVICES_CALLBACK_CALLBACK_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "services/callback/callback_event.h"

namespace nearcast::callback {

inline constexpr int kTriesMax = 12;
inline constexpr absl::Duration kFirstPause = absl::Seconds(1);
inline constexpr absl::Duration kLongestPause = absl::Seconds(60);

struct CallbackTotals {
  uint64_t sent = 0;
  uint64_t retried = 0;   // tries that failed and were not the last
  uint64_t given_up = 0;  // after kTriesMax
  uint64_t refused = 0;   // the queue was full
};

// Thread rule: one owner.
class CallbackQueue {
 public:
  explicit CallbackQueue(size_t events_max) : events_max_(events_max) {}

  // Whether there was room.
  bool Push(CallbackEvent event, absl::Duration now);

  // An event that is due, and of whose stream none is on its way. Done must follow.
  std::optional<CallbackEvent> Take(absl::Duration now);

  // Whether the event is done with: delivered, or given up.
  bool Done(const std::string& stream, bool delivered, absl::Duration now);

  // When Take will have something again; InfiniteDuration when nothing waits.
  absl::Duration NextDue() const;

  size_t size() const { return events_; }
  const CallbackTotals& totals() const { return totals_; }

 private:
  struct Lane {
    std::deque<CallbackEvent> events;
    int tries = 0;  // of the first
  };

  void RemoveFirst(const std::string& stream, Lane& lane, absl::Duration now);

  const size_t events_max_;
  size_t events_ = 0;
  absl::flat_hash_map<std::string, Lane> lanes_;            // by stream; none is empty
  std::set<std::pair<absl::Duration, std::string>> ready_;  // lanes that nobody is sending from
  CallbackTotals totals_;
};

}  // namespace nearcast::callback

#endif  // SERVICES_CALLBACK_CALLBACK_QUEUE_H_
