#include "services/httpdns/baidu.h"
#include "services/httpdns/front.h"

namespace nearcast::httpdns {

using http::Method;
using http::Request;
using http::Response;

void Front::AnswerBaidu(const Request& request, Response& response) {
  DialectCounters& counters = counters_.of(Dialect::kBaidu);
  CountQuery(Dialect::kBaidu);
  const absl::Time now = options().clock->Now();
  Caller caller;
  if (auto refusal = ReadBaidu(request, now, &caller)) {
    counters.AddRefused(refusal->reason);
    response.status = refusal->status;
    return WriteBaiduFailure(refusal->message, &response.body);
  }
  std::span<const std::string> servers;
  const http::QueryParams& params = **request.params();
  if (params.Get("alt_server_ip") == "true") servers = ServiceAddresses(caller);
  const BaiduDetail detail =
      params.Get("detail") == "true" ? BaiduDetail::kWanted : BaiduDetail::kNone;
  WriteBaidu(results_, question_.families, servers, detail, now, &response.body);
}

std::optional<Refusal> Front::ReadBaidu(const Request& request, absl::Time now, Caller* caller) {
  if (request.method != Method::kGet && request.method != Method::kHead) {
    return BaiduRefusal(Reason::kMethod);
  }
  const auto params = request.params();
  if (!params.ok()) return Refusal{400, "", params.status().message()};
  const scheduler::Snapshot& snapshot = reader_.Get();
  auto reason = FindCaller(snapshot, (*params)->Get("account_id"), options().ip_parameter, caller);
  if (!reason) reason = CheckBaidu(**params, *caller, now);
  if (reason) return BaiduRefusal(*reason);
  if (auto refusal = ParseBaidu(**params, *caller, request.client, &question_)) return refusal;
  reason = Admit(*caller);
  if (!reason) reason = CheckReady(snapshot);
  if (!reason) reason = ResolveAll(snapshot, *caller, Dialect::kBaidu);
  if (reason) return BaiduRefusal(*reason);
  return std::nullopt;
}

}  // namespace nearcast::httpdns
