#include "dataplane/egress/status_page.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/types/span.h"
#include "dataplane/egress/egress_counters.h"

namespace nearcast::egress {
namespace {

using Json = rapidjson::Writer<rapidjson::StringBuffer>;
using stream::StreamStatus;

void WriteText(Json* json, const char* key, const std::string& value) {
  json->Key(key);
  json->String(value);
}

void WriteNumber(Json* json, const char* key, double value) {
  json->Key(key);
  json->Int64(std::llround(value));
}

struct DropKind {
  const char* name;
  uint64_t stream::DropCounts::*count;
};

constexpr DropKind kDropKinds[] = {{"tail", &stream::DropCounts::tail},
                                   {"unreferred", &stream::DropCounts::unreferred},
                                   {"rest", &stream::DropCounts::rest},
                                   {"jumped", &stream::DropCounts::jumped},
                                   {"undecodable", &stream::DropCounts::undecodable}};

void WriteDrops(Json* json, const stream::DropCounts& drops) {
  json->Key("dropped");
  json->StartObject();
  for (const DropKind& kind : kDropKinds) {
    WriteNumber(json, kind.name, static_cast<double>(drops.*kind.count));
  }
  json->EndObject();
}

const char* SourceName(const StreamStatus& status) {
  return status.publisher_kind == stream::PublisherKind::kPull ? "pull" : "push";
}

// Without its query, which may hold a signature.
std::string Upstream(const StreamStatus& status) {
  return status.publisher.substr(0, status.publisher.find('?'));
}

double MeanDelayMs(const stream::QueueSummary& queues) {
  return static_cast<double>(queues.lag_ms_sum) / std::max<double>(1, queues.viewers);
}

void WriteStream(Json* json, const StreamStatus& status) {
  json->StartObject();
  WriteText(json, "name", status.name);
  WriteText(json, "state", StateName(status.state));
  WriteText(json, "source", SourceName(status));
  WriteText(json, "upstream", Upstream(status));
  WriteText(json, "video_codec", status.media.video_codec);
  WriteText(json, "audio_codec", status.media.audio_codec);
  WriteNumber(json, "width", status.media.width);
  WriteNumber(json, "height", status.media.height);
  WriteNumber(json, "bits_per_s", status.bits_per_s);
  json->Key("fps");
  json->Double(std::round(status.video_frames_per_s * 10) / 10);
  WriteNumber(json, "gop_ms", static_cast<double>(status.gop_ms));
  WriteNumber(json, "cached_ms", static_cast<double>(status.cached_ms));
  WriteNumber(json, "cached_bytes", static_cast<double>(status.cached_bytes));
  WriteNumber(json, "cached_keyframes", static_cast<double>(status.cached_keyframes));
  WriteNumber(json, "frames", static_cast<double>(status.frames));
  WriteNumber(json, "viewers", status.viewers);
  WriteNumber(json, "epoch", static_cast<double>(status.epoch));
  WriteNumber(json, "clock_jumps", status.clock_jumps);
  WriteNumber(json, "bytes_sent", static_cast<double>(status.bytes_sent));
  WriteDrops(json, status.drops);
  const stream::QueueSummary& queues = status.queues;
  WriteNumber(json, "viewer_delay_ms_mean", MeanDelayMs(queues));
  WriteNumber(json, "viewer_delay_ms_max", static_cast<double>(queues.lag_ms_max));
  WriteNumber(json, "viewers_behind", queues.behind);
  WriteNumber(json, "silent_ms", static_cast<double>(status.silent_ms));
  json->EndObject();
}

void WriteForwards(Json* json, const std::vector<ForwardStatus>& forwards) {
  json->Key("forwards");
  json->StartArray();
  for (const ForwardStatus& forward : forwards) {
    json->StartObject();
    WriteText(json, "stream", forward.stream);
    WriteText(json, "to", forward.to);
    WriteText(json, "state", forward.state);
    WriteText(json, "error", forward.error);
    WriteNumber(json, "attempts", static_cast<double>(forward.attempts));
    WriteNumber(json, "sending_ms", static_cast<double>(forward.sending_ms));
    json->EndObject();
  }
  json->EndArray();
}

void AppendDrops(const stream::DropCounts& drops, std::string* out) {
  absl::StrAppend(
      out,
      "# HELP nearcast_relay_frames_dropped_total Frames that viewers were meant to get "
      "and did not.\n# TYPE nearcast_relay_frames_dropped_total counter\n");
  for (const DropKind& kind : kDropKinds) {
    absl::StrAppend(out, "nearcast_relay_frames_dropped_total{kind=\"", kind.name, "\"} ",
                    drops.*kind.count, "\n");
  }
}

// A Prometheus histogram: cumulative buckets.
void AppendQueues(const NodeTotals& totals, std::string* out) {
  constexpr char kName[] = "nearcast_relay_viewer_queue_seconds";
  absl::StrAppend(out, "# HELP ", kName,
                  " Length of viewers' queues, of each every 100 ms.\n# TYPE ", kName,
                  " histogram\n");
  uint64_t count = 0;
  for (size_t i = 0; i < totals.queues.size(); ++i) {
    count += totals.queues[i];
    const bool last = i >= EgressCounters::kQueueMsBounds.size();
    const std::string bound =
        last ? "+Inf" : absl::StrFormat("%g", EgressCounters::kQueueMsBounds[i] / 1000.0);
    absl::StrAppend(out, kName, "_bucket{le=\"", bound, "\"} ", count, "\n");
  }
  absl::StrAppend(out, kName, "_sum ",
                  absl::StrFormat("%.15g", static_cast<double>(totals.queue_ms_sum) / 1000), "\n",
                  kName, "_count ", count, "\n");
}

struct Metric {
  const char* name;
  const char* type;
  const char* help;
  double value;
};

void AppendMetric(const Metric& metric, std::string* out) {
  absl::StrAppend(out, "# HELP ", metric.name, " ", metric.help, "\n# TYPE ", metric.name, " ",
                  metric.type, "\n", metric.name, absl::StrFormat(" %.15g\n", metric.value));
}

struct StreamMetric {
  const char* name;
  const char* type;
  const char* help;
  double (*value)(const StreamStatus&);
};

constexpr StreamMetric kStreamMetrics[] = {
    {"nearcast_relay_stream_viewers", "gauge", "Viewers of the stream on this node.",
     [](const StreamStatus& s) { return static_cast<double>(s.viewers); }},
    {"nearcast_relay_stream_bytes_per_second", "gauge", "Media rate as received.",
     [](const StreamStatus& s) { return s.bits_per_s / 8; }},
    {"nearcast_relay_stream_frames_per_second", "gauge", "Video frame rate as received.",
     [](const StreamStatus& s) { return s.video_frames_per_s; }},
    {"nearcast_relay_stream_gop_seconds", "gauge", "Distance of the last two keyframes.",
     [](const StreamStatus& s) { return static_cast<double>(s.gop_ms) / 1000; }},
    {"nearcast_relay_stream_cached_seconds", "gauge", "Media held in the frame ring.",
     [](const StreamStatus& s) { return static_cast<double>(s.cached_ms) / 1000; }},
    {"nearcast_relay_stream_sent_bytes_total", "counter", "Bytes sent to viewers of the stream.",
     [](const StreamStatus& s) { return static_cast<double>(s.bytes_sent); }},
    {"nearcast_relay_stream_viewer_delay_seconds_mean", "gauge", "The mean queue of its viewers.",
     [](const StreamStatus& s) { return MeanDelayMs(s.queues) / 1000; }},
    {"nearcast_relay_stream_viewer_delay_seconds_max", "gauge", "The longest queue of a viewer.",
     [](const StreamStatus& s) { return static_cast<double>(s.queues.lag_ms_max) / 1000; }},
    {"nearcast_relay_stream_viewers_behind", "gauge", "Viewers whose queue is beyond its bound.",
     [](const StreamStatus& s) { return static_cast<double>(s.queues.behind); }},
};

std::string Escaped(const std::string& label) {
  return absl::StrReplaceAll(label, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}});
}

// A stream's label, closed by whoever adds others.
std::string StreamLabel(const StreamStatus& status) {
  return absl::StrCat("{stream=\"", Escaped(status.name), "\"");
}

void AppendHead(const char* name, const char* type, const char* help, std::string* out) {
  absl::StrAppend(out, "# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n");
}

// `streams` have series of their own.
void AppendStreamMetric(const StreamMetric& metric, absl::Span<const StreamStatus> streams,
                        std::string* out) {
  AppendHead(metric.name, metric.type, metric.help, out);
  for (const StreamStatus& status : streams) {
    absl::StrAppend(out, metric.name, StreamLabel(status),
                    absl::StrFormat("} %.15g\n", metric.value(status)));
  }
}

// A publisher's port is left out: it would make a new series each time that it comes back.
std::string UpstreamLabel(const StreamStatus& status) {
  const std::string upstream = Upstream(status);
  const bool pulled = status.publisher_kind == stream::PublisherKind::kPull;
  return Escaped(pulled ? upstream : upstream.substr(0, upstream.rfind(':')));
}

void AppendStreamSources(absl::Span<const StreamStatus> streams, std::string* out) {
  constexpr char kName[] = "nearcast_relay_stream_info";
  AppendHead(kName, "gauge", "Where the stream comes from and what it is; always 1.", out);
  for (const StreamStatus& status : streams) {
    absl::StrAppend(out, kName, StreamLabel(status), ",source=\"", SourceName(status),
                    "\",upstream=\"", UpstreamLabel(status));
    absl::StrAppend(out, "\",video_codec=\"", Escaped(status.media.video_codec),
                    "\",audio_codec=\"", Escaped(status.media.audio_codec), "\"} 1\n");
  }
}

void AppendStreamDrops(absl::Span<const StreamStatus> streams, std::string* out) {
  constexpr char kName[] = "nearcast_relay_stream_frames_dropped_total";
  AppendHead(kName, "counter", "Frames that viewers of the stream were meant to get and did not.",
             out);
  for (const StreamStatus& status : streams) {
    const std::string label = StreamLabel(status);
    for (const DropKind& kind : kDropKinds) {
      absl::StrAppend(out, kName, label, ",kind=\"", kind.name, "\"} ");
      absl::StrAppend(out, status.drops.*kind.count, "\n");
    }
  }
}

void AppendStreams(const std::vector<StreamStatus>& all, std::string* out) {
  const auto streams = absl::MakeConstSpan(all).first(std::min(all.size(), kMetricStreamsMax));
  AppendMetric(
      {"nearcast_relay_streams_left_out", "gauge", "Streams without series of their own: too many.",
       static_cast<double>(all.size() - streams.size())},
      out);
  AppendStreamSources(streams, out);
  for (const StreamMetric& metric : kStreamMetrics) AppendStreamMetric(metric, streams, out);
  AppendStreamDrops(streams, out);
}

void AppendHlsMetrics(const HlsCounts& hls, std::string* out) {
  const auto count = [](uint64_t value) { return static_cast<double>(value); };
  const Metric metrics[] = {
      {"nearcast_relay_hls_sessions", "gauge", "HLS sessions alive.", count(hls.sessions)},
      {"nearcast_relay_hls_sessions_opened_total", "counter", "HLS sessions ever opened.",
       count(hls.sessions_opened)},
      {"nearcast_relay_hls_sessions_expired_total", "counter",
       "HLS sessions that ended because nobody asked for more.", count(hls.sessions_expired)},
      {"nearcast_relay_hls_sessions_refused_total", "counter",
       "HLS sessions not opened because there were too many.", count(hls.sessions_refused)},
      {"nearcast_relay_hls_streams", "gauge", "Streams that are muxed for HLS.",
       count(hls.streams)},
      {"nearcast_relay_hls_muxed_bytes_total", "counter",
       "Bytes of HLS made, once for all viewers.", count(hls.muxed_bytes)},
      {"nearcast_relay_hls_playlists_total", "counter", "HLS playlists sent.",
       count(hls.playlists)},
      {"nearcast_relay_hls_slices_total", "counter", "HLS slices and parts sent.",
       count(hls.slices)},
      {"nearcast_relay_hls_refused_total", "counter", "HLS requests answered with an error.",
       count(hls.refused)},
  };
  for (const Metric& metric : metrics) AppendMetric(metric, out);
}

void AppendSrtMetrics(const SrtCounts& srt, std::string* out) {
  const auto count = [](uint64_t value) { return static_cast<double>(value); };
  const Metric metrics[] = {
      {"nearcast_relay_srt_lines", "gauge", "SRT lines to other relays, both ways.",
       count(srt.lines)},
      {"nearcast_relay_srt_accepted_total", "counter", "SRT lines that others called.",
       count(srt.accepted)},
      {"nearcast_relay_srt_called_total", "counter", "SRT lines that this node called.",
       count(srt.called)},
      {"nearcast_relay_srt_refused_total", "counter",
       "SRT calls refused: a stream id that cannot be served, or too many lines.",
       count(srt.refused)},
      {"nearcast_relay_srt_failed_total", "counter",
       "SRT calls not answered or refused by the other end, and lines that broke.",
       count(srt.failed)},
      {"nearcast_relay_srt_gaps_total", "counter",
       "Of these, lines ended because SRT had given up a packet; the stream is taken up again.",
       count(srt.gaps)},
      {"nearcast_relay_srt_sent_bytes_total", "counter", "Bytes sent over SRT.",
       count(srt.bytes_sent)},
      {"nearcast_relay_srt_received_bytes_total", "counter", "Bytes received over SRT.",
       count(srt.bytes_received)},
  };
  for (const Metric& metric : metrics) AppendMetric(metric, out);
}

void AppendPullMetrics(const NodeTotals& totals, std::string* out) {
  const auto count = [](uint64_t value) { return static_cast<double>(value); };
  const Metric metrics[] = {
      {"nearcast_relay_pulls_started_total", "counter", "Upstream connections begun.",
       count(totals.pulls_started)},
      {"nearcast_relay_pulls_failed_total", "counter", "Upstream connections that failed.",
       count(totals.pulls_failed)},
      {"nearcast_relay_held_streams", "gauge",
       "Streams that are fetched and held without viewers, by order.", count(totals.held_streams)},
      {"nearcast_relay_forwards", "gauge", "Streams to be pushed on elsewhere, by order.",
       count(totals.forwards)},
      {"nearcast_relay_forwards_sending", "gauge", "Of them, those that are being pushed.",
       count(totals.forwards_sending)},
      {"nearcast_relay_forward_attempts_total", "counter", "Connections begun to push a stream on.",
       count(totals.forward_attempts)},
      {"nearcast_relay_forwards_failed_total", "counter",
       "Of them, those that were not made, refused, or lost later.", count(totals.forwards_failed)},
      {"nearcast_relay_orders_refused_total", "counter",
       "Orders to hold or forward a stream left out: too many, or not valid; each time they come.",
       count(totals.orders_refused)},
      {"nearcast_relay_pulls_silent_total", "counter",
       "Upstream connections given up because nothing came, not even a sign of life.",
       count(totals.pulls_silent)},
      {"nearcast_relay_pulls_resumed_total", "counter",
       "Times that a stream went on from another upstream connection.",
       count(totals.pulls_resumed)},
      {"nearcast_relay_pull_frames_known_total", "counter",
       "Frames left out then, because the stream had them.", count(totals.pull_frames_known)},
      {"nearcast_relay_pull_frames_missed_total", "counter",
       "Frames that no upstream had any more, by their numbers.", count(totals.pull_frames_missed)},
  };
  for (const Metric& metric : metrics) AppendMetric(metric, out);
}

void AppendMedia(const MediaTotals& media, std::string* out) {
  const auto count = [](uint64_t value) { return static_cast<double>(value); };
  const Metric metrics[] = {
      {"nearcast_relay_media_bytes", "gauge", "Media held in rings and HLS buffers.",
       count(media.bytes)},
      {"nearcast_relay_media_max_bytes", "gauge", "What may be held; 0 = no bound.",
       count(media.bytes_max)},
      {"nearcast_relay_media_refused_total", "counter",
       "New streams, viewers of streams that are not here, and new HLS formats refused for it.",
       count(media.refused)},
      {"nearcast_relay_media_cuts_total", "counter",
       "Times that a ring or an HLS buffer let go of media to keep within its share.",
       count(media.cuts)},
  };
  for (const Metric& metric : metrics) AppendMetric(metric, out);
}

void AppendAdmission(const AdmissionCounts& counts, std::string* out) {
  absl::StrAppend(out,
                  "# HELP nearcast_relay_urls_refused_total Publishers and viewers refused for "
                  "their URL's signature.\n# TYPE nearcast_relay_urls_refused_total counter\n",
                  "nearcast_relay_urls_refused_total{reason=\"missing\"} ", counts.urls_missing,
                  "\nnearcast_relay_urls_refused_total{reason=\"expired\"} ", counts.urls_expired,
                  "\nnearcast_relay_urls_refused_total{reason=\"wrong\"} ", counts.urls_wrong,
                  "\n");
  const auto count = [](uint64_t value) { return static_cast<double>(value); };
  const Metric metrics[] = {
      {"nearcast_relay_publishes_asked_total", "counter",
       "Publishers that the control plane was asked about.", count(counts.publishes_asked)},
      {"nearcast_relay_publishes_refused_total", "counter",
       "Publishers that the control plane refused.", count(counts.publishes_refused)},
      {"nearcast_relay_plays_asked_total", "counter", "Questions to the control plane about plays.",
       count(counts.plays_asked)},
      {"nearcast_relay_plays_refused_total", "counter", "Viewers that the control plane refused.",
       count(counts.plays_refused)},
      {"nearcast_relay_admissions_unanswered_total", "counter",
       "Questions about publishers and plays that the control plane did not answer.",
       count(counts.unanswered)},
      {"nearcast_relay_url_keys_failed_total", "counter",
       "Times that the file of keys could not be read; the old keys stay.",
       count(counts.keys_failed)},
  };
  for (const Metric& metric : metrics) AppendMetric(metric, out);
}

void AppendPlays(const PlayTotals& totals, std::string* out) {
  const auto count = [](uint64_t value) { return static_cast<double>(value); };
  const Metric metrics[] = {
      {"nearcast_relay_plays_begun_total", "counter", "Viewers that began to play.",
       count(totals.begun)},
      {"nearcast_relay_plays_ended_total", "counter", "Viewers of these that have gone.",
       count(totals.ended)},
      {"nearcast_relay_play_events_told_total", "counter",
       "Beginnings and ends that the control plane has been told.", count(totals.told)},
      {"nearcast_relay_play_events_left_out_total", "counter",
       "Those that it was not told: too many waited, or it knows no plays.",
       count(totals.left_out)},
  };
  for (const Metric& metric : metrics) AppendMetric(metric, out);
}

}  // namespace

const char* StateName(stream::StreamState state) {
  switch (state) {
    case stream::StreamState::kWaiting:
      return "waiting";
    case stream::StreamState::kLive:
      return "live";
    case stream::StreamState::kInterrupted:
      return "interrupted";
    case stream::StreamState::kEnded:
      return "ended";
  }
  return "unknown";
}

std::string WriteStreamsJson(const NodeTotals& totals, const std::vector<StreamStatus>& streams,
                             const std::vector<ForwardStatus>& forwards) {
  rapidjson::StringBuffer buffer;
  Json json(buffer);
  json.StartObject();
  WriteText(&json, "node", totals.node);
  WriteNumber(&json, "uptime_s", static_cast<double>(totals.uptime_s));
  WriteNumber(&json, "viewers", static_cast<double>(totals.viewers));
  json.Key("streams");
  json.StartArray();
  for (const StreamStatus& status : streams) WriteStream(&json, status);
  json.EndArray();
  if (!forwards.empty()) WriteForwards(&json, forwards);
  json.EndObject();
  return absl::StrCat(buffer.GetString(), "\n");
}

std::string WriteMetrics(const NodeTotals& totals, const std::vector<StreamStatus>& streams) {
  const auto count = [](uint64_t value) { return static_cast<double>(value); };
  const Metric metrics[] = {
      {"nearcast_relay_uptime_seconds", "gauge", "Since the process started.",
       count(totals.uptime_s)},
      {"nearcast_relay_streams", "gauge", "Streams known to this node.",
       static_cast<double>(streams.size())},
      {"nearcast_relay_viewers", "gauge", "Viewers, waiting ones included.", count(totals.viewers)},
      {"nearcast_relay_viewers_admitted_total", "counter", "Viewers ever admitted.",
       count(totals.viewers_admitted)},
      {"nearcast_relay_viewers_refused_total", "counter", "Admitted viewers without a stream.",
       count(totals.viewers_refused)},
      {"nearcast_relay_waiting_refused_total", "counter",
       "Viewers not admitted because too many streams are waited for.",
       count(totals.waiting_refused)},
      {"nearcast_relay_sent_bytes_total", "counter", "Bytes sent to viewers.",
       count(totals.bytes_sent)},
      {"nearcast_relay_received_bytes_total", "counter", "Bytes received from publishers.",
       count(totals.bytes_received)},
      {"nearcast_relay_sends_total", "counter", "Viewer turns.", count(totals.sends)},
      {"nearcast_relay_jumps_total", "counter", "Jumps of slow viewers to a keyframe.",
       count(totals.jumps)},
      {"nearcast_relay_viewers_too_slow_total", "counter",
       "Viewers let go because they may not lose frames and were too slow to get all.",
       count(totals.viewers_too_slow)},
      {"nearcast_relay_accepts_failed_total", "counter",
       "Connections not accepted yet for want of descriptors or memory, attempts.",
       count(totals.accepts_failed)},
      {"nearcast_relay_rtmp_connections_total", "counter", "RTMP connections accepted.",
       count(totals.rtmp_connections)},
      {"nearcast_relay_rtmp_refused_total", "counter", "RTMP connections ended for an error.",
       count(totals.rtmp_refused)},
      {"nearcast_relay_posts_total", "counter", "Publishers by HTTP POST.", count(totals.posts)},
      {"nearcast_relay_posts_refused_total", "counter",
       "Publishers by HTTP POST refused or ended for an error.", count(totals.posts_refused)},
      {"nearcast_relay_delay_targets", "gauge", "Addresses whose delay is measured.",
       count(totals.delay_targets)},
      {"nearcast_relay_delay_targets_refused", "gauge", "Addresses that are too many to measure.",
       count(totals.delay_targets_refused)},
      {"nearcast_relay_delays_measured_total", "counter",
       "Delays measured, of a few connects each.", count(totals.delays_measured)},
      {"nearcast_relay_delay_connects_lost_total", "counter",
       "Connects for measuring that were not answered.", count(totals.delay_connects_lost)},
  };
  std::string out;
  for (const Metric& metric : metrics) AppendMetric(metric, &out);
  AppendPullMetrics(totals, &out);
  AppendSrtMetrics(totals.srt, &out);
  AppendHlsMetrics(totals.hls, &out);
  AppendMedia(totals.media, &out);
  AppendAdmission(totals.admission, &out);
  if (totals.plays) AppendPlays(*totals.plays, &out);
  AppendDrops(totals.drops, &out);
  AppendQueues(totals, &out);
  AppendStreams(streams, &out);
  return out;
}

}  // namespace nearcast::egress
