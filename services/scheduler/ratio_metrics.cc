#include "services/scheduler/ratio_metrics.h"

namespace nearcast {
namespace {

// By scheduler::RatioReason.
constexpr absl::string_view kReasons[] = {"hash", "held", "debt", "stand_in", "set"};

void AddCdn(const scheduler::CdnRates& rates, http::MetricsWriter& out) {
  if (rates.traffic.measured_bps) {
    out.AddGauge("nearcast_cdn_measured_bits_per_second", "What CDNs are measured to send.",
                 *rates.traffic.measured_bps, {{"cdn", rates.cdn}});
  }
  out.AddGauge("nearcast_cdn_intended_bits_per_second", "What CDNs would send by their weights.",
               rates.traffic.intended_bps, {{"cdn", rates.cdn}});
  out.AddGauge("nearcast_cdn_correction", "What weights are multiplied by to meet the intent.",
               rates.correction, {{"cdn", rates.cdn}});
  out.AddGauge("nearcast_cdn_spill", "Share of viewers that pass a CDN over because of its cap.",
               rates.spill, {{"cdn", rates.cdn}});
}

}  // namespace

void AddRatioMetrics(const RatioDesk& desk, http::MetricsWriter& out) {
  for (size_t i = 0; i < std::size(kReasons); ++i) {
    out.AddCounter("nearcast_ratio_decisions_total",
                   "Play decisions by how the main line's CDN was chosen.",
                   desk.counters().decisions_by_reason[i].load(), {{"by", kReasons[i]}});
  }
  const DeskTotals totals = desk.Totals();
  out.AddGauge("nearcast_ratio_sessions", "Sessions that are remembered.",
               static_cast<double>(totals.sessions));
  out.AddCounter("nearcast_ratio_sessions_forgotten_total", "Sessions that had to make room.",
                 totals.sessions_forgotten);
  out.AddGauge("nearcast_ratio_accounts", "Accounts of debts.",
               static_cast<double>(totals.accounts));
  out.AddCounter("nearcast_ratio_accounts_refused_total", "Bookings that found no account.",
                 totals.accounts_refused);
  out.AddCounter("nearcast_cdn_usage_reports_total", "Usages reported by operators.",
                 desk.counters().usage_reports.load());
  for (const scheduler::CdnRates& rates : desk.Rates()) AddCdn(rates, out);
  for (const PolicyRates& rates : desk.Policies()) {
    out.AddGauge("nearcast_budget_share", "Measured bandwidth over the policy's budget.",
                 rates.share, {{"policy", rates.policy}});
    out.AddGauge("nearcast_budget_step", "Step of the budget ladder that holds.", rates.step,
                 {{"policy", rates.policy}});
  }
}

}  // namespace nearcast
