// CallbackSender: tells changes of streams to the URLs that their publish points name.
#ifndef SERVICES_CALLBACK_CALLBACK_SENDER_H_
#define SERVICES_CALLBACK_CALLBACK_SENDER_H_

#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "services/callback/callback_event.h"
#include "services/callback/callback_queue.h"

namespace nearcast::callback {

struct CallbackSenderOptions {
  int threads = 4;
  size_t events_max = 100'000;

  // One try, name resolution and connection included.
  absl::Duration timeout = absl::Seconds(5);
};

// A 2xx status is a delivery; anything else is tried again (callback_queue.h). No redirects, no
// proxy. Thread rule: any thread may call Send and totals.
class CallbackSender {
 public:
  // Called from one of its threads with each event that is done with: delivered, or given up.
  using DoneWith = std::function<void(const CallbackEvent& event)>;

  // `clock` must outlive the sender.
  CallbackSender(
      const Clock* clock, const CallbackSenderOptions& options,
      DoneWith done_with = [](const CallbackEvent&) {});

  // Events that wait are left; those on their way get their time to arrive.
  ~CallbackSender();
  CallbackSender(const CallbackSender&) = delete;
  CallbackSender& operator=(const CallbackSender&) = delete;

  // Never blocks. Whether there was room: more than events_max that wait are refused and counted.
  bool Send(CallbackEvent event) ABSL_LOCKS_EXCLUDED(mutex_);

  CallbackTotals totals() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  const Clock* const clock_;
  const CallbackSenderOptions options_;
  const DoneWith done_with_;
  mutable absl::Mutex mutex_;
  absl::CondVar changed_;
  CallbackQueue queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace nearcast::callback

#endif  // SERVICES_CALLBACK_CALLBACK_SENDER_H_
