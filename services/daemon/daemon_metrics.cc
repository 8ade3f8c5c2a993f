#include "services/daemon/daemon_metrics.h"

#include "absl/strings/str_cat.h"
#include "schedulerlib/place/ranking.h"

namespace nearcast {
namespace {

using http::MetricsWriter;
using scheduler::Standing;

void AddNodes(const Publisher& publisher, MetricsWriter& out) {
  const auto snapshot = publisher.holder()->Current();
  for (const Standing standing :
       {Standing::kUsable, Standing::kFull, Standing::kDrained, Standing::kDown}) {
    int count = 0;
    for (const scheduler::CompiledNode& node : snapshot->nodes) {
      count += node.standing == standing ? 1 : 0;
    }
    out.AddGauge("nearcast_nodes", "Nodes by how they stand.", count,
                 {{"standing", StandingName(standing)}});
  }
  out.AddGauge("nearcast_revision", "Revision of the configuration that is live.",
               static_cast<double>(snapshot->revision));
}

void AddDelays(const PublisherCounters& counters, MetricsWriter& out) {
  out.AddCounter("nearcast_delays_measured_total", "Delays measured by nodes.",
                 counters.delays_measured);
  out.AddCounter("nearcast_delays_lost_total", "Of these, those that nobody answered.",
                 counters.delays_lost);
  out.AddCounter("nearcast_delays_refused_total", "Of these, those that there was no room for.",
                 counters.delays_refused);
  out.AddCounter("nearcast_delay_changes_total",
                 "Times that measured delays changed by enough to count anew.",
                 counters.delay_changes);
  out.AddGauge("nearcast_delay_paths", "Pairs of node and target whose delay is known.",
               static_cast<double>(counters.delay_paths));
}

void AddPublisher(const CountingParts& parts, MetricsWriter& out) {
  const PublisherCounters counters = parts.publisher->Counters();
  out.AddCounter("nearcast_snapshots_total", "Snapshots published.", counters.snapshots);
  out.AddCounter("nearcast_node_reports_total", "Reports of nodes applied.", counters.reports);
  out.AddCounter("nearcast_node_reports_dropped_total", "Reports refused: too many waited.",
                 counters.reports_dropped);
  out.AddCounter("nearcast_nodes_lost_total", "Times that a node went down by silence.",
                 counters.nodes_lost);
  out.AddCounter("nearcast_check_results_total", "Results of vantages' checks.",
                 counters.check_results);
  out.AddCounter("nearcast_nodes_lost_by_checks_total", "Times that checks brought a node down.",
                 counters.checks_lost);
  AddDelays(counters, out);
  out.AddGauge("nearcast_places_undivided",
               "Places where a switch's percentage does not apply to names: too many meet there.",
               static_cast<double>(counters.cells_undivided));
  out.AddCounter("nearcast_revisions_refused_total",
                 "Revisions in the store that this version could not compile.",
                 parts.follower->refused());
}

void AddScheduler(const SchedulerCounters& counters, MetricsWriter& out) {
  const auto add = [&out](absl::string_view call, const std::atomic<uint64_t>& ok,
                          const std::atomic<uint64_t>& refused) {
    constexpr absl::string_view kName = "nearcast_scheduler_calls_total";
    constexpr absl::string_view kHelp = "Calls of the stream scheduler by kind and result.";
    out.AddCounter(kName, kHelp, ok.load(), {{"call", call}, {"result", "ok"}});
    out.AddCounter(kName, kHelp, refused.load(), {{"call", call}, {"result", "refused"}});
  };
  add("create", counters.creates_ok, counters.creates_refused);
  add("play", counters.plays_ok, counters.plays_refused);
  add("update", counters.updates_ok, counters.updates_refused);
}

void AddPreheats(const PreheatTotals& totals, MetricsWriter& out) {
  constexpr absl::string_view kHelp = "Preheats asked for, by result.";
  out.AddCounter("nearcast_preheats_total", kHelp, totals.asked, {{"result", "ok"}});
  out.AddCounter("nearcast_preheats_total", kHelp, totals.refused, {{"result", "refused"}});
  out.AddGauge("nearcast_preheated_streams", "Streams that nodes hold or will hold.",
               static_cast<double>(totals.streams));
}

// `what`: "lines", "frames" or "terms".
template <typename Text>
void AddRendered(absl::string_view what, const RenderedCache<Text>& cache, MetricsWriter& out) {
  const RenderedCounters& counters = cache.counters();
  constexpr absl::string_view kName = "nearcast_play_parts_total";
  constexpr absl::string_view kHelp = "Rendered parts of play answers by where they came from.";
  out.AddCounter(kName, kHelp, counters.hits.load(), {{"what", what}, {"result", "shared"}});
  out.AddCounter(kName, kHelp, counters.misses.load(), {{"what", what}, {"result", "rendered"}});
  out.AddCounter("nearcast_play_parts_dropped_total", "Rendered parts that made room for others.",
                 counters.dropped.load(), {{"what", what}});
  out.AddGauge("nearcast_play_parts_bytes", "Memory of rendered parts.",
               static_cast<double>(cache.bytes()), {{"what", what}});
}

void AddAdmissions(const AdmissionCounts& counts, MetricsWriter& out) {
  const auto add = [&out](absl::string_view what, absl::string_view result, uint64_t count) {
    out.AddCounter("nearcast_admissions_total",
                   "Nodes' questions about publishers and plays by result.", count,
                   {{"what", what}, {"result", result}});
  };
  add("publish", "admitted", counts.publishes_admitted);
  add("publish", "refused", counts.publishes_refused);
  add("play", "admitted", counts.plays_admitted);
  add("play", "refused", counts.plays_refused);
}

void AddForwards(const ForwardTotals& totals, MetricsWriter& out) {
  constexpr absl::string_view kHelp = "Forwards of streams asked for, by result.";
  out.AddCounter("nearcast_forwards_total", kHelp, totals.asked, {{"result", "ok"}});
  out.AddCounter("nearcast_forwards_total", kHelp, totals.refused, {{"result", "refused"}});
  out.AddGauge("nearcast_forwarded_streams", "Streams that nodes push on.",
               static_cast<double>(totals.streams));
}

void AddPlays(const callback::PlayTotals& totals, MetricsWriter& out) {
  const auto add = [&out](absl::string_view event, uint64_t count) {
    out.AddCounter("nearcast_play_events_total",
                   "Viewers that began and ended to play, as nodes tell.", count,
                   {{"event", event}});
  };
  add("begun", totals.begun);
  add("ended", totals.ended);
  out.AddCounter("nearcast_play_batches_doubled_total", "Batches of these that were told twice.",
                 totals.doubled);
  out.AddCounter("nearcast_play_events_left_out_total",
                 "Beginnings and ends that nodes had no room for.", totals.left_out);
  out.AddCounter("nearcast_play_callbacks_plays_total", "Plays told to callbacks, or on their way.",
                 totals.called);
  out.AddCounter("nearcast_play_callbacks_dropped_total",
                 "Plays of calls that there was no room for.", totals.dropped);
  const auto add_call = [&out](absl::string_view result, uint64_t count) {
    out.AddCounter("nearcast_play_callbacks_total", "Calls with plays, by result of a try.", count,
                   {{"result", result}});
  };
  add_call("sent", totals.calls.sent);
  add_call("retried", totals.calls.retried);
  add_call("given_up", totals.calls.given_up);
  add_call("refused", totals.calls.refused);
}

void AddStore(const store::StoreCounters& counters, MetricsWriter& out) {
  const auto add = [&out](absl::string_view result, const store::StoreCounters::Count& count) {
    out.AddCounter("nearcast_store_commits_total", "Commits of the configuration by result.",
                   count.load(), {{"result", result}});
  };
  add("made", counters.commits_made);
  add("unchanged", counters.commits_unchanged);
  add("refused", counters.commits_refused);
  add("conflicted", counters.commits_conflicted);
  add("failed", counters.commits_failed);
  out.AddCounter("nearcast_store_stream_writes_total", "Writes and deletions of streams.",
                 counters.stream_writes.load());
  out.AddCounter("nearcast_store_stream_writes_failed_total", "Of these, those that failed.",
                 counters.stream_writes_failed.load());
}

}  // namespace

void AddDaemonMetrics(const CountingParts& parts, http::MetricsPage& page) {
  page.AddSource([parts](MetricsWriter& out) {
    AddNodes(*parts.publisher, out);
    AddPublisher(parts, out);
    AddScheduler(parts.scheduler->counters(), out);
    AddRendered("lines", parts.scheduler->caches().parts, out);
    AddRendered("frames", parts.scheduler->caches().frames, out);
    AddRendered("terms", parts.scheduler->caches().terms, out);
    AddPreheats(parts.scheduler->preheats().totals(), out);
    out.AddGauge("nearcast_streams", "Streams in memory, ended ones too.",
                 static_cast<double>(parts.streams->size()));
    AddAdmissions(parts.admissions->counts(), out);
    AddForwards(parts.scheduler->forwards().totals(), out);
    AddPlays(parts.plays->totals(), out);
    AddStore(parts.store->counters(), out);
  });
}

void AddDnsMetrics(const dns::DnsService& dns, MetricsWriter& out) {
  dns.ForEachCounter([&out](const dns::CounterReading& reading) {
    const std::string name = absl::StrCat("nearcast_", reading.name);
    out.AddCounter(name, reading.help, reading.value);
  });
}

void AddHttpMetrics(const http::HttpTotals& totals, MetricsWriter& out) {
  ForEachCounter(totals, [&out](absl::string_view name, absl::string_view help, uint64_t value) {
    out.AddCounter(name, help, value);
  });
}

}  // namespace nearcast
