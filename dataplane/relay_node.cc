#include "dataplane/relay_node.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/limited_log.h"
#include "base/status_macros.h"
#include "dataplane/admission/gatekeeper.h"
#include "dataplane/admission/signing_finder.h"
#include "dataplane/admission/url_guard.h"
#include "dataplane/admission/url_keys.h"
#include "dataplane/egress/http_server.h"
#include "dataplane/egress/status_page.h"
#include "dataplane/egress/tcp_listener.h"
#include "dataplane/forward/forward_desk.h"
#include "dataplane/ingest/connection_limiter.h"
#include "dataplane/ingest/flv_upload.h"
#include "dataplane/ingest/publish_desk.h"
#include "dataplane/node_agent/admission_line.h"
#include "dataplane/node_agent/node_agent.h"
#include "dataplane/node_agent/play_line.h"
#include "dataplane/orders/order_page.h"
#include "dataplane/plays/play_log.h"
#include "dataplane/pull/static_finder.h"
#include "dataplane/srt/srt_door.h"
#include "dataplane/srt/srt_port.h"

namespace nearcast {
namespace {

constexpr absl::Duration kSweepEvery = absl::Milliseconds(500);

double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Empty: relative.
std::string HlsBaseUrl(const RelayOptions& options, uint16_t http_port) {
  if (options.hls_base_url == "relative") return "";
  if (!options.hls_base_url.empty()) return options.hls_base_url;
  const std::string& host =
      options.public_address.empty() ? options.listen_ip : options.public_address;
  const bool ipv6 = host.find(':') != std::string::npos;
  return absl::StrCat("http://", ipv6 ? "[" : "", host, ipv6 ? "]" : "", ":", http_port);
}

std::string RandomId() {
  std::random_device random;
  return absl::StrFormat("%08x%08x", random(), random());
}

}  // namespace

struct RelayNode::Parts {
  explicit Parts(const RelayOptions& given) : options(given), hub(given.hub) {}

  std::vector<stream::StreamStatus> Streams() const;
  egress::AdmissionCounts Admission() const;
  egress::NodeTotals Totals() const;
  void AddRelaying(egress::NodeTotals* totals) const;
  node_agent::NodeReading Reading() const;
  absl::Status ReadUrlKeys();
  void MakeGate();
  void MakePlayLine();
  void MakeAgent(uint16_t rtmp_port, uint16_t http_port);
  void MakeFinder(uint16_t rtmp_port, uint16_t http_port);
  void MakeServers(const egress::TcpListeners& rtmp, const egress::TcpListeners& http);
  absl::Status StartSrt();
  void SweepUntilStopped();

  // In the order of construction; destroyed the other way round.
  const RelayOptions options;
  const int64_t started_ms = egress::MonotonicMs();
  const std::string instance_id = RandomId();
  stream::Hub hub;
  LimitedLog ended_log;
  orders::Orders orders;
  orders::OrderPage order_page{&orders};
  std::atomic<uint64_t> orders_invalid{0};
  admission::UrlGuard guard{Clock::System()};
  std::atomic<uint64_t> keys_failed{0};
  std::unique_ptr<node_agent::AdmissionLine> line;
  std::unique_ptr<admission::Gatekeeper> gate;
  std::unique_ptr<plays::PlayLog> plays;  // null where nobody is told
  std::unique_ptr<node_agent::PlayLine> play_line;
  std::unique_ptr<ingest::PublishDesk> publish;
  ingest::ConnectionLimiter limiter{options.rtmp_per_address_max};
  std::vector<std::unique_ptr<ingest::FlvUpload>> uploads;
  std::unique_ptr<node_agent::NodeAgent> agent;
  std::unique_ptr<pull::StaticFinder> origins;
  std::unique_ptr<admission::SigningFinder> signed_origins;
  std::unique_ptr<pull::PullDesk> pulls;
  std::unique_ptr<forward::ForwardDesk> forwards;
  std::unique_ptr<egress::PlayDesk> desk;
  std::unique_ptr<hls::HlsDesk> hls;
  std::vector<std::unique_ptr<egress::Worker>> workers;
  std::unique_ptr<srt::SrtDoor> srt_door;
  std::unique_ptr<srt::SrtPort> srt;
  std::vector<std::unique_ptr<egress::HttpServer>> http_servers;
  std::vector<std::unique_ptr<ingest::RtmpServer>> rtmp_servers;
  uint16_t rtmp_port = 0;
  uint16_t http_port = 0;
  std::thread sweeper;
  absl::Mutex mutex;
  bool stopped ABSL_GUARDED_BY(mutex) = false;
};

std::vector<stream::StreamStatus> RelayNode::Parts::Streams() const {
  std::vector<stream::StreamStatus> statuses;
  for (const auto& stream : hub.List()) statuses.push_back(stream->Status(egress::MonotonicMs()));
  std::sort(statuses.begin(), statuses.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return statuses;
}

egress::AdmissionCounts RelayNode::Parts::Admission() const {
  const admission::FaultCounts faults = guard.counts();
  const admission::GatekeeperCounts asked = gate->counts();
  return {.urls_missing = faults.missing,
          .urls_expired = faults.expired,
          .urls_wrong = faults.wrong,
          .publishes_asked = asked.publishes_asked,
          .publishes_refused = asked.publishes_refused,
          .plays_asked = asked.plays_asked,
          .plays_refused = asked.plays_refused,
          .unanswered = asked.unanswered,
          .keys_failed = keys_failed.load(std::memory_order_relaxed)};
}

// What this node fetches from others and pushes on to them.
void RelayNode::Parts::AddRelaying(egress::NodeTotals* totals) const {
  if (pulls != nullptr) {
    const pull::PullCounters& pulled = pulls->counters();
    totals->pulls_started = pulled.started;
    totals->pulls_failed = pulled.failed;
    totals->held_streams = orders.holds.All().size();
    totals->pulls_silent = pulled.silent;
    totals->pulls_resumed = pulled.resumed;
    totals->pull_frames_known = pulled.frames_known;
    totals->pull_frames_missed = pulled.frames_missed;
    totals->bytes_received += pulled.bytes_received;
  }
  if (srt != nullptr) {
    const srt::SrtCounters& lines = srt->counters();
    totals->srt = {.lines = static_cast<uint64_t>(std::max<int64_t>(0, lines.lines)),
                   .accepted = lines.accepted,
                   .called = lines.called,
                   .refused = lines.refused,
                   .failed = lines.failed,
                   .gaps = lines.gaps,
                   .bytes_sent = lines.bytes_sent,
                   .bytes_received = lines.bytes_received};
  }
  totals->forwards = orders.forwards.All().size();
  totals->forwards_sending = std::max<int64_t>(0, forwards->counters().sending);
  totals->forward_attempts = forwards->counters().attempts;
  totals->forwards_failed = forwards->counters().failed;
  totals->orders_refused = orders.holds.refused() + orders.forwards.refused() + orders_invalid;
}

egress::NodeTotals RelayNode::Parts::Totals() const {
  egress::NodeTotals totals;
  totals.node = options.node;
  totals.uptime_s = static_cast<uint64_t>(egress::MonotonicMs() - started_ms) / 1000;
  const hls::HlsTotals hls_totals = hls->totals();
  totals.hls = {.sessions = hls_totals.sessions,
                .sessions_opened = hls_totals.sessions_opened,
                .sessions_expired = hls_totals.sessions_expired,
                .sessions_refused = hls_totals.sessions_refused,
                .streams = hls_totals.channels,
                .muxed_bytes = hls_totals.muxed_bytes,
                .playlists = hls_totals.playlists,
                .slices = hls_totals.slices,
                .refused = hls_totals.refused};
  totals.viewers = desk->viewers() + hls_totals.sessions;
  totals.bytes_sent = hls_totals.bytes_sent;
  totals.waiting_refused = hub.waiting_refused();
  totals.media = {.bytes = hub.budget()->bytes(),
                  .bytes_max = hub.budget()->bytes_max(),
                  .refused = hub.budget()->refused(),
                  .cuts = hub.budget()->cuts()};
  for (const auto& worker : workers) {
    const egress::EgressCounters& counters = worker->counters();
    totals.viewers_admitted += counters.viewers_admitted.Get();
    totals.viewers_refused += counters.viewers_refused.Get();
    totals.bytes_sent += counters.bytes_sent.Get();
    totals.sends += counters.sends.Get();
    totals.drops += {.tail = counters.dropped_tail.Get(),
                     .unreferred = counters.dropped_unreferred.Get(),
                     .rest = counters.dropped_rest.Get(),
                     .jumped = counters.dropped_jumped.Get(),
                     .undecodable = counters.undecodable.Get()};
    totals.queues.resize(counters.queues.size());
    for (size_t i = 0; i < counters.queues.size(); ++i)
      totals.queues[i] += counters.queues[i].Get();
    totals.queue_ms_sum += counters.queue_ms_sum.Get();
    totals.jumps += counters.jumps.Get();
    totals.viewers_too_slow += counters.viewers_too_slow.Get();
  }
  for (const auto& server : rtmp_servers) {
    totals.rtmp_connections += server->counters().connections.Get();
    totals.rtmp_refused += server->counters().refused.Get();
    totals.bytes_received += server->counters().bytes_received.Get();
    totals.accepts_failed += server->accepts_failed();
  }
  for (const auto& server : http_servers) totals.accepts_failed += server->accepts_failed();
  for (const auto& upload : uploads) {
    totals.posts += upload->counters().begun.Get();
    totals.posts_refused += upload->counters().refused.Get();
    totals.bytes_received += upload->counters().bytes_received.Get();
  }
  totals.admission = Admission();
  AddRelaying(&totals);
  if (plays != nullptr) {
    const plays::PlayCounts counts = plays->counts();
    totals.plays = {.begun = counts.begun,
                    .ended = counts.ended,
                    .told = play_line->told(),
                    .left_out = counts.left_out};
  }
  if (agent != nullptr) {
    const measure::DelayMeterCounters measured = agent->measured();
    totals.delay_targets = measured.targets;
    totals.delay_targets_refused = measured.targets_refused;
    totals.delays_measured = measured.measured;
    totals.delay_connects_lost = measured.connects_lost;
  }
  return totals;
}

node_agent::NodeReading RelayNode::Parts::Reading() const {
  const egress::NodeTotals totals = Totals();
  return {.now_ms = egress::MonotonicMs(),
          .cpu_s = CpuSeconds(),
          .processors = std::max(1u, std::thread::hardware_concurrency()),
          .bytes_out = totals.bytes_sent,
          .bytes_in = totals.bytes_received,
          .viewers = static_cast<uint32_t>(totals.viewers),
          .streams = Streams(),
          .endings = publish->Endings(egress::MonotonicMs())};
}

absl::Status RelayNode::Parts::ReadUrlKeys() {
  const auto keys = admission::ReadUrlKeys(options.url_keys_file);
  if (!keys.ok()) {
    keys_failed.fetch_add(1, std::memory_order_relaxed);
    return keys.status();
  }
  guard.SetKeys(*keys);
  return absl::OkStatus();
}

void RelayNode::Parts::MakeGate() {
  if (!options.controls.empty()) {
    line = std::make_unique<node_agent::AdmissionLine>(
        node_agent::AdmissionLineOptions{.node = options.node,
                                         .controls = options.controls,
                                         .answer_ms_max = options.admission_ms_max});
  }
  gate = std::make_unique<admission::Gatekeeper>(options.admission, Clock::System(), &guard,
                                                 line.get());
  publish = std::make_unique<ingest::PublishDesk>(&hub, gate.get());
}

void RelayNode::Parts::MakePlayLine() {
  if (options.controls.empty() || !options.tells_plays) return;
  plays = std::make_unique<plays::PlayLog>(Clock::System(), options.plays_max);
  play_line = std::make_unique<node_agent::PlayLine>(
      node_agent::PlayLineOptions{
          .node = options.node, .instance_id = instance_id, .controls = options.controls},
      plays.get());
}

void RelayNode::Parts::MakeAgent(uint16_t rtmp_port, uint16_t http_port) {
  const std::string& address =
      options.public_address.empty() ? options.listen_ip : options.public_address;
  agent = std::make_unique<node_agent::NodeAgent>(
      node_agent::NodeAgentOptions{.identity = {.node = options.node,
                                                .instance_id = instance_id,
                                                .listen_address = address,
                                                .rtmp_port = rtmp_port,
                                                .http_port = http_port,
                                                .srt_port = options.srt.port,
                                                .capacity_bits_per_s = options.capacity_bits_per_s},
                                   .controls = options.controls,
                                   .pulls_by_srt = options.pulls_by_srt},
      [this] { return Reading(); }, [this](const std::string& stream) { (void)hub.End(stream); },
      [this](const nearcast::v1::UrlKeys& keys) {
        if (options.url_keys_file.empty()) guard.SetKeys(admission::UrlKeysOf(keys));
      },
      [this](const std::string& control, const node_agent::NodeOrders& ordered) {
        orders.holds.Set(control, ordered.holds);
        orders.forwards.Set(control, ordered.forwards);
        orders_invalid += ordered.invalid;
      });
  publish->Watch([this] { agent->ReportNow(); });
}

void RelayNode::Parts::MakeFinder(uint16_t rtmp_port, uint16_t http_port) {
  pull::SourceFinder* finder = nullptr;
  if (!options.controls.empty()) {
    MakeAgent(rtmp_port, http_port);
    finder = agent.get();
  } else if (!options.origins.empty()) {
    origins = std::make_unique<pull::StaticFinder>(options.origins);
    signed_origins = std::make_unique<admission::SigningFinder>(origins.get(), &guard);
    finder = signed_origins.get();
  }
  std::vector<egress::Worker*> all;
  for (const auto& worker : workers) all.push_back(worker.get());
  if (finder != nullptr) {
    pull::PullOptions pull_options = options.pull;
    pull_options.node = options.node;
    pull_options.lost_ms = options.hub.reconnect_grace_ms;
    pulls = std::make_unique<pull::PullDesk>(pull_options, all, &hub, finder, &orders.holds);
    orders.holds.Set("flags", options.holds);
  }
  orders.forwards.Set("flags", options.forwards);
  forwards = std::make_unique<forward::ForwardDesk>(
      forward::ForwardOptions{
          .node = options.node, .play = options.play, .unsent_bytes = options.sendq_bytes},
      all, &hub, &orders.forwards);
  desk = std::make_unique<egress::PlayDesk>(options.desk, all, &hub, pulls.get(), gate.get(),
                                            plays.get());
  hls::HlsOptions hls_options = options.hls;
  hls_options.base_url = HlsBaseUrl(options, http_port);
  hls_options.channel.budget = hub.budget();
  hls = std::make_unique<hls::HlsDesk>(hls_options, all, desk.get());
}

void RelayNode::Parts::MakeServers(const egress::TcpListeners& rtmp,
                                   const egress::TcpListeners& http) {
  ingest::RtmpServerOptions rtmp_options = options.rtmp;
  rtmp_options.play = options.play;
  rtmp_options.node = options.node;
  egress::HttpServerOptions http_options{
      .node = options.node,
      .play = options.play,
      .metrics = [this] { return egress::WriteMetrics(Totals(), Streams()); },
      .streams_json =
          [this] { return egress::WriteStreamsJson(Totals(), Streams(), forwards->Statuses()); },
      .route = hls.get(),
      .admin = &order_page};
  for (const auto& worker : workers) http_options.workers.push_back(worker.get());
  for (size_t i = 0; i < workers.size(); ++i) {
    egress::Worker* worker = workers[i].get();
    rtmp_servers.push_back(std::make_unique<ingest::RtmpServer>(
        rtmp_options, worker, ingest::RtmpServices{publish.get(), desk.get(), &limiter},
        rtmp.fds[i]));
    uploads.push_back(std::make_unique<ingest::FlvUpload>(
        ingest::FlvUploadOptions{.idle_ms_max = options.rtmp.idle_ms_max}, worker, publish.get(),
        &limiter));
    http_options.upload = uploads.back().get();
    http_servers.push_back(
        std::make_unique<egress::HttpServer>(http_options, worker, desk.get(), http.fds[i]));
  }
}

absl::Status RelayNode::Parts::StartSrt() {
  const bool calls = options.pulls_by_srt ||
                     std::any_of(options.origins.begin(), options.origins.end(),
                                 [](const auto& url) { return absl::StartsWith(url, "srt://"); });
  if (options.srt.port == 0 && !calls) return absl::OkStatus();
  std::vector<egress::Worker*> all;
  for (const auto& worker : workers) all.push_back(worker.get());
  srt_door = std::make_unique<srt::SrtDoor>(options.node, options.play, all, desk.get());
  srt::SrtOptions srt_options = options.srt;
  srt_options.listen_ip = options.listen_ip;
  NC_ASSIGN_OR_RETURN(
      srt, srt::SrtPort::Start(
               srt_options, [this](int fd, const srt::StreamWish& wish, const std::string& peer) {
                 srt_door->Serve(fd, wish, peer);
               }));
  if (pulls != nullptr) pulls->UseSrt(srt.get());
  return absl::OkStatus();
}

void RelayNode::Parts::SweepUntilStopped() {
  absl::MutexLock lock(&mutex);
  while (!mutex.AwaitWithTimeout(absl::Condition(&stopped), kSweepEvery)) {
    if (pulls != nullptr) pulls->FetchHeld();
    forwards->Sweep(egress::MonotonicMs());
    hls->Sweep(egress::MonotonicMs());
    const stream::SweepReport report = hub.Sweep(egress::MonotonicMs());
    for (const std::string& name : report.ended) ended_log.Info("stream {}: ended", name);
  }
}

absl::StatusOr<std::unique_ptr<RelayNode>> RelayNode::Start(const RelayOptions& options) {
  auto parts = std::make_unique<Parts>(options);
  if (!options.url_keys_file.empty()) NC_RETURN_IF_ERROR(parts->ReadUrlKeys());
  parts->MakeGate();
  parts->MakePlayLine();
  const size_t threads = std::max<size_t>(1, options.threads);
  const egress::TcpTuning tuning{.listeners = threads, .sendq_bytes = options.sendq_bytes};
  NC_ASSIGN_OR_RETURN(const egress::TcpListeners rtmp,
                      egress::ListenTcp(options.listen_ip, options.rtmp_port, tuning));
  NC_ASSIGN_OR_RETURN(const egress::TcpListeners http,
                      egress::ListenTcp(options.listen_ip, options.http_port, tuning));
  for (size_t i = 0; i < threads; ++i) {
    parts->workers.push_back(std::make_unique<egress::Worker>(options.write));
  }
  parts->rtmp_port = rtmp.port;
  parts->http_port = http.port;
  parts->MakeFinder(rtmp.port, http.port);
  parts->MakeServers(rtmp, http);
  NC_RETURN_IF_ERROR(parts->StartSrt());
  for (const auto& worker : parts->workers) worker->Start();
  if (parts->agent != nullptr) parts->agent->Start();
  if (parts->play_line != nullptr) parts->play_line->Start();
  parts->sweeper = std::thread([raw = parts.get()] { raw->SweepUntilStopped(); });
  return std::unique_ptr<RelayNode>(new RelayNode(std::move(parts)));
}

RelayNode::RelayNode(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

RelayNode::~RelayNode() { Stop(); }

void RelayNode::Stop() {
  {
    absl::MutexLock lock(&parts_->mutex);
    parts_->stopped = true;
  }
  if (parts_->sweeper.joinable()) parts_->sweeper.join();
  if (parts_->plays != nullptr) parts_->plays->Stop();
  for (const auto& worker : parts_->workers) worker->Stop();
  parts_->hls->Stop();
  if (parts_->play_line != nullptr) parts_->play_line->Stop();
  if (parts_->line != nullptr) parts_->line->Stop();
  if (parts_->agent != nullptr) parts_->agent->Stop();
}

absl::Status RelayNode::ReloadUrlKeys() { return parts_->ReadUrlKeys(); }

uint16_t RelayNode::rtmp_port() const { return parts_->rtmp_port; }
uint16_t RelayNode::http_port() const { return parts_->http_port; }

}  // namespace nearcast
