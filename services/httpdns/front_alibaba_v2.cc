#include "services/httpdns/front.h"

namespace nearcast::httpdns {

using http::Method;
using http::Request;
using http::Response;

void Front::AnswerAlibabaV2(const Request& request, Response& response) {
  CountQuery(Dialect::kAlibabaV2);
  Caller caller;
  if (auto refusal = ReadAlibabaV2(request, &caller)) {
    return RefuseJson(Dialect::kAlibabaV2, *refusal, response);
  }
  WriteAlibabaV2(results_, question_.families, alibaba_v2_, caller, &response.body);
}

std::optional<Refusal> Front::ReadAlibabaV2(const Request& request, Caller* caller) {
  if (request.method != Method::kGet && request.method != Method::kHead) {
    return AlibabaV2Refusal(Reason::kMethod);
  }
  const auto params = request.params();
  if (!params.ok()) return Refusal{400, "MissingArgument", params.status().message()};
  const scheduler::Snapshot& snapshot = reader_.Get();
  auto reason = FindCaller(snapshot, (*params)->Get("id"), options().ip_parameter, caller);
  if (!reason) reason = CheckAlibabaV2(**params, *caller, options().clock->Now());
  if (reason) return AlibabaV2Refusal(*reason);
  if (auto refusal = ParseAlibabaV2(**params, *caller, request.client, &alibaba_v2_, &question_)) {
    return refusal;
  }
  reason = Admit(*caller);
  if (!reason) reason = CheckReady(snapshot);
  if (!reason) reason = ResolveAll(snapshot, *caller, Dialect::kAlibabaV2);
  if (reason) return AlibabaV2Refusal(*reason);
  return std::nullopt;
}

}  // namespace nearcast::httpdns
