// SrtPort: the private link over SRT (libsrt 1.5, live mode): a relay listens, another calls it.
//
//   this node's worker ─▶ socket pair ─▶ SrtPort ═══ SRT ═══▶ SrtPort ─▶ socket pair ─▶ puller
//
// One thread with one SRT epoll carries every line, both ways; to the rest of the relay a line is a
// local socket with the link's bytes (media/link_record.h), exactly as over TCP. SRT gives up
// packets that come later than the latency; messages are numbered (message_order.h), so a line that
// has lost one is ended, counted, and taken up again by the puller with no frame missing. Without a
// passphrase lines are not encrypted; with one (AES-128), calls that do not know it are refused.
#ifndef DATAPLANE_SRT_SRT_PORT_H_
#define DATAPLANE_SRT_SRT_PORT_H_

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/socket_address.h"
#include "dataplane/srt/srt_options.h"
#include "dataplane/srt/stream_id.h"

namespace nearcast::srt {

// InvalidArgument says what is wrong with the passphrase or the latency.
absl::Status ValidateSrtOptions(const SrtOptions& options);

// Thread rule: any thread. One at a time per process uses libsrt's global state.
class SrtPort {
 public:
  // Somebody asks for a stream: `fd` is a connected local socket, non-blocking, to write the link
  // into; closing it ends the line when all has been sent. On the port's thread.
  using Serve = std::function<void(int fd, const StreamWish& wish, const std::string& peer)>;

  // Unavailable when the port cannot be had.
  static absl::StatusOr<std::unique_ptr<SrtPort>> Start(const SrtOptions& options, Serve serve);
  ~SrtPort();

  // Calls another relay. The result is a connected local socket, non-blocking, to read the link
  // from, which is closed when the line ends; when the call fails it holds one refusal. The caller
  // closes it. ResourceExhausted when there are too many lines.
  absl::StatusOr<int> Call(const SocketAddress& to, const std::string& stream_id);

  uint16_t port() const;
  const SrtCounters& counters() const;

 private:
  class Loop;
  explicit SrtPort(std::unique_ptr<Loop> loop);

  std::unique_ptr<Loop> loop_;
};

}  // namespace nearcast::srt

#endif  // DATAPLANE_SRT_SRT_PORT_H_
