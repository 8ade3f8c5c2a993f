#include "services/httpdns/front.h"

namespace nearcast::httpdns {

using http::Method;
using http::Request;
using http::Response;

void Front::AnswerAlibabaV1(const Request& request, AlibabaForm form, Signing signing,
                            Response& response) {
  CountQuery(Dialect::kAlibabaV1);
  if (auto refusal = ReadAlibabaV1(request, form, signing)) {
    return RefuseJson(Dialect::kAlibabaV1, *refusal, response);
  }
  WriteAlibabaV1(results_, form, question_.families, &response.body);
}

// All the way to results_.
std::optional<Refusal> Front::ReadAlibabaV1(const Request& request, AlibabaForm form,
                                            Signing signing) {
  if (request.method != Method::kGet && request.method != Method::kHead) {
    return AlibabaRefusal(Reason::kMethod);
  }
  const auto params = request.params();
  if (!params.ok()) return Refusal{400, "MissingArgument", params.status().message()};
  const scheduler::Snapshot& snapshot = reader_.Get();
  Caller caller;
  auto reason = FindCaller(snapshot, request.wildcard, options().ip_parameter, &caller);
  if (!reason && signing == Signing::kUnsigned) reason = CheckUnsigned(caller);
  if (reason) return AlibabaRefusal(*reason);
  if (auto refusal =
          ParseAlibabaV1(**params, form, request.client, caller.ip_parameter, &question_)) {
    return refusal;
  }
  if (signing == Signing::kSigned) {
    reason = CheckAlibabaV1(**params, (*params)->Get("host"), caller, options().clock->Now());
  }
  if (!reason) reason = Admit(caller);
  if (!reason) reason = CheckReady(snapshot);
  if (!reason) reason = ResolveAll(snapshot, caller, Dialect::kAlibabaV1);
  if (reason) return AlibabaRefusal(*reason);
  return std::nullopt;
}

void Front::AnswerAlibabaSchedule(const Request& request, Response& response) {
  CountQuery(Dialect::kAlibabaV1);
  Caller caller;
  if (auto refusal = ReadAlibabaSchedule(request, &caller)) {
    return RefuseJson(Dialect::kAlibabaV1, *refusal, response);
  }
  WriteAlibabaSchedule(ServiceAddresses(caller), &response.body);
}

std::optional<Refusal> Front::ReadAlibabaSchedule(const Request& request, Caller* caller) {
  if (request.method != Method::kGet && request.method != Method::kHead) {
    return AlibabaRefusal(Reason::kMethod);
  }
  const auto params = request.params();
  if (!params.ok()) return Refusal{400, "MissingArgument", params.status().message()};
  auto reason = FindCaller(reader_.Get(), request.wildcard, options().ip_parameter, caller);
  if (!reason) reason = ParseAlibabaSchedule(**params, *caller, options().clock->Now());
  if (!reason) reason = Admit(*caller);
  if (reason) return AlibabaRefusal(*reason);
  return std::nullopt;
}

}  // namespace nearcast::httpdns
