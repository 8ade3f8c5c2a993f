#include "services/httpdns/front.h"

namespace nearcast::httpdns {
namespace {

using http::Method;
using http::QueryParams;
using http::Request;
using http::Response;

std::optional<Refusal> CheckMethod(const Request& request) {
  const bool allowed = request.method == Method::kGet || request.method == Method::kHead ||
                       request.method == Method::kPost;
  if (!allowed) return TencentRefusal(Reason::kMethod);
  return std::nullopt;
}

}  // namespace

// Three ways to say who asks: a token (plain, over TLS), an id (encrypted), nothing (plain).
std::optional<Refusal> Front::FindTencentCaller(const Request& request, const QueryParams& params,
                                                const scheduler::Snapshot& snapshot,
                                                Caller* caller) {
  tencent_key_.reset();
  const absl::string_view token = params.Get("token");
  if (!token.empty() && request.transport != http::Transport::kTls) {
    return Refusal{403, "", "a token is for HTTPS alone", Reason::kUnsigned};
  }
  if (!token.empty()) {
    const auto reason = FindCallerByToken(snapshot, token, options().ip_parameter, caller);
    if (reason) return TencentRefusal(*reason);
    return std::nullopt;
  }
  const absl::string_view id = params.Get("id");
  auto reason = FindCaller(snapshot, id, options().ip_parameter, caller);
  const bool is_encrypted = !id.empty() || !params.Get("alg").empty();
  if (!reason && is_encrypted) {
    reason = Reason::kAccountUnknown;
    if (caller->account != nullptr) {
      reason = FindTencentKey(*caller->account, params.Get("alg"), &tencent_key_.emplace());
    }
  }
  if (reason) return TencentRefusal(*reason);
  return std::nullopt;
}

std::optional<Refusal> Front::ReadTencent(const Request& request, const QueryParams& params,
                                          TencentStyle* style) {
  if (auto refusal = CheckMethod(request)) return refusal;
  const scheduler::Snapshot& snapshot = reader_.Get();
  Caller caller;
  if (auto refusal = FindTencentCaller(request, params, snapshot, &caller)) return refusal;
  TencentTexts texts{params.Get("dn"), params.Get("ip")};
  if (tencent_key_) {
    auto reason = OpenTencent(*tencent_key_, texts.dn, &tencent_dn_);
    if (!reason) reason = OpenTencent(*tencent_key_, texts.ip, &tencent_ip_);
    if (reason) return TencentRefusal(*reason);
    texts = {tencent_dn_, tencent_ip_};
  }
  if (auto refusal =
          ParseTencent(params, texts, request.client, caller.ip_parameter, &question_, style)) {
    return refusal;
  }
  auto reason = Admit(caller);
  if (!reason) reason = CheckReady(snapshot);
  if (!reason) reason = ResolveAll(snapshot, caller, Dialect::kTencent);
  if (reason) return TencentRefusal(*reason);
  return std::nullopt;
}

void Front::AnswerTencent(const Request& request, const QueryParams& params, Response& response) {
  CountQuery(Dialect::kTencent);
  response.content_type = http::kTextType;
  TencentStyle style;
  if (auto refusal = ReadTencent(request, params, &style)) {
    return RefuseTencent(*refusal, response);
  }
  WriteTencent(results_, question_.families, style, &response.body);
  if (tencent_key_) SealTencent(*tencent_key_, &response.body);
}

void Front::AnswerTencentConf(const Request& request, Response& response) {
  CountQuery(Dialect::kTencent);
  response.content_type = http::kTextType;
  if (auto refusal = CheckMethod(request)) return RefuseTencent(*refusal, response);
  const auto params = request.params();
  if (!params.ok()) return RefuseTencent({400, "", params.status().message()}, response);
  Caller caller;
  auto refusal = FindTencentCaller(request, **params, reader_.Get(), &caller);
  if (!refusal) {
    if (const auto reason = Admit(caller)) refusal = TencentRefusal(*reason);
  }
  if (refusal) return RefuseTencent(*refusal, response);
  WriteTencentConf(ServiceAddresses(caller), &response.body);
  if (tencent_key_) SealTencent(*tencent_key_, &response.body);
}

void Front::RefuseTencent(const Refusal& refusal, Response& response) {
  counters_.of(Dialect::kTencent).AddRefused(refusal.reason);
  response.status = refusal.status;
  response.content_type = http::kTextType;
  response.body.assign(refusal.message.data(), refusal.message.size());
}

}  // namespace nearcast::httpdns
