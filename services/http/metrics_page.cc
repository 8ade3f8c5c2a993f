#include "services/http/metrics_page.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace nearcast::http {
namespace {

constexpr absl::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

void AppendSample(absl::string_view name, MetricsWriter::Labels labels, absl::string_view value,
                  std::string* out) {
  absl::StrAppend(out, name);
  absl::string_view before = "{";
  for (const auto& [label, text] : labels) {
    absl::StrAppend(out, before, label, "=\"",
                    absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}),
                    "\"");
    before = ",";
  }
  absl::StrAppend(out, labels.size() == 0 ? " " : "} ", value, "\n");
}

}  // namespace

std::string& MetricsWriter::Family(absl::string_view name, absl::string_view help,
                                   absl::string_view kind) {
  const auto [it, added] = index_.try_emplace(std::string(name), families_.size());
  if (added) {
    families_.push_back(absl::StrCat("# HELP ", name, " ",
                                     absl::StrReplaceAll(help, {{"\\", "\\\\"}, {"\n", "\\n"}}),
                                     "\n# TYPE ", name, " ", kind, "\n"));
  }
  return families_[it->second];
}

void MetricsWriter::AddCounter(absl::string_view name, absl::string_view help, uint64_t value,
                               Labels labels) {
  AppendSample(name, labels, absl::StrCat(value), &Family(name, help, "counter"));
}

void MetricsWriter::AddGauge(absl::string_view name, absl::string_view help, double value,
                             Labels labels) {
  AppendSample(name, labels, absl::StrCat(value), &Family(name, help, "gauge"));
}

std::string MetricsWriter::Finish() const {
  std::string text;
  for (const std::string& family : families_) text += family;
  return text;
}

void MetricsPage::AddSource(Source source) {
  absl::MutexLock lock(&mutex_);
  sources_.push_back(std::move(source));
}

std::string MetricsPage::Write() const {
  absl::MutexLock lock(&mutex_);
  MetricsWriter out;
  for (const Source& source : sources_) source(out);
  return out.Finish();
}

void RegisterMetricsPage(const MetricsPage* page, Router* router) {
  router->Handle(Method::kGet, "/metrics", [page](const Request&, Response& response) {
    response.content_type = kMetricsType;
    response.body = page->Write();
  });
}

}  // namespace nearcast::http
