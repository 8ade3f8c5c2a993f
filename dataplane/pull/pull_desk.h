// PullDesk: back-to-source. Fetches a stream that somebody wants here and nobody publishes here:
// once per stream, however many viewers, from the first source that has it.
//
//   viewer ─▶ Fetch(stream) ─▶ SourceFinder::Find ─▶ source 1, 2, … ─▶ MediaIntake ─▶ its ring
//                     ▲                                   │ failed
//                     └──── back-off with jitter ◀────────┘
//
// A pull goes on while the stream has viewers and hold_ms after the last one left. A source that
// fails or falls silent is followed by the next at once; when all have failed, by a new question, for others than
// these, after a pause that doubles from retry_ms_min to retry_ms_max, with jitter, so that the
// edges of a dead origin do not come back all at once. When there are no others, those that failed
// are asked for again. A stream that this node is ordered to hold is fetched without viewers, asked
// for until somebody has it, and goes on as long as the order stands. When nobody has another stream
// its viewers are told so: at once if it never began, after not_found_ms if its source has ended it,
// after lost_ms if it broke off. What is pushed to this node ends the pull.
#ifndef DATAPLANE_PULL_PULL_DESK_H_
#define DATAPLANE_PULL_PULL_DESK_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/egress/play_desk.h"
#include "dataplane/egress/worker.h"
#include "dataplane/orders/order_list.h"
#include "dataplane/pull/pull_options.h"
#include "dataplane/pull/source_finder.h"
#include "dataplane/stream/hub.h"

namespace nearcast::srt {
class SrtPort;
}

namespace nearcast::pull {

class Pull;
struct PullLog;

// Streams, app/name.
using HoldList = orders::OrderList<std::string>;

// Thread rule: Fetch and counters from any thread; destroyed after the workers stopped.
class PullDesk : public egress::StreamFetcher {
 public:
  // `holds` may be null: no streams are held.
  PullDesk(const PullOptions& options, std::vector<egress::Worker*> workers, stream::Hub* hub,
           SourceFinder* finder, const HoldList* holds = nullptr);
  ~PullDesk() override;

  void Fetch(const std::shared_ptr<stream::Stream>& stream, const egress::FetchWish& wish) override;

  // By which sources with srt:// URLs are called; without it they fail. Before the first Fetch.
  void UseSrt(srt::SrtPort* srt) { srt_ = srt; }

  // Begins to fetch what is to be held and is not being fetched. Every half second or so.
  void FetchHeld();

  const PullCounters& counters() const { return counters_; }

 private:
  void Finish(const std::shared_ptr<stream::Stream>& stream);

  const PullOptions options_;
  const std::vector<egress::Worker*> workers_;
  stream::Hub* const hub_;
  SourceFinder* const finder_;
  const HoldList* const holds_;
  srt::SrtPort* srt_ = nullptr;
  PullCounters counters_;
  const std::unique_ptr<PullLog> log_;
  absl::Mutex mutex_;
  absl::flat_hash_map<const stream::Stream*, std::shared_ptr<Pull>> pulls_ ABSL_GUARDED_BY(mutex_);
  size_t next_worker_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace nearcast::pull

#endif  // DATAPLANE_PULL_PULL_DESK_H_
