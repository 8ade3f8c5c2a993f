// SrtSource: a stream of another relay over SRT (srt/srt_port.h).
//
//   srt://203.0.113.5:9000/live/show
#ifndef DATAPLANE_PULL_SRT_SOURCE_H_
#define DATAPLANE_PULL_SRT_SOURCE_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/socket_address.h"
#include "dataplane/media/link_record.h"
#include "dataplane/pull/frame_source.h"
#include "dataplane/pull/line_watch.h"
#include "dataplane/pull/silence_bound.h"
#include "dataplane/srt/srt_port.h"
#include "dataplane/srt/stream_id.h"

namespace nearcast::pull {

struct SrtUrl {
  std::string host;  // a name or an address, IPv6 without brackets
  std::string port;
  std::string authority;  // host and port as written
  std::string target;     // app/name, with signature and query where it is signed
};

// InvalidArgument says what is wrong.
absl::StatusOr<SrtUrl> ParseSrtUrl(absl::string_view url);

struct SrtSourceOptions {
  std::vector<std::string> via;
  int64_t gop_cache_ms = 2'000;
  int64_t resolve_ms_max = 2'000;
  int64_t answer_ms_max = 4'000;  // from the call to the first sign of life, latency included
  int64_t silence_ms_min = 500;
  int64_t stall_ms_max = 3'000;
};

// Thread rule: belongs to the thread of its executor.
class SrtSource : public FrameSource {
 public:
  // `port` may be null: then nothing can be called.
  SrtSource(boost::asio::any_io_executor executor, const SrtSourceOptions& options, SrtUrl url,
            srt::SrtPort* port);

  boost::asio::awaitable<absl::Status> Open() override;
  boost::asio::awaitable<absl::StatusOr<std::optional<SourceFrame>>> Read() override;
  uint64_t bytes_received() const override { return bytes_received_; }

 private:
  boost::asio::awaitable<absl::StatusOr<SocketAddress>> Resolve();
  absl::Status Call(const SocketAddress& address);
  boost::asio::awaitable<absl::Status> ReadSome();

  const SrtSourceOptions options_;
  const SrtUrl url_;
  srt::SrtPort* const port_;
  const boost::asio::any_io_executor executor_;
  boost::asio::local::stream_protocol::socket line_;
  std::optional<LineWatch> watch_;
  media::LinkReader records_;
  std::vector<char> buffer_;
  absl::string_view unread_;
  uint64_t bytes_received_ = 0;
};

}  // namespace nearcast::pull

#endif  // DATAPLANE_PULL_SRT_SOURCE_H_
