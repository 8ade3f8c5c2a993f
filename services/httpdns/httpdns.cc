#include "services/httpdns/httpdns.h"

#include <optional>
#include <string>

#include "base/check.h"
#include "services/http/query_params.h"
#include "services/httpdns/alibaba_v1.h"
#include "services/httpdns/httpdns_counters.h"
#include "services/httpdns/resolve.h"
#include "services/httpdns/taobao.h"
#include "services/httpdns/tencent.h"

namespace nearcast::httpdns {

using http::Method;
using http::QueryParams;
using http::Request;
using http::Response;

// One server thread's state and its handlers; only that thread touches it, but for reading the
// counters.
struct Httpdns::Worker {
  Worker(const SnapshotHolder<scheduler::Snapshot>* holder, const Httpdns* httpdns)
      : reader(holder), names(httpdns->names_), options(httpdns->options_) {}

  void AnswerD(const Request& request, Response& response);
  void AnswerAlibaba(const Request& request, AlibabaForm form, Response& response);
  void AnswerTencent(const Request& request, const QueryParams& params, Response& response);
  void AnswerTaobao(const Request& request, Response& response);

  // Null when nothing is configured yet.
  const scheduler::Snapshot* Ready() {
    const scheduler::Snapshot& snapshot = reader.Get();
    return snapshot.names.empty() ? nullptr : &snapshot;
  }
  void ResolveAll(const scheduler::Snapshot& snapshot, DialectCounters& dialect);
  void RefuseAlibaba(const Refusal& refusal, Response& response);
  void RefuseTencent(int status, absl::string_view message, Response& response);
  void RefuseTaobao(int status, absl::string_view message, Response& response);

  SnapshotHolder<scheduler::Snapshot>::Reader reader;
  const ipdb::NameTable* names;
  const HttpdnsOptions& options;
  HttpdnsCounters counters;

  // Reused from query to query.
  QueryParams form;
  Question question;
  std::vector<NameResult> results;
};

void Httpdns::Worker::ResolveAll(const scheduler::Snapshot& snapshot, DialectCounters& dialect) {
  Resolve(snapshot, question, options.unknown_ttl_s, &results);
  dialect.names.Add(results.size());
  for (const NameResult& result : results) {
    if (result.answer == nullptr) dialect.names_unknown.Add();
  }
}

// Two vendors share the path; the name's parameter tells them apart.
void Httpdns::Worker::AnswerD(const Request& request, Response& response) {
  const auto params = request.params();
  if (!params.ok() || (*params)->Find("host")) {
    return AnswerAlibaba(request, AlibabaForm::kSingle, response);
  }
  if ((*params)->Find("dn")) return AnswerTencent(request, **params, response);
  if (request.method == Method::kPost && form.Parse(request.body).ok() && form.Find("dn")) {
    return AnswerTencent(request, form, response);
  }
  AnswerAlibaba(request, AlibabaForm::kSingle, response);
}

void Httpdns::Worker::AnswerAlibaba(const Request& request, AlibabaForm form, Response& response) {
  DialectCounters& dialect = counters.of(Dialect::kAlibabaV1);
  dialect.queries.Add();
  if (request.method != Method::kGet && request.method != Method::kHead) {
    return RefuseAlibaba({405, "MethodNotAllowed", ""}, response);
  }
  const auto params = request.params();
  if (!params.ok()) {
    return RefuseAlibaba({400, "MissingArgument", params.status().message()}, response);
  }
  if (auto refusal =
          ParseAlibabaV1(**params, form, request.client, options.ip_parameter, &question)) {
    return RefuseAlibaba(*refusal, response);
  }
  const scheduler::Snapshot* snapshot = Ready();
  if (snapshot == nullptr) return RefuseAlibaba({500, "InternalError", "not ready"}, response);
  ResolveAll(*snapshot, dialect);
  WriteAlibabaV1(results, form, question.families, &response.body);
}

void Httpdns::Worker::AnswerTencent(const Request& request, const QueryParams& params,
                                    Response& response) {
  DialectCounters& dialect = counters.of(Dialect::kTencent);
  dialect.queries.Add();
  const bool allowed = request.method == Method::kGet || request.method == Method::kHead ||
                       request.method == Method::kPost;
  if (!allowed) return RefuseTencent(501, "use GET or POST", response);
  TencentStyle style;
  if (auto refusal =
          ParseTencent(params, request.client, options.ip_parameter, &question, &style)) {
    return RefuseTencent(refusal->status, refusal->message, response);
  }
  const scheduler::Snapshot* snapshot = Ready();
  if (snapshot == nullptr) return RefuseTencent(503, "not ready", response);
  ResolveAll(*snapshot, dialect);
  response.content_type = http::kTextType;
  WriteTencent(results, question.families, style, &response.body);
}

void Httpdns::Worker::AnswerTaobao(const Request& request, Response& response) {
  counters.of(Dialect::kTaobao).queries.Add();
  const auto params = request.params();
  if (!params.ok()) return RefuseTaobao(400, params.status().message(), response);
  ipdb::IpAddress asked;
  if (auto refusal = ParseTaobao(**params, request.client, &asked)) {
    return RefuseTaobao(refusal->status, refusal->message, response);
  }
  const ipdb::PrefixTable& places = *reader.Get().places;
  WriteTaobao(asked, places.location(places.Find(asked).cell), *names, &response.body);
}

void Httpdns::Worker::RefuseAlibaba(const Refusal& refusal, Response& response) {
  counters.of(Dialect::kAlibabaV1).refused.Add();
  http::WriteError(refusal.status, refusal.code, refusal.message, response);
}

void Httpdns::Worker::RefuseTencent(int status, absl::string_view message, Response& response) {
  counters.of(Dialect::kTencent).refused.Add();
  response.status = status;
  response.content_type = http::kTextType;
  response.body.assign(message.data(), message.size());
}

void Httpdns::Worker::RefuseTaobao(int status, absl::string_view message, Response& response) {
  counters.of(Dialect::kTaobao).refused.Add();
  response.status = status;
  WriteTaobaoFailure(message, &response.body);
}

Httpdns::Httpdns(const SnapshotHolder<scheduler::Snapshot>* holder, const ipdb::NameTable* names,
                 const HttpdnsOptions& options)
    : names_(names), options_(options) {
  for (uint32_t i = 0; i < options.workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(holder, this));
  }
}

Httpdns::~Httpdns() = default;

void Httpdns::Register(http::Router* router) {
  const auto worker = [this](const Request& request) -> Worker& {
    NC_CHECK(request.worker < workers_.size());
    return *workers_[request.worker];
  };
  router->HandleAnyMethod("/d", [worker](const Request& request, Response& response) {
    worker(request).AnswerD(request, response);
  });
  router->HandleAnyMethod("/{}/d", [worker](const Request& request, Response& response) {
    worker(request).AnswerAlibaba(request, AlibabaForm::kSingle, response);
  });
  for (const char* path : {"/resolve", "/{}/resolve"}) {
    router->HandleAnyMethod(path, [worker](const Request& request, Response& response) {
      worker(request).AnswerAlibaba(request, AlibabaForm::kBatch, response);
    });
  }
  router->Handle(Method::kGet, "/service/getIpInfo.php",
                 [worker](const Request& request, Response& response) {
                   worker(request).AnswerTaobao(request, response);
                 });
}

void Httpdns::AddMetrics(http::MetricsWriter& out) const {
  for (size_t i = 0; i < kDialects; ++i) {
    const auto add = [&](absl::string_view name, absl::string_view help,
                         Counter DialectCounters::*counter) {
      uint64_t sum = 0;
      for (const auto& worker : workers_) {
        sum += (worker->counters.by_dialect[i].*counter).Get();
      }
      out.AddCounter(name, help, sum, {{"dialect", kDialectNames[i]}});
    };
    add("nearcast_httpdns_queries_total", "HTTPDNS queries.", &DialectCounters::queries);
    add("nearcast_httpdns_refused_total", "HTTPDNS queries answered with an error.",
        &DialectCounters::refused);
    add("nearcast_httpdns_names_total", "Names asked for, each for each client.",
        &DialectCounters::names);
    add("nearcast_httpdns_names_unknown_total", "Names asked for that are not ours.",
        &DialectCounters::names_unknown);
  }
}

}  // namespace nearcast::httpdns
