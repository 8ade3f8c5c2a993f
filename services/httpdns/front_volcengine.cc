#include "services/httpdns/front.h"

namespace nearcast::httpdns {

using http::Method;
using http::Request;
using http::Response;

// Volcengine's names are in domain=, Alibaba's in host=.
void Front::AnswerResolve(const Request& request, Response& response) {
  const auto params = request.params();
  const bool is_volcengine =
      params.ok() && !(*params)->Find("host") && (*params)->Find("domain").has_value();
  if (!is_volcengine) {
    return AnswerAlibabaV1(request, AlibabaForm::kBatch, Signing::kUnsigned, response);
  }
  AnswerVolcengine(request, VolcengineCall::kResolve, response);
}

void Front::AnswerVolcengine(const Request& request, VolcengineCall call, Response& response) {
  CountQuery(Dialect::kVolcengine);
  const absl::Time now = options().clock->Now();
  Caller caller;
  if (auto refusal = ReadVolcengine(request, call, now, &caller)) {
    return RefuseJson(Dialect::kVolcengine, *refusal, response);
  }
  if (call == VolcengineCall::kResolve) {
    WriteVolcengine(results_, question_.families, &response.body);
  } else {
    WriteVolcengineServiceAddresses(ServiceAddresses(caller), now, &response.body);
  }
}

std::optional<Refusal> Front::ReadVolcengine(const Request& request, VolcengineCall call,
                                             absl::Time now, Caller* caller) {
  if (request.method != Method::kGet && request.method != Method::kHead) {
    return VolcengineRefusal(Reason::kMethod);
  }
  const auto params = request.params();
  if (!params.ok()) return Refusal{403, "InvalidParameter", params.status().message()};
  const scheduler::Snapshot& snapshot = reader_.Get();
  auto reason = FindCaller(snapshot, (*params)->Get("account_id"), options().ip_parameter, caller);
  if (!reason) reason = CheckVolcengine(**params, call, *caller, now);
  if (reason) return VolcengineRefusal(*reason);
  if (call == VolcengineCall::kResolve) {
    auto refusal = ParseVolcengine(**params, *caller, request.client, &question_);
    if (refusal) return refusal;
    reason = CheckReady(snapshot);
  }
  if (!reason) reason = Admit(*caller);
  if (!reason && call == VolcengineCall::kResolve) {
    reason = ResolveAll(snapshot, *caller, Dialect::kVolcengine);
  }
  if (reason) return VolcengineRefusal(*reason);
  return std::nullopt;
}

}  // namespace nearcast::httpdns
