// RtmpServer: a relay's RTMP port: publishers come to stay, players are passed on to the PlayDesk.
// Source: Adobe RTMP Specification 1.0, 5.2 (handshake), 7.2.1 (connect, createStream), 7.2.2.1
// (play), 7.2.2.3 (deleteStream), 7.2.2.6 (publish).
//
// A connection has request_ms_max to get from its first byte to publish or play, whatever it sends
// meanwhile; a publisher that then says nothing for idle_ms_max is closed. Connections per address
// and per worker are bounded. An error in one connection ends that connection and is counted; one
// line of log says why.
#ifndef DATAPLANE_INGEST_RTMP_SERVER_H_
#define DATAPLANE_INGEST_RTMP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/counter.h"
#include "dataplane/egress/play_desk.h"
#include "dataplane/egress/play_request.h"
#include "dataplane/egress/worker.h"
#include "dataplane/ingest/connection_limiter.h"
#include "dataplane/ingest/publish_desk.h"

namespace nearcast::ingest {

struct RtmpServerOptions {
  std::string node;  // a stream that has come through it before is refused; empty = none is
  egress::PlayDefaults play;
  int64_t request_ms_max = 10'000;
  int64_t idle_ms_max = 30'000;
  // 0 = what a publisher sends is read as it comes; else so often, and its frames come that late:
  // most of what one stream costs is being woken for each of its frames.
  int64_t merge_read_ms = 0;
  size_t connections_max = 4'096;  // per worker, players not counted once they play
};

// Of one worker. connections = refused + those that ended well + those that are open.
struct IngestCounters {
  Counter connections;
  Counter refused;  // ended for an error: handshake, chunk, limit, deadline, name taken
  Counter bytes_received;
  Counter publishes;
};

// What the servers of all workers share.
struct RtmpServices {
  PublishDesk* publish = nullptr;
  egress::PlayDesk* play = nullptr;
  ConnectionLimiter* limiter = nullptr;
};

// Serves on one worker. Thread rule: made before the worker starts, destroyed after it stopped;
// counters from any thread.
class RtmpServer {
 public:
  // Takes `listen_fd`.
  RtmpServer(const RtmpServerOptions& options, egress::Worker* worker, const RtmpServices& services,
             int listen_fd);
  ~RtmpServer();

  const IngestCounters& counters() const;

  // TcpAcceptor::failed of its port. Any thread.
  uint64_t accepts_failed() const;

 private:
  class Connections;
  std::unique_ptr<Connections> connections_;
};

}  // namespace nearcast::ingest

#endif  // DATAPLANE_INGEST_RTMP_SERVER_H_
