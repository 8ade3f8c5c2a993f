#include "services/httpdns/front.h"

#include <algorithm>

#include "services/httpdns/resolve.h"
#include "services/httpdns/taobao.h"

namespace nearcast::httpdns {

using http::Method;
using http::QueryParams;
using http::Request;
using http::Response;

std::optional<Reason> Front::Admit(const Caller& caller) {
  if (caller.account == nullptr || caller.account->requests_per_s_max == 0) return std::nullopt;
  if (turn_ == Turn::kLast) return std::nullopt;
  RateBucket* const bucket = rates_.Find(caller.account->account_id);
  const auto verdict =
      bucket->Take(caller.account->requests_per_s_max, options().clock->Monotonic());
  if (verdict == RateBucket::Verdict::kOver) return Reason::kRate;
  return std::nullopt;
}

std::optional<Reason> Front::CheckReady(const scheduler::Snapshot& snapshot) {
  if (snapshot.names.empty()) return Reason::kNotReady;
  return std::nullopt;
}

std::optional<Reason> Front::ResolveAll(const scheduler::Snapshot& snapshot, const Caller& caller,
                                        Dialect dialect) {
  Resolve(snapshot, caller.account, question_, options().unknown_ttl_s, &results_);
  vendor_names_.Resolve(snapshot, caller.account, question_.families, turn_, &results_);
  if (!vendor_names_.awaited().empty()) return std::nullopt;
  DialectCounters& counters = counters_.of(dialect);
  counters.names.Add(results_.size());
  for (const NameResult& result : results_) {
    if (result.answer == nullptr) counters.names_unknown.Add();
    if (result.is_upstreams) counters.names_upstream.Add();
    if (result.has_failed) counters.names_failed.Add();
  }
  results_.erase(std::remove_if(results_.begin(), results_.end(),
                                [](const NameResult& result) { return result.has_failed; }),
                 results_.end());
  if (results_.empty()) return Reason::kUpstream;
  return std::nullopt;
}

void Front::CountQuery(Dialect dialect) {
  if (turn_ == Turn::kFirst) counters_.of(dialect).queries.Add();
}

const std::vector<std::string>& Front::ServiceAddresses(const Caller& caller) const {
  const bool has_own = caller.account != nullptr && !caller.account->service_addresses.empty();
  return has_own ? caller.account->service_addresses : options().service_addresses;
}

void Front::AnswerD(const Request& request, Response& response) {
  const auto params = request.params();
  if (params.ok() && !(*params)->Find("host")) {
    if ((*params)->Find("dn")) return AnswerTencent(request, **params, response);
    if (request.method == Method::kPost && form_.Parse(request.body).ok() && form_.Find("dn")) {
      return AnswerTencent(request, form_, response);
    }
  }
  AnswerAlibabaV1(request, AlibabaForm::kSingle, Signing::kUnsigned, response);
}

void Front::AnswerTaobao(const Request& request, Response& response) {
  CountQuery(Dialect::kTaobao);
  const auto params = request.params();
  if (!params.ok()) return RefuseTaobao({400, "", params.status().message()}, response);
  ipdb::IpAddress asked;
  if (auto refusal = ParseTaobao(**params, request.client, &asked)) {
    return RefuseTaobao(*refusal, response);
  }
  const ipdb::PrefixTable& places = *reader_.Get().places;
  WriteTaobao(asked, places.location(places.Find(asked).cell), *shared_.names, &response.body);
}

void Front::RefuseJson(Dialect dialect, const Refusal& refusal, Response& response) {
  counters_.of(dialect).AddRefused(refusal.reason);
  http::WriteError(refusal.status, refusal.code, refusal.message, response);
}

void Front::RefuseTaobao(const Refusal& refusal, Response& response) {
  counters_.of(Dialect::kTaobao).AddRefused(refusal.reason);
  response.status = refusal.status;
  WriteTaobaoFailure(refusal.message, &response.body);
}

}  // namespace nearcast::httpdns
