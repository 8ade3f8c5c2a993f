// Forward: one stream being pushed to one RTMP server; see forward_desk.h for the rules.
#ifndef DATAPLANE_FORWARD_FORWARD_H_
#define DATAPLANE_FORWARD_FORWARD_H_

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/egress/forward_status.h"
#include "dataplane/egress/worker.h"
#include "dataplane/forward/forward_options.h"
#include "dataplane/media/rtmp_client_session.h"
#include "dataplane/orders/rtmp_url.h"
#include "dataplane/orders/stream_forward.h"
#include "dataplane/stream/stream.h"

namespace nearcast::forward {

// Thread rule: any thread.
class Forward : public std::enable_shared_from_this<Forward> {
 public:
  Forward(const ForwardOptions& options, const orders::StreamForward& order, orders::RtmpUrl url,
          ForwardCounters* counters, ForwardLog* log);
  ~Forward();

  // Neither connecting nor sending, and not in a pause after a failure.
  bool IsDue(int64_t now_ms) const;

  // Why it does not begin, for people.
  void Explain(absl::string_view why);

  // Connects on `worker` and sends `stream`, whose publisher has come through `via`.
  void Begin(egress::Worker* worker, std::shared_ptr<stream::Stream> stream, std::string via);

  // Cuts the line off when its other end has taken nothing for too long; call it now and then.
  // (TCP_USER_TIMEOUT also ends lines of slow readers, whose window opens only a little at a time.)
  void CutIfDead(int64_t now_ms);

  // Nobody orders it any more: the server is told so behind the frame that is on its way.
  void Cancel();

  egress::ForwardStatus Status(int64_t now_ms) const;

 private:
  enum class State : uint8_t { kWaiting, kConnecting, kSending };

  static boost::asio::awaitable<void> Run(std::shared_ptr<Forward> self, egress::Worker* worker,
                                          std::shared_ptr<stream::Stream> stream, std::string via);
  boost::asio::awaitable<absl::Status> Connect(boost::beast::tcp_stream* line,
                                               media::RtmpClientSession* session);
  void Send(egress::Worker* worker, const std::shared_ptr<stream::Stream>& stream,
            boost::beast::tcp_stream* line, std::unique_ptr<media::RtmpClientSession> session);
  absl::Status BeginSending(int fd);
  void End(const absl::Status& reason);
  bool IsCancelled() const;
  media::RtmpTarget Target(const std::string& via) const;

  const ForwardOptions options_;
  const orders::StreamForward order_;
  const orders::RtmpUrl url_;
  ForwardCounters* const counters_;
  ForwardLog* const log_;
  mutable absl::Mutex mutex_;
  std::mt19937_64 random_ ABSL_GUARDED_BY(mutex_);
  State state_ ABSL_GUARDED_BY(mutex_) = State::kWaiting;
  std::string error_ ABSL_GUARDED_BY(mutex_);
  uint64_t attempts_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t due_ms_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t pause_ms_ ABSL_GUARDED_BY(mutex_);
  int64_t sending_since_ms_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t acknowledged_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t taken_ms_ ABSL_GUARDED_BY(mutex_) = 0;  // when the other end last took something
  int line_fd_ ABSL_GUARDED_BY(mutex_) = -1;      // a duplicate, to cut the line off with
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace nearcast::forward

#endif  // DATAPLANE_FORWARD_FORWARD_H_
