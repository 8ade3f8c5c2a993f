// HlsDesk: HLS at the edge: answers the HTTP requests of HLS clients.
//
//   GET /live/show.m3u8            waits for the stream (and has it fetched), opens a session, and
//                                  names its URL: nested playlist or 302
//   GET /live/show.m3u8?sid=…      the session's own playlist
//   GET /live/show.ts?sid=…&p=…    pieces of the shared buffer
//
// A session is a virtual connection (docs/hls.md): its URL names this node, so that all of it comes
// back here. The stream is the same that RTMP and HTTP-FLV viewers get: one pull for all.
#ifndef DATAPLANE_HLS_HLS_DESK_H_
#define DATAPLANE_HLS_HLS_DESK_H_

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/egress/http_route.h"
#include "dataplane/egress/play_desk.h"
#include "dataplane/egress/worker.h"
#include "dataplane/hls/channel.h"
#include "dataplane/hls/hls_request.h"
#include "dataplane/hls/session_id.h"
#include "dataplane/hls/session_table.h"

namespace nearcast::hls {

struct HlsOptions {
  SessionDefaults session;
  ChannelOptions channel;
  std::string base_url;       // of this node in session URLs, "http://10.1.2.3:8088"; empty:
                              // relative, for a node that stands alone behind its name
  bool bind_address = false;  // a session belongs to the IP address that opened it
  size_t sessions_max = 20'000;
  int64_t wait_ms = 10'000;  // for a stream to come and to have a first slice
};

struct HlsTotals {
  uint64_t sessions = 0;
  uint64_t sessions_opened = 0;
  uint64_t sessions_expired = 0;
  uint64_t sessions_refused = 0;
  uint64_t channels = 0;
  uint64_t waiting = 0;  // requests that wait for news of a stream
  uint64_t muxed_bytes = 0;
  uint64_t bytes_sent = 0;
  uint64_t playlists = 0;
  uint64_t slices = 0;
  uint64_t refused = 0;  // requests with an error for an answer
};

// Thread rule: Answer on a worker's thread, the rest from any; Stop before the workers are
// destroyed.
class HlsDesk : public egress::HttpRoute {
 public:
  HlsDesk(const HlsOptions& options, std::vector<egress::Worker*> workers, egress::PlayDesk* desk);
  ~HlsDesk() override;

  bool Owns(absl::string_view path) const override { return IsHlsPath(path); }
  boost::asio::awaitable<egress::RouteReply> Answer(egress::RouteRequest request,
                                                    egress::Worker* worker) override;
  std::vector<egress::ViewerStatus> Viewers(const std::string& stream, size_t limit) const override;
  void NoteSent(size_t bytes) override;

  // Every second or so: lets go of sessions and channels whose time is over.
  void Sweep(int64_t now_ms);

  // Lets go of everything.
  void Stop();

  HlsTotals totals() const;

 private:
  using Reply = absl::StatusOr<egress::RouteReply>;

  boost::asio::awaitable<Reply> Dispatch(const egress::RouteRequest& ask, egress::Worker* worker);
  boost::asio::awaitable<absl::StatusOr<admission::PlayTerms>> AskGate(
      const HlsRequest& request, const egress::RouteRequest& ask, egress::Worker* worker);
  boost::asio::awaitable<Reply> OpenSession(const HlsRequest& request,
                                            const egress::RouteRequest& ask,
                                            egress::Worker* worker);
  boost::asio::awaitable<Reply> SendPlaylist(const HlsRequest& request, Session* session,
                                             egress::Worker* worker);
  boost::asio::awaitable<Reply> SendSlice(const HlsRequest& request, Session* session,
                                          egress::Worker* worker);
  Reply SendInit(const HlsRequest& request, Session* session);
  absl::StatusOr<std::shared_ptr<Session>> FindSession(const HlsRequest& request,
                                                       const egress::RouteRequest& ask);
  Reply Introduce(const HlsRequest& request, const egress::RouteRequest& ask,
                  std::shared_ptr<Session> session);
  std::shared_ptr<Channel> ChannelOf(const std::shared_ptr<stream::Stream>& stream);
  SessionScope ScopeOf(const HlsRequest& request, const egress::RouteRequest& ask) const;

  const HlsOptions options_;
  const std::vector<egress::Worker*> workers_;
  egress::PlayDesk* const desk_;
  const SessionSigner signer_;
  SessionTable sessions_;
  mutable absl::Mutex mutex_;
  struct Held {
    std::shared_ptr<Channel> channel;
    int64_t used_ms = 0;
  };
  absl::flat_hash_map<const stream::Stream*, Held> channels_ ABSL_GUARDED_BY(mutex_);
  size_t next_worker_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t muxed_bytes_before_ ABSL_GUARDED_BY(mutex_) = 0;  // by channels that have gone
  std::atomic<uint64_t> bytes_sent_{0};
  std::atomic<uint64_t> playlists_{0};
  std::atomic<uint64_t> slices_{0};
  std::atomic<uint64_t> refused_{0};
};

}  // namespace nearcast::hls

#endif  // DATAPLANE_HLS_HLS_DESK_H_
