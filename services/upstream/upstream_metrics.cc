#include "services/upstream/upstream_metrics.h"

namespace nearcast::upstream {
namespace {

void AddTotals(const UpstreamTotals& totals, http::MetricsWriter& out) {
  const auto add_find = [&out](absl::string_view result, uint64_t count) {
    out.AddCounter("nearcast_upstream_finds_total", "Searches among upstream's answers, by result.",
                   count, {{"result", result}});
  };
  add_find("fresh", totals.fresh);
  add_find("stale", totals.stale);
  add_find("missing", totals.missing);
  add_find("failed", totals.failed);
  out.AddCounter("nearcast_upstream_refreshes_total", "Questions asked ahead of expiry.",
                 totals.refreshes);
  out.AddCounter("nearcast_upstream_waits_total", "Requests that waited for upstream.",
                 totals.waits);
  out.AddCounter("nearcast_upstream_waits_over_total", "Of these, those that waited in vain.",
                 totals.waits_over);
  out.AddCounter("nearcast_upstream_waits_refused_total",
                 "Requests that could not wait: too many did.", totals.waits_refused);
  out.AddCounter("nearcast_upstream_evicted_total", "Answers dropped to make room for others.",
                 totals.evicted);
  out.AddGauge("nearcast_upstream_answers", "Answers and failures that are remembered.",
               static_cast<double>(totals.entries));
  out.AddGauge("nearcast_upstream_in_flight", "Questions on their way.",
               static_cast<double>(totals.in_flight));
}

void AddLookups(const LookupCounters& counters, http::MetricsWriter& out) {
  const auto add_lookup = [&out](absl::string_view result, const Counter& count) {
    out.AddCounter("nearcast_upstream_lookups_total", "Questions to upstream, by result.",
                   count.Get(), {{"result", result}});
  };
  add_lookup("answered", counters.answered);
  add_lookup("failed", counters.failed);
  add_lookup("refused", counters.refused);
  const auto add_failure = [&out](absl::string_view reason, const Counter& count) {
    out.AddCounter("nearcast_upstream_failures_total", "Why questions failed.", count.Get(),
                   {{"reason", reason}});
  };
  add_failure("silence", counters.silences);
  add_failure("server", counters.server_failures);
  add_failure("malformed", counters.malformed);
  add_failure("subnet", counters.wrong_subnets);
  out.AddCounter("nearcast_upstream_messages_total", "Messages sent, retries aside.",
                 counters.sent.Get());
  out.AddCounter("nearcast_upstream_over_tcp_total", "Of these, repeated over TCP.",
                 counters.over_tcp.Get());
  out.AddCounter("nearcast_upstream_without_edns_total", "Of these, repeated without EDNS.",
                 counters.without_edns.Get());
  out.AddCounter("nearcast_upstream_aliases_total", "Of these, for the target of an alias.",
                 counters.aliases.Get());
}

}  // namespace

void AddUpstreamMetrics(const Upstream& upstream, http::MetricsWriter& out) {
  AddTotals(upstream.totals(), out);
  AddLookups(upstream.lookups(), out);
}

}  // namespace nearcast::upstream
