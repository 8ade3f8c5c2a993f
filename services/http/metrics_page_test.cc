#include "services/http/metrics_page.h"

#include <gtest/gtest.h>

#include <string>

#include "base/promtool.h"
#include "services/http/http_counters.h"

namespace nearcast::http {
namespace {

std::string Sample() {
  MetricsPage page;
  page.AddSource([](MetricsWriter& out) {
    out.AddCounter("nearcast_dns_queries_total", "Queries.", 3, {{"transport", "udp"}});
    out.AddGauge("nearcast_snapshot_revision", "Revision\nin use.", 7);
  });
  page.AddSource([](MetricsWriter& out) {
    out.AddCounter("nearcast_dns_queries_total", "Queries.", 4,
                   {{"transport", "tcp"}, {"note", "a\"b\\c\n"}});
  });
  return page.Write();
}

TEST(MetricsPageTest, KeepsAFamilyTogetherAndEscapes) {
  EXPECT_EQ(Sample(),
            "# HELP nearcast_dns_queries_total Queries.\n"
            "# TYPE nearcast_dns_queries_total counter\n"
            "nearcast_dns_queries_total{transport=\"udp\"} 3\n"
            "nearcast_dns_queries_total{transport=\"tcp\",note=\"a\\\"b\\\\c\\n\"} 4\n"
            "# HELP nearcast_snapshot_revision Revision\\nin use.\n"
            "# TYPE nearcast_snapshot_revision gauge\n"
            "nearcast_snapshot_revision 7\n");
}

TEST(MetricsPageTest, PromtoolFindsNothingToSay) {
  if (!HasPromtool()) GTEST_SKIP() << "promtool is not installed (Debian: prometheus)";
  MetricsWriter out;
  ForEachCounter(HttpTotals(),
                 [&](auto name, auto help, uint64_t value) { out.AddCounter(name, help, value); });
  EXPECT_TRUE(PromtoolAccepts(Sample() + out.Finish()));
}

}  // namespace
}  // namespace nearcast::http
