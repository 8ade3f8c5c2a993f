#include "services/httpdns/httpdns.h"

#include <utility>

#include "base/check.h"
#include "services/httpdns/front.h"
#include "services/httpdns/httpdns_counters.h"
#include "services/httpdns/kept_request.h"

namespace nearcast::httpdns {

using http::Method;
using http::Request;
using http::Response;

Httpdns::Httpdns(const SnapshotHolder<scheduler::Snapshot>* holder, const ipdb::NameTable* names,
                 const HttpdnsOptions& options)
    : options_(options) {
  for (uint32_t i = 0; i < options.workers + 1; ++i) {
    fronts_.push_back(std::make_unique<Front>(Front::Shared{holder, names, &options_, &rates_}));
  }
}

Httpdns::~Httpdns() = default;

void Httpdns::Register(http::Router* router) {
  // `answer` is called with the front of the request's thread.
  const auto handle = [this, router](absl::string_view path, auto answer) {
    router->HandleAnyMethod(path, [this, answer](const Request& request, Response& response) {
      NC_CHECK(request.worker < options_.workers);
      Front& front = *fronts_[request.worker];
      answer(front, request, response);
      if (!front.vendor_names().awaited().empty()) AnswerLater(request, front, answer);
    });
  };
  const auto alibaba_v1 = [](AlibabaForm form, Signing signing) {
    return [form, signing](Front& front, const Request& request, Response& response) {
      front.AnswerAlibabaV1(request, form, signing, response);
    };
  };
  handle("/d", [](Front& front, const Request& request, Response& response) {
    front.AnswerD(request, response);
  });
  handle("/{}/d", alibaba_v1(AlibabaForm::kSingle, Signing::kUnsigned));
  handle("/{}/sign_d", alibaba_v1(AlibabaForm::kSingle, Signing::kSigned));
  handle("/resolve", [](Front& front, const Request& request, Response& response) {
    front.AnswerResolve(request, response);
  });
  handle("/{}/resolve", alibaba_v1(AlibabaForm::kBatch, Signing::kUnsigned));
  handle("/{}/sign_resolve", alibaba_v1(AlibabaForm::kBatch, Signing::kSigned));
  handle("/{}/ss", [](Front& front, const Request& request, Response& response) {
    front.AnswerAlibabaSchedule(request, response);
  });
  handle("/svc_meta", [](Front& front, const Request& request, Response& response) {
    front.AnswerVolcengine(request, VolcengineCall::kServiceAddresses, response);
  });
  handle("/v4/resolve", [](Front& front, const Request& request, Response& response) {
    front.AnswerBaidu(request, response);
  });
  handle("/conf", [](Front& front, const Request& request, Response& response) {
    front.AnswerTencentConf(request, response);
  });
  handle("/v2/d", [](Front& front, const Request& request, Response& response) {
    front.AnswerAlibabaV2(request, response);
  });
  router->Handle(Method::kGet, "/service/getIpInfo.php",
                 [this](const Request& request, Response& response) {
                   NC_CHECK(request.worker < options_.workers);
                   fronts_[request.worker]->AnswerTaobao(request, response);
                 });
}

// What the front has written is dropped: the request is answered anew when upstream has spoken.
void Httpdns::AnswerLater(const Request& request, Front& front, const Answer& answer) {
  const http::Responder responder = request.AnswerLater();
  const auto kept = std::make_shared<const KeptRequest>(request);
  const auto answer_with = [kept, responder, answer](Front& last) {
    Response response;
    last.BeginTurn(Turn::kLast);
    answer(last, kept->request(), response);
    last.BeginTurn(Turn::kFirst);
    responder.Send(std::move(response));
  };
  const absl::Duration patience = front.patience();
  const auto admitted = options_.upstream->Await(
      front.vendor_names().TakeAwaited(), patience,
      [answer_with, front_of_upstream = fronts_.back().get()] { answer_with(*front_of_upstream); });
  if (admitted == upstream::Admitted::kNo) answer_with(front);
}

void Httpdns::AddMetrics(http::MetricsWriter& out) const {
  for (size_t i = 0; i < kDialects; ++i) {
    const auto sum = [&](auto counter) {
      uint64_t total = 0;
      for (const auto& front : fronts_) total += counter(front->counters().by_dialect[i]).Get();
      return total;
    };
    const auto add = [&](absl::string_view name, absl::string_view help,
                         Counter DialectCounters::*counter) {
      const auto pick = [&](const DialectCounters& c) -> const Counter& { return c.*counter; };
      out.AddCounter(name, help, sum(pick), {{"dialect", kDialectNames[i]}});
    };
    add("nearcast_httpdns_queries_total", "HTTPDNS queries.", &DialectCounters::queries);
    for (size_t r = 0; r < kReasons; ++r) {
      const auto pick = [&](const DialectCounters& c) -> const Counter& { return c.refused[r]; };
      out.AddCounter("nearcast_httpdns_refused_total", "HTTPDNS queries answered with an error.",
                     sum(pick), {{"dialect", kDialectNames[i]}, {"reason", kReasonNames[r]}});
    }
    add("nearcast_httpdns_names_total", "Names asked for, each for each client.",
        &DialectCounters::names);
    add("nearcast_httpdns_names_unknown_total", "Names asked for that are not ours.",
        &DialectCounters::names_unknown);
    add("nearcast_httpdns_names_upstream_total", "Names asked for that were resolved upstream.",
        &DialectCounters::names_upstream);
    add("nearcast_httpdns_names_failed_total", "Of these, those that got no answer there.",
        &DialectCounters::names_failed);
  }
}

}  // namespace nearcast::httpdns
