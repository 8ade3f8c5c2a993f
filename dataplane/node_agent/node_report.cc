#include "dataplane/node_agent/node_report.h"

#include <algorithm>
#include <cmath>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace nearcast::node_agent {
namespace {

// Whatever a plan says, a node stays a polite one.
constexpr int64_t kIntervalMsMin = 100;
constexpr int64_t kTimeoutMsMax = 10'000;
constexpr uint32_t kTriesMax = 10;

uint32_t ToMs(int64_t ms) { return static_cast<uint32_t>(std::clamp<int64_t>(ms, 0, UINT32_MAX)); }

void AddEndings(const NodeReading& now, nearcast::v1::NodeReport* report) {
  for (const ingest::Ending& ending : now.endings) {
    const StreamName name = SplitStreamName(ending.stream);
    nearcast::v1::PublishEnding* out = report->add_endings();
    out->set_app(name.app);
    out->set_stream(name.stream);
    out->set_number(ending.number);
    out->set_ago_ms(ToMs(now.now_ms - ending.at_ms));
  }
}

double PerSecond(double change, const NodeReading& before, const NodeReading& now) {
  const double seconds = static_cast<double>(now.now_ms - before.now_ms) / 1000;
  return seconds > 0 ? change / seconds : 0;
}

void AddStream(const stream::StreamStatus& status, nearcast::v1::NodeReport* report) {
  const StreamName name = SplitStreamName(status.name);
  nearcast::v1::PublishedStream* out = report->add_streams();
  out->set_app(name.app);
  out->set_stream(name.stream);
  out->set_epoch(status.epoch);
  out->set_bits_per_s(status.bits_per_s);
  out->set_gop_ms(static_cast<uint32_t>(std::clamp<int64_t>(status.gop_ms, 0, UINT32_MAX)));
  out->set_width(status.media.width);
  out->set_height(status.media.height);
  out->set_fps(status.video_frames_per_s);
}

// Without its query, which may hold a signature.
std::string WithoutQuery(const std::string& url) { return url.substr(0, url.find('?')); }

nearcast::v1::StreamStats StatsOf(const stream::StreamStatus& status, double out_bits_per_s) {
  nearcast::v1::StreamStats stats;
  const StreamName name = SplitStreamName(status.name);
  stats.set_app(name.app);
  stats.set_stream(name.stream);
  stats.set_pulled(status.publisher_kind == stream::PublisherKind::kPull);
  stats.set_upstream(WithoutQuery(status.publisher));
  stats.set_interrupted(status.state == stream::StreamState::kInterrupted);
  stats.set_bits_per_s(status.bits_per_s);
  stats.set_fps(status.video_frames_per_s);
  stats.set_gop_ms(ToMs(status.gop_ms));
  stats.set_width(status.media.width);
  stats.set_height(status.media.height);
  stats.set_video_codec(status.media.video_codec);
  stats.set_audio_codec(status.media.audio_codec);
  stats.set_out_bits_per_s(out_bits_per_s);
  stats.set_viewers(status.viewers);
  const stream::QueueSummary& queues = status.queues;
  stats.set_delay_ms_mean(ToMs(queues.lag_ms_sum / std::max<int64_t>(1, queues.viewers)));
  stats.set_delay_ms_max(ToMs(queues.lag_ms_max));
  stats.set_viewers_behind(queues.behind);
  auto* drops = stats.mutable_drops();
  drops->set_tail(status.drops.tail);
  drops->set_unreferred(status.drops.unreferred);
  drops->set_rest(status.drops.rest);
  drops->set_jumped(status.drops.jumped);
  drops->set_undecodable(status.drops.undecodable);
  stats.set_silent_ms(ToMs(status.silent_ms));
  return stats;
}

// Those with most viewers where there are too many.
void AddServed(const NodeReading& before, const NodeReading& now,
               nearcast::v1::NodeReport* report) {
  std::vector<const stream::StreamStatus*> served;
  for (const stream::StreamStatus& status : now.streams) {
    const bool is_here = status.state == stream::StreamState::kLive ||
                         status.state == stream::StreamState::kInterrupted;
    if (is_here) served.push_back(&status);
  }
  if (served.size() > kServedMax) {
    std::nth_element(served.begin(), served.begin() + kServedMax, served.end(),
                     [](const auto* a, const auto* b) { return a->viewers > b->viewers; });
    report->set_served_left_out(static_cast<uint32_t>(served.size() - kServedMax));
    served.resize(kServedMax);
  }
  absl::flat_hash_map<absl::string_view, uint64_t> sent_before;
  for (const stream::StreamStatus& status : before.streams) {
    sent_before[status.name] = status.bytes_sent;
  }
  for (const stream::StreamStatus* status : served) {
    const auto known = sent_before.find(status->name);
    const uint64_t sent = known == sent_before.end() ? 0 : known->second;
    // Less than before: it is another stream of that name.
    const uint64_t change = status->bytes_sent - (sent <= status->bytes_sent ? sent : 0);
    *report->add_served() =
        StatsOf(*status, PerSecond(8.0 * static_cast<double>(change), before, now));
  }
}

}  // namespace

nearcast::v1::NodeReport BuildReport(const NodeIdentity& identity, uint64_t sequence,
                                     const NodeReading& before, const NodeReading& now) {
  nearcast::v1::NodeReport report;
  report.set_node(identity.node);
  report.set_instance_id(identity.instance_id);
  report.set_sequence(sequence);
  report.set_listen_address(identity.listen_address);
  report.set_rtmp_port(identity.rtmp_port);
  report.set_http_port(identity.http_port);
  report.set_srt_port(identity.srt_port);
  nearcast::v1::NodeLoad* load = report.mutable_load();
  load->set_cpu(std::clamp(
      PerSecond(now.cpu_s - before.cpu_s, before, now) / std::max(1u, now.processors), 0.0, 1.0));
  load->set_out_bits_per_s(
      PerSecond(8.0 * static_cast<double>(now.bytes_out - before.bytes_out), before, now));
  load->set_in_bits_per_s(
      PerSecond(8.0 * static_cast<double>(now.bytes_in - before.bytes_in), before, now));
  load->set_capacity_bits_per_s(identity.capacity_bits_per_s);
  load->set_viewers(now.viewers);
  load->set_streams(static_cast<uint32_t>(now.streams.size()));
  for (const stream::StreamStatus& status : now.streams) {
    const bool published = status.state == stream::StreamState::kLive &&
                           status.publisher_kind == stream::PublisherKind::kPush;
    if (published) AddStream(status, &report);
  }
  AddServed(before, now, &report);
  AddEndings(now, &report);
  return report;
}

void AddDelays(const std::vector<measure::Measurement>& found, nearcast::v1::NodeReport* report) {
  for (const measure::Measurement& measurement : found) {
    nearcast::v1::DelayMeasurement* out = report->add_delays();
    out->set_target(measurement.target);
    out->set_delay_us(measurement.delay_us.value_or(0));
    out->set_tries(measurement.tries);
    out->set_lost(measurement.lost);
  }
}

std::vector<measure::MeasureTarget> TargetsOf(const nearcast::v1::MeasurePlan& plan) {
  std::vector<measure::MeasureTarget> targets;
  for (const nearcast::v1::MeasurePlan::Target& target : plan.targets()) {
    targets.push_back({.target = target.target(),
                       .address = target.address(),
                       .port = static_cast<uint16_t>(target.port()),
                       .interval_ms = std::max<int64_t>(target.interval_ms(), kIntervalMsMin),
                       .timeout_ms = std::clamp<int64_t>(target.timeout_ms(), 1, kTimeoutMsMax),
                       .tries = std::clamp<uint32_t>(target.tries(), 1, kTriesMax)});
  }
  return targets;
}

StreamName SplitStreamName(const std::string& app_and_name) {
  const size_t slash = app_and_name.find('/');
  if (slash == std::string::npos) return {app_and_name, ""};
  return {app_and_name.substr(0, slash), app_and_name.substr(slash + 1)};
}

}  // namespace nearcast::node_agent
