#include "services/httpdns/volcengine.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/http/json_text.h"
#include "services/httpdns/answer_text.h"
#include "services/httpdns/digest.h"
#include "services/httpdns/question_text.h"

namespace nearcast::httpdns {
namespace {

std::optional<Reason> ReadType(absl::string_view text, Families* families) {
  if (text.empty()) {
    *families = Families::kBoth;
  } else if (absl::EqualsIgnoreCase(text, "A")) {
    *families = Families::kIpv4;
  } else if (absl::EqualsIgnoreCase(text, "AAAA")) {
    *families = Families::kIpv6;
  } else {
    return Reason::kParameter;
  }
  return std::nullopt;
}

std::optional<Refusal> RefusalOf(TextProblem problem) {
  if (problem == TextProblem::kNone) return std::nullopt;
  return Refusal{403, "InvalidParameter", MessageOf(problem)};
}

void AppendResult(const NameResult& result, Families families, std::string* out) {
  Append("{\"cip\":\"", out);
  AppendAddress(result.client, out);
  absl::StrAppend(out, "\",\"host\":\"", result.name, "\",\"ips\":[");
  if (result.answer != nullptr) {
    const bool with_v4 = Has(families, Families::kIpv4) && !result.answer->ipv4.empty();
    const bool with_v6 = Has(families, Families::kIpv6) && !result.answer->ipv6.empty();
    if (with_v4) AppendAddresses(result.answer->ipv4, ",", "\"", out);
    if (with_v4 && with_v6) Append(",", out);
    if (with_v6) AppendAddresses(result.answer->ipv6, ",", "\"", out);
  }
  absl::StrAppend(out, "],\"ttl\":", result.ttl_s, "}");
}

}  // namespace

std::string SignVolcengine(std::initializer_list<absl::string_view> values,
                           absl::string_view secret) {
  std::vector<absl::string_view> sorted(values);
  sorted.push_back(secret);
  std::sort(sorted.begin(), sorted.end());
  return Md5Hex({absl::StrJoin(sorted, "_")});
}

std::optional<Reason> CheckVolcengine(const http::QueryParams& params, VolcengineCall call,
                                      const Caller& caller, absl::Time now) {
  const absl::string_view given = params.Get("sign");
  if (given.empty()) return CheckUnsigned(caller);
  const absl::string_view end = params.Get("timestamp");
  if (end.empty()) return Reason::kParameter;
  if (caller.account == nullptr) return Reason::kAccountUnknown;
  const std::string& secret = caller.account->sign_secret;
  const absl::string_view id = params.Get("account_id");
  const std::string expected =
      call == VolcengineCall::kResolve
          ? SignVolcengine({end, id, params.Get("domain"), params.Get("ip"), params.Get("type")},
                           secret)
          : SignVolcengine({end, id, params.Get("svc_meta_ts")}, secret);
  if (auto reason = CheckSignature(caller, expected, given)) return reason;
  return CheckExpiry(end, TimeUnit::kMilliseconds, now);
}

std::optional<Refusal> ParseVolcengine(const http::QueryParams& params, const Caller& caller,
                                       const ipdb::IpAddress& connection, Question* question) {
  question->Clear();
  if (auto refusal = RefusalOf(ReadNames(params.Get("domain"), kNamesMax, question))) {
    return refusal;
  }
  if (auto reason = ReadType(params.Get("type"), &question->families)) {
    return VolcengineRefusal(*reason);
  }
  return RefusalOf(ReadClient(params.Get("ip"), connection, caller.ip_parameter, question));
}

Refusal VolcengineRefusal(Reason reason) {
  const absl::string_view message = MessageOf(reason);
  switch (reason) {
    case Reason::kMethod:
      return {405, "MethodNotAllowed", message, reason};
    case Reason::kParameter:
    case Reason::kCipher:
      return {403, "InvalidParameter", message, reason};
    case Reason::kAccountMissing:
    case Reason::kAccountUnknown:
      return {403, "InvalidAccount", message, reason};
    case Reason::kUnsigned:
    case Reason::kSignature:
      return {403, "InvalidSignature", message, reason};
    case Reason::kExpired:
    case Reason::kDuration:
      return {403, "InvalidTimestamp", message, reason};
    case Reason::kRate:
      return {429, "TooManyRequests", message, reason};
    case Reason::kNotReady:
    case Reason::kUpstream:
      break;
  }
  return {500, "InternalError", message, reason};
}

void WriteVolcengine(std::span<const NameResult> results, Families families, std::string* out) {
  if (results.size() == 1) return AppendResult(results.front(), families, out);
  absl::string_view before = "[";
  for (const NameResult& result : results) {
    Append(before, out);
    before = ",";
    AppendResult(result, families, out);
  }
  Append("]", out);
}

void WriteVolcengineServiceAddresses(std::span<const std::string> addresses, absl::Time now,
                                     std::string* out) {
  Append("{\"svc_meta\":{\"main_domains\":[", out);
  bool first = true;
  for (const std::string& address : addresses) {
    if (!first) Append(",", out);
    first = false;
    http::AppendJsonString(address, out);
  }
  absl::StrAppend(out, "],\"backup_domains\":[]},\"ts\":", absl::ToUnixSeconds(now),
                  ",\"update_interval_min\":30}");
}

}  // namespace nearcast::httpdns
