// MetricsPage: what all parts of a process count, in the text form that Prometheus reads
// (exposition format 0.0.4).
//
//   MetricsPage page;
//   page.AddSource([&](MetricsWriter& out) {
//     out.AddGauge("nearcast_nodes", "Nodes by state.", 12, {{"state", "up"}});
//   });
//   RegisterMetricsPage(&page, &router);
#ifndef SERVICES_HTTP_METRICS_PAGE_H_
#define SERVICES_HTTP_METRICS_PAGE_H_

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "services/http/router.h"

namespace nearcast::http {

// Gathers samples; one family's samples come out together, in the order in which families were
// first seen.
class MetricsWriter {
 public:
  using Labels = std::initializer_list<std::pair<absl::string_view, absl::string_view>>;

  // `name` has the form [a-z_][a-z0-9_]* and ends in _total for a counter. Help and kind of a
  // family are those of its first sample. Label values may hold any UTF-8.
  void AddCounter(absl::string_view name, absl::string_view help, uint64_t value,
                  Labels labels = {});
  void AddGauge(absl::string_view name, absl::string_view help, double value, Labels labels = {});

  // The whole text.
  std::string Finish() const;

 private:
  // Returns the family's text, to which a sample is to be appended.
  std::string& Family(absl::string_view name, absl::string_view help, absl::string_view kind);

  absl::flat_hash_map<std::string, size_t> index_;
  std::vector<std::string> families_;
};

// Thread-safe. Sources are called in the order in which they were added, for each scrape.
class MetricsPage {
 public:
  using Source = std::function<void(MetricsWriter& out)>;

  void AddSource(Source source);
  std::string Write() const;

 private:
  mutable absl::Mutex mutex_;
  std::vector<Source> sources_ ABSL_GUARDED_BY(mutex_);
};

// GET /metrics. `page` must outlive the router.
void RegisterMetricsPage(const MetricsPage* page, Router* router);

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_METRICS_PAGE_H_
