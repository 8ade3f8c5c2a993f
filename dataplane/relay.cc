// nearcast-relay: one media node.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "base/descriptors.h"
#include "base/list_flags.h"
#include "base/status_macros.h"
#include "dataplane/egress/play_request.h"
#include "dataplane/orders/order_page.h"
#include "dataplane/pull/http_url.h"
#include "dataplane/pull/srt_source.h"
#include "dataplane/relay_node.h"
#include "dataplane/srt/srt_port.h"
#include "spdlog/spdlog.h"

ABSL_FLAG(std::string, node, "",
          "this node's name in the control plane; the host's name by default");
ABSL_FLAG(std::string, listen_ip, "127.0.0.11", "IP address to listen on");
ABSL_FLAG(
    std::string, public_address, "",
    "address that viewers reach this node by, told to the control plane; --listen_ip by default");
ABSL_FLAG(uint16_t, rtmp_port, 1935, "RTMP port, publish and play; 0 = any free one");
ABSL_FLAG(uint16_t, http_port, 8088,
          "HTTP port: HTTP-FLV, HLS, /metrics, /healthz, /api/streams; 0 = any");
ABSL_FLAG(std::vector<std::string>, control, {},
          "host:port of the control plane's gRPC port, one per replica, separated by commas; "
          "empty = stand-alone");
ABSL_FLAG(
    std::vector<std::string>, origin, {},
    "http://host:port or srt://host:port of relays to pull streams from that are not published "
    "here, in order, separated by commas; used without --control; http://host:port#address "
    "asks that address for what the host has");
ABSL_FLAG(double, capacity_mbps, 0,
          "megabits/s that this node may send, told to the control plane");
ABSL_FLAG(uint32_t, threads, 0, "serving threads; 0 = one per processor");
ABSL_FLAG(int64_t, gop_cache_ms, 2000,
          "how much media a viewer gets at its start, lower limit; ?gop_cache_ms= overrides it");
ABSL_FLAG(int64_t, merge_write_ms, 0,
          "how long frames are gathered before they are sent: 0 = each at once, 350 = least work; "
          "?merge_write_ms= overrides it");
ABSL_FLAG(
    int64_t, merge_read_ms, 0,
    "how long what publishers send over RTMP is gathered before it is read: 0 = not at all; 50 "
    "goes with --merge_write_ms=350");
ABSL_FLAG(std::string, play, "",
          "how viewers play whose URL does not say, written as in a URL: "
          "gop_cache_policy=upper&queue=latency&protected_period=3000");
ABSL_FLAG(int64_t, gop_keep_ms, 10000, "the largest gop_cache_ms that is always met");
ABSL_FLAG(int64_t, ring_ms_max, 60000, "media held per stream at most, by time");
ABSL_FLAG(uint32_t, ring_frames_max, 8192, "media held per stream at most, by frames");
ABSL_FLAG(uint32_t, ring_mb_max, 32, "media held per stream at most, by megabytes");
ABSL_FLAG(uint32_t, media_mb_max, 0,
          "media held in all, by rings and HLS buffers, by megabytes; near it new streams are "
          "refused; 0 = half of the machine's memory");
ABSL_FLAG(uint32_t, streams_max, 10000, "streams published or pulled here at most");
ABSL_FLAG(uint32_t, waiting_streams_max, 2000,
          "streams that viewers wait for and nobody has brought here yet, at most");
ABSL_FLAG(uint32_t, viewers_max, 20000, "viewers on this node at most");
ABSL_FLAG(
    int64_t, viewer_lag_ms_max, 10000,
    "a viewer that is further behind gets keyframes and sound alone; 0 = no limit but the ring");
ABSL_FLAG(int64_t, play_wait_ms, 5000, "how long a viewer waits for a stream to be fetched");
ABSL_FLAG(int64_t, reconnect_grace_ms, 10000, "how long a lost publisher's viewers are kept");
ABSL_FLAG(int64_t, takeover_silence_ms, 3000,
          "a second publisher is let in when the first has been silent this long");
ABSL_FLAG(int64_t, pull_hold_ms, 10000,
          "how long a pull goes on after the last viewer has left; -1 = until the stream ends");
ABSL_FLAG(bool, pull_by_srt, false,
          "pull over SRT from nodes that the control plane knows to listen with it, else by HTTP");
ABSL_FLAG(uint16_t, srt_port, 0,
          "UDP port to serve other relays on over SRT, and to let this node call srt:// sources; "
          "0 = none");
ABSL_FLAG(int64_t, srt_latency_ms, 120,
          "SRT: how long a lost packet is waited for, 20 to 10000; the larger of both ends' holds");
ABSL_FLAG(std::string, srt_passphrase_file, "",
          "SRT: file with the passphrase, 10 to 79 bytes, that all relays share; empty = lines are "
          "not encrypted");
ABSL_FLAG(std::vector<std::string>, hold, {},
          "streams (app/stream) that are fetched and held without viewers, separated by commas; "
          "PUT and DELETE /api/hold?stream= from this machine change what is held besides");
ABSL_FLAG(std::vector<std::string>, forward, {},
          "app/stream=rtmp://host[:port]/app/stream: streams that are pushed on while they are "
          "published here, separated by commas or by a flag each; PUT and DELETE "
          "/api/forward?stream=&url= from this "
          "machine change what is forwarded besides");
ABSL_FLAG(int32_t, hls_slice_ms, 2000,
          "HLS: length of a slice, 500 to 10000; ?hls_slice_ms= and ?network_grade= override it");
ABSL_FLAG(std::string, hls_cut, "key",
          "HLS: where slices are cut, key or even; ?hls_cut= overrides it");
ABSL_FLAG(std::string, hls_entry, "nested",
          "HLS: how clients learn their session's URL, nested (playlist) or redirect (302); "
          "?hls_entry= overrides it");
ABSL_FLAG(std::string, hls_base_url, "",
          "HLS: this node in session URLs, http://host:port; relative = as the client came; by "
          "default its public address and HTTP port");
ABSL_FLAG(bool, hls_bind_ip, false, "HLS: a session belongs to the IP address that opened it");
ABSL_FLAG(uint32_t, hls_sessions_max, 20000, "HLS: sessions on this node at most");
ABSL_FLAG(uint32_t, hls_part_ms, 500, "LL-HLS: length of a part; longer for few frames a second");
ABSL_FLAG(uint32_t, hls_mb_max, 64, "HLS: megabytes kept per stream and format at most");
ABSL_FLAG(
    std::string, url_keys_file, "",
    "YAML file of what URLs are signed with, push: and pull: as in a Cdn resource; read again "
    "at SIGHUP; empty = what the control plane says, and without one nothing is checked");
ABSL_FLAG(bool, ask_publish, true, "ask the control plane about each publisher");
ABSL_FLAG(bool, ask_play, false,
          "ask the control plane about viewers, and how those play whose URL does not say");
ABSL_FLAG(bool, tell_plays, true,
          "tell the control plane which viewers begin and end to play, many at a time");
ABSL_FLAG(uint32_t, tell_plays_max, 20000, "such events kept until it has been told, at most");
ABSL_FLAG(int64_t, ask_ms_max, 1000, "how long the control plane may take to answer");
ABSL_FLAG(std::string, unanswered, "serve",
          "when it does not answer: serve (the URL's signature alone counts) or refuse");
ABSL_FLAG(uint32_t, rtmp_per_ip_max, 512, "RTMP connections of one address at most");
ABSL_FLAG(uint32_t, send_queue_kb, 128, "unsent kilobytes per viewer in the kernel at most");

namespace nearcast {
namespace {

constexpr char kUsage[] =
    "nearcast-relay: one media node. RTMP in; RTMP, HTTP-FLV and HLS out; GOP cache, "
    "back-to-source.\n\n"
    "  nearcast-relay --listen_ip=127.0.0.11                          stand-alone\n"
    "  nearcast-relay --node=edge-1 --listen_ip=127.0.0.12 --control=127.0.0.1:7070\n"
    "  nearcast-relay --listen_ip=127.0.0.12 --origin=http://127.0.0.11:8088\n\n"
    "  ffmpeg -re -i FILE -c copy -f flv rtmp://127.0.0.11/live/demo  publishes\n"
    "  ffplay 'http://127.0.0.11:8088/live/demo.flv?gop_cache_ms=1800' plays\n";

absl::Status CheckOptions(const RelayOptions& options) {
  for (const std::string& origin : options.origins) {
    if (absl::StartsWith(origin, "srt://")) {
      NC_RETURN_IF_ERROR(pull::ParseSrtUrl(absl::StrCat(origin, "/app/stream")).status());
      continue;
    }
    auto url = pull::ParseHttpUrl(origin);
    if (!url.ok())
      return absl::InvalidArgumentError(absl::StrCat("--origin: ", url.status().message()));
    if (url->target != "/" || absl::EndsWith(origin.substr(0, origin.find('#')), "/")) {
      return absl::InvalidArgumentError(absl::StrCat("--origin: ", origin, ": want no path"));
    }
  }
  for (const std::string& control : options.controls) {
    if (!absl::StrContains(control, ':')) {
      return absl::InvalidArgumentError(absl::StrCat("--control: ", control, ": want host:port"));
    }
  }
  for (const std::string& stream : options.holds) {
    if (absl::Status valid = egress::ValidateStreamName(stream); !valid.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("--hold: ", valid.message()));
    }
  }
  if (!options.holds.empty() && options.controls.empty() && options.origins.empty()) {
    return absl::InvalidArgumentError("--hold: nowhere to fetch from: want --origin or --control");
  }
  if (options.rtmp.merge_read_ms < 0 || options.rtmp.merge_read_ms > 1000) {
    return absl::InvalidArgumentError("--merge_read_ms: want 0 to 1000");
  }
  if (options.hub.ring.frames_max < 2) {
    return absl::InvalidArgumentError("--ring_frames_max: want at least 2");
  }
  return absl::OkStatus();
}

size_t MediaBytesMax() {
  if (const uint32_t mb = absl::GetFlag(FLAGS_media_mb_max); mb > 0) return size_t{mb} << 20;
  const long pages = ::sysconf(_SC_PHYS_PAGES), page_bytes = ::sysconf(_SC_PAGE_SIZE);
  return pages > 0 && page_bytes > 0
             ? static_cast<size_t>(pages) / 2 * static_cast<size_t>(page_bytes)
             : 0;
}

std::string HostName() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return name[0] == '\0' ? "relay" : name;
}

std::vector<std::string> NonEmpty(const std::vector<std::string>& list) {
  std::vector<std::string> kept;
  for (const std::string& item : list) {
    if (!item.empty()) kept.push_back(item);
  }
  return kept;
}

absl::Status ReadSrtFlags(RelayOptions* options) {
  options->srt.port = absl::GetFlag(FLAGS_srt_port);
  options->pulls_by_srt = absl::GetFlag(FLAGS_pull_by_srt);
  options->srt.latency_ms = absl::GetFlag(FLAGS_srt_latency_ms);
  const std::string path = absl::GetFlag(FLAGS_srt_passphrase_file);
  if (!path.empty()) {
    std::ifstream file(path);
    if (!std::getline(file, options->srt.passphrase)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--srt_passphrase_file: cannot read a line of ", path));
    }
  }
  return srt::ValidateSrtOptions(options->srt);
}

absl::Status ReadHlsFlags(RelayOptions* options) {
  const int32_t slice_ms = absl::GetFlag(FLAGS_hls_slice_ms);
  const std::string cut = absl::GetFlag(FLAGS_hls_cut);
  const std::string entry = absl::GetFlag(FLAGS_hls_entry);
  if (slice_ms < hls::kSliceMsMin || slice_ms > hls::kSliceMsMax) {
    return absl::InvalidArgumentError("--hls_slice_ms: want 500 to 10000");
  }
  if (cut != "key" && cut != "even") {
    return absl::InvalidArgumentError("--hls_cut: want key or even");
  }
  if (entry != "nested" && entry != "redirect") {
    return absl::InvalidArgumentError("--hls_entry: want nested or redirect");
  }
  options->hls.session = {.entry = entry == "nested" ? hls::Entry::kNested : hls::Entry::kRedirect,
                          .cut = cut == "key" ? hls::Cut::kKey : hls::Cut::kEven,
                          .slice_ms = slice_ms};
  options->hls.channel.segment_ms = slice_ms;
  options->hls.channel.part_ms = std::max(100u, absl::GetFlag(FLAGS_hls_part_ms));
  options->hls.channel.pieces.bytes_max = size_t{absl::GetFlag(FLAGS_hls_mb_max)} << 20;
  options->hls.bind_address = absl::GetFlag(FLAGS_hls_bind_ip);
  options->hls.sessions_max = absl::GetFlag(FLAGS_hls_sessions_max);
  options->hls_base_url = absl::GetFlag(FLAGS_hls_base_url);
  return absl::OkStatus();
}

absl::Status ReadAdmissionFlags(RelayOptions* options) {
  const std::string unanswered = absl::GetFlag(FLAGS_unanswered);
  if (unanswered != "serve" && unanswered != "refuse") {
    return absl::InvalidArgumentError("--unanswered: want serve or refuse");
  }
  options->url_keys_file = absl::GetFlag(FLAGS_url_keys_file);
  options->admission_ms_max = absl::GetFlag(FLAGS_ask_ms_max);
  if (options->admission_ms_max < 1 || options->admission_ms_max > 10'000) {
    return absl::InvalidArgumentError("--ask_ms_max: want milliseconds, 1 to 10000");
  }
  options->admission.asks_publish = absl::GetFlag(FLAGS_ask_publish);
  options->admission.asks_play = absl::GetFlag(FLAGS_ask_play);
  options->tells_plays = absl::GetFlag(FLAGS_tell_plays);
  options->plays_max = absl::GetFlag(FLAGS_tell_plays_max);
  options->admission.unanswered =
      unanswered == "serve" ? admission::Unanswered::kServe : admission::Unanswered::kRefuse;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<orders::StreamForward>> ParseForwards(
    const std::vector<std::string>& texts) {
  std::vector<orders::StreamForward> forwards;
  for (const std::string& text : NonEmpty(texts)) {
    const size_t equals = text.find("=rtmp://");
    if (equals == std::string::npos) {
      return absl::InvalidArgumentError("--forward: want app/stream=rtmp://host[:port]/app/stream");
    }
    forwards.push_back({text.substr(0, equals), text.substr(equals + 1)});
    if (absl::Status valid = orders::ValidateForward(forwards.back()); !valid.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("--forward: ", valid.message()));
    }
  }
  return forwards;
}

absl::StatusOr<RelayOptions> OptionsFromFlags() {
  RelayOptions options;
  options.node = absl::GetFlag(FLAGS_node).empty() ? HostName() : absl::GetFlag(FLAGS_node);
  options.listen_ip = absl::GetFlag(FLAGS_listen_ip);
  options.public_address = absl::GetFlag(FLAGS_public_address);
  options.rtmp_port = absl::GetFlag(FLAGS_rtmp_port);
  options.http_port = absl::GetFlag(FLAGS_http_port);
  options.controls = NonEmpty(absl::GetFlag(FLAGS_control));
  options.origins = NonEmpty(absl::GetFlag(FLAGS_origin));
  options.capacity_bits_per_s = absl::GetFlag(FLAGS_capacity_mbps) * 1e6;
  const uint32_t threads = absl::GetFlag(FLAGS_threads);
  options.threads = threads > 0 ? threads : std::max(1u, std::thread::hardware_concurrency());
  options.play.start.gop_cache_ms = absl::GetFlag(FLAGS_gop_cache_ms);
  options.play.merge_write_ms = absl::GetFlag(FLAGS_merge_write_ms);
  NC_ASSIGN_OR_RETURN(options.play, egress::ParsePlayWish(absl::GetFlag(FLAGS_play), options.play));
  options.holds = NonEmpty(absl::GetFlag(FLAGS_hold));
  NC_ASSIGN_OR_RETURN(options.forwards, ParseForwards(absl::GetFlag(FLAGS_forward)));
  options.pull.gop_cache_ms = options.play.start.gop_cache_ms;
  options.pull.gop_keep_ms = absl::GetFlag(FLAGS_gop_keep_ms);
  options.pull.hold_ms = absl::GetFlag(FLAGS_pull_hold_ms);
  options.hub.ring = {.keep_ms = absl::GetFlag(FLAGS_gop_keep_ms),
                      .span_ms_max = absl::GetFlag(FLAGS_ring_ms_max),
                      .frames_max = absl::GetFlag(FLAGS_ring_frames_max),
                      .bytes_max = size_t{absl::GetFlag(FLAGS_ring_mb_max)} << 20};
  options.hub.media_bytes_max = MediaBytesMax();
  options.hub.streams_max = absl::GetFlag(FLAGS_streams_max);
  options.hub.waiting_max = absl::GetFlag(FLAGS_waiting_streams_max);
  options.hub.reconnect_grace_ms = absl::GetFlag(FLAGS_reconnect_grace_ms);
  options.hub.takeover_silence_ms = absl::GetFlag(FLAGS_takeover_silence_ms);
  options.desk.viewers_max = absl::GetFlag(FLAGS_viewers_max);
  options.desk.wait_ms = absl::GetFlag(FLAGS_play_wait_ms);
  options.sendq_bytes = static_cast<int>(absl::GetFlag(FLAGS_send_queue_kb) << 10);
  options.write.drop.lag_ms_max = absl::GetFlag(FLAGS_viewer_lag_ms_max);
  options.rtmp.merge_read_ms = absl::GetFlag(FLAGS_merge_read_ms);
  options.rtmp_per_address_max = absl::GetFlag(FLAGS_rtmp_per_ip_max);
  NC_RETURN_IF_ERROR(ReadHlsFlags(&options));
  NC_RETURN_IF_ERROR(ReadAdmissionFlags(&options));
  NC_RETURN_IF_ERROR(ReadSrtFlags(&options));
  return options;
}

// One per connection: more than all limits of a node come to.
constexpr uint64_t kDescriptors = 65'536;

struct Running {
  RelayOptions options;
  std::unique_ptr<RelayNode> relay;
};

absl::StatusOr<Running> StartRelay() {
  NC_ASSIGN_OR_RETURN(RelayOptions options, OptionsFromFlags());
  NC_RETURN_IF_ERROR(CheckOptions(options));
  NC_ASSIGN_OR_RETURN(std::unique_ptr<RelayNode> relay, RelayNode::Start(options));
  return Running{std::move(options), std::move(relay)};
}

std::string DescribeUpstream(const RelayOptions& options) {
  if (!options.controls.empty()) {
    return absl::StrCat("control plane ", absl::StrJoin(options.controls, ", "));
  }
  if (!options.origins.empty())
    return absl::StrCat("origin ", absl::StrJoin(options.origins, ", "));
  return "stand-alone";
}

// SIGHUP has the keys read again; anything else stops.
void ServeUntilStopped(const sigset_t& signals, const RelayOptions& options, RelayNode* relay) {
  int signal = 0;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) {
    if (options.url_keys_file.empty()) continue;
    const absl::Status read = relay->ReloadUrlKeys();
    if (read.ok()) {
      spdlog::info("{}: read again", options.url_keys_file);
    } else {
      spdlog::warn("{}; the old keys stay",
                   read.ToString(absl::StatusToStringMode::kWithNoExtraData));
    }
  }
}

int Main(int argc, char** argv) {
  absl::SetProgramUsageMessage(kUsage);
  absl::FlagsUsageConfig config;
  config.contains_help_flags = [](absl::string_view file) {
    return absl::EndsWith(file, "dataplane/relay.cc");
  };
  absl::SetFlagsUsageConfig(config);
  ParseFlagsWithLists(argc, argv);
  // Debian's Abseil is built to look for deadlocks, under one lock for all mutexes of the process.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  ReserveDescriptors(kDescriptors);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread begins: all inherit it
  ::signal(SIGPIPE, SIG_IGN);

  const absl::StatusOr<Running> running = StartRelay();
  if (!running.ok()) {
    std::fprintf(stderr, "nearcast-relay: %s\n",
                 running.status().ToString(absl::StatusToStringMode::kWithNoExtraData).c_str());
    return 1;
  }
  const RelayOptions& options = running->options;
  RelayNode& relay = *running->relay;
  spdlog::info("node {}: rtmp://{}:{}/ and http://{}:{}/, {} threads, {}", options.node,
               options.listen_ip, relay.rtmp_port(), options.listen_ip, relay.http_port(),
               options.threads, DescribeUpstream(options));
  ServeUntilStopped(signals, options, &relay);
  spdlog::info("node {}: stops", options.node);
  relay.Stop();
  return 0;
}

}  // namespace
}  // namespace nearcast

int main(int argc, char** argv) { return nearcast::Main(argc, argv); }
