// RelayNode: one media node, put together: the hub, its serving threads, the RTMP and HTTP ports,
// back-to-source and the line to the control plane.
//
//   NC_ASSIGN_OR_RETURN(auto relay, RelayNode::Start(options));
//   …
//   relay->Stop();
#ifndef DATAPLANE_RELAY_NODE_H_
#define DATAPLANE_RELAY_NODE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dataplane/admission/gatekeeper.h"
#include "dataplane/egress/play_desk.h"
#include "dataplane/egress/viewer.h"
#include "dataplane/hls/hls_desk.h"
#include "dataplane/ingest/rtmp_server.h"
#include "dataplane/orders/stream_forward.h"
#include "dataplane/pull/pull_desk.h"
#include "dataplane/srt/srt_options.h"
#include "dataplane/stream/hub.h"

namespace nearcast {

struct RelayOptions {
  std::string node = "relay";
  std::string listen_ip = "127.0.0.1";
  std::string public_address;  // told to the control plane; empty = listen_ip
  uint16_t rtmp_port = 1935;   // 0 = any free one
  uint16_t http_port = 8088;   // likewise
  size_t threads = 1;
  int sendq_bytes = 128 << 10;  // unsent bytes in the kernel per viewer

  // Where streams come from that are not published here: the control plane's word, else the
  // origins, else nowhere.
  std::vector<std::string> controls;  // host:port
  std::vector<std::string> origins;   // http://host:port, srt://host:port
  double capacity_bits_per_s = 0;     // told to the control plane; 0 = not stated

  // Besides what control planes and local HTTP order.
  std::vector<std::string> holds;               // app/name: fetched and held without viewers
  std::vector<orders::StreamForward> forwards;  // pushed on while they are published here

  // By what URLs are signed (admission/url_keys.h). Empty = by what the control plane says.
  std::string url_keys_file;
  admission::GatekeeperOptions admission;
  int64_t admission_ms_max = 1'000;  // for the control plane to answer

  // Viewers that begin and end to play are told to the control plane.
  bool tells_plays = true;
  size_t plays_max = 20'000;  // kept until they are told

  // Whether nodes that listen with SRT are pulled from over it, by the control plane's word.
  bool pulls_by_srt = false;

  size_t rtmp_per_address_max = 512;
  egress::PlayDefaults play;
  egress::WriteLimits write;
  egress::PlayDeskOptions desk;
  hls::HlsOptions hls;

  // How clients of HLS get back to this node (hls.base_url): "http://host:port" or "https://host",
  // "relative", or empty for http:// with the public address and the HTTP port.
  std::string hls_base_url;
  ingest::RtmpServerOptions rtmp;
  stream::HubOptions hub;
  pull::PullOptions pull;

  // Relays are served over SRT when it has a port, and called when an origin is srt://, it has one,
  // or pulls_by_srt. listen_ip is the node's.
  srt::SrtOptions srt;
};

// Thread rule: Start and Stop from one thread; the rest from any.
class RelayNode {
 public:
  // Listens and serves. The error says which address or port could not be had.
  static absl::StatusOr<std::unique_ptr<RelayNode>> Start(const RelayOptions& options);
  ~RelayNode();  // stops

  // Closes every connection and ends every thread. Streams end without a goodbye.
  void Stop();

  // Reads the file of keys again; there must be one. An error leaves the old keys in use, and is
  // counted.
  absl::Status ReloadUrlKeys();

  uint16_t rtmp_port() const;
  uint16_t http_port() const;

 private:
  struct Parts;
  explicit RelayNode(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace nearcast

#endif  // DATAPLANE_RELAY_NODE_H_
