// Pull: one stream being fetched from elsewhere; see pull_desk.h for the rules.
#ifndef DATAPLANE_PULL_PULL_H_
#define DATAPLANE_PULL_PULL_H_

#include <algorithm>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/limited_log.h"
#include "dataplane/egress/play_desk.h"
#include "dataplane/egress/worker.h"
#include "dataplane/ingest/media_intake.h"
#include "dataplane/orders/order_list.h"
#include "dataplane/pull/frame_source.h"
#include "dataplane/pull/patience.h"
#include "dataplane/pull/pull_options.h"
#include "dataplane/pull/resume_point.h"
#include "dataplane/pull/source_finder.h"
#include "dataplane/stream/hub.h"

namespace nearcast::srt {
class SrtPort;
}

namespace nearcast::pull {

// The lines of all pulls of a node, by kind: viewers ask for streams as they like.
struct PullLog {
  LimitedLog not_found;  // nowhere to fetch a stream from
  LimitedLog over;       // fetched from a source, or not, and why it is over
  LimitedLog begun;
  LimitedLog resumed;
  LimitedLog missed;  // frames
};

// What a pull works with; all of it outlives the pull.
struct PullTools {
  const PullOptions* options = nullptr;
  egress::Worker* worker = nullptr;
  stream::Hub* hub = nullptr;
  SourceFinder* finder = nullptr;
  const orders::OrderList<std::string>* holds = nullptr;  // may be null
  srt::SrtPort* srt = nullptr;                            // may be null
  PullCounters* counters = nullptr;
  PullLog* log = nullptr;
  std::function<void(const std::shared_ptr<stream::Stream>&)> finish;  // called last
};

// Thread rule: belongs to one worker.
class Pull : public std::enable_shared_from_this<Pull> {
 public:
  Pull(PullTools tools, std::shared_ptr<stream::Stream> stream, const egress::FetchWish& wish);

  // Somebody else waits for the stream. Any thread, one at a time.
  void Wish(int64_t gop_cache_ms) {
    wished_cache_ms_ = std::max<int64_t>(wished_cache_ms_, gop_cache_ms);
  }
  int64_t wished_cache_ms() const { return wished_cache_ms_; }

  // Runs until the stream is not wanted, not to be had, or published here.
  void Start();

 private:
  enum class Round : uint8_t { kOver, kTryAgain };

  struct Asked {
    explicit Asked(boost::asio::io_context& io)
        : answered(io, boost::asio::steady_timer::time_point::max()) {}
    absl::StatusOr<Sources> sources;
    boost::asio::steady_timer answered;  // cancelled when `sources` is there
  };

  static boost::asio::awaitable<void> Run(std::shared_ptr<Pull> self);
  boost::asio::awaitable<Round> TryAll();
  boost::asio::awaitable<absl::StatusOr<Sources>> FindSources();
  std::shared_ptr<Asked> AskFinder();
  absl::StatusOr<std::unique_ptr<FrameSource>> MakeConnection(const Source& source) const;
  boost::asio::awaitable<absl::Status> PullFrom(const Source& source);
  boost::asio::awaitable<absl::Status> Relay(FrameSource* connection, const Source& source);
  boost::asio::awaitable<void> Pause();
  absl::Status Begin(const Source& source, stream::PublisherIdentity identity);
  absl::Status Take(const Source& source, SourceFrame frame);
  absl::Status TakePlain(const Source& source, SourceFrame frame);
  absl::Status TakeNumbered(const Source& source, const SourceFrame& frame);
  int64_t CacheMsToAsk() const;
  absl::StatusOr<std::unique_ptr<FrameSource>> MakeSrtConnection(const Source& source) const;
  void NoteFailure(const Source& source, const absl::Status& status);
  void ForgetFailures();
  Round DecideAfterRound();
  bool Wanted();
  bool Held() const;

  const PullTools tools_;
  const std::shared_ptr<stream::Stream> stream_;
  const std::vector<std::string> via_;
  std::atomic<int64_t> wished_cache_ms_;  // the most that anybody who waits for it has asked for
  std::unique_ptr<ingest::MediaIntake> intake_;
  NumberedResume numbered_;
  ResumePoint resume_;
  std::optional<SourceFrame> metadata_;     // of a source that has sent nothing else yet
  std::vector<std::string> exclude_nodes_;  // failed since a source last sent something
  Patience patience_;
  int64_t last_viewer_ms_;
  int64_t newest_dts_ms_ = 0;  // of numbered frames taken, on their timeline
  int64_t begun_ms_ = 0;       // when the present source's first frame came
  bool broke_off_ = false;     // a source that had gone well: the next round is due at once
};

}  // namespace nearcast::pull

#endif  // DATAPLANE_PULL_PULL_H_
