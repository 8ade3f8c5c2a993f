#include "services/httpdns/baidu.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "services/http/json_text.h"
#include "services/httpdns/answer_text.h"
#include "services/httpdns/digest.h"
#include "services/httpdns/question_text.h"

namespace nearcast::httpdns {
namespace {

std::optional<Reason> ReadType(absl::string_view text, Families* families) {
  if (text.empty() || text == "ipv4") {
    *families = Families::kIpv4;
  } else if (text == "ipv6") {
    *families = Families::kIpv6;
  } else if (text == "ipv4,ipv6" || text == "ipv6,ipv4") {
    *families = Families::kBoth;
  } else {
    return Reason::kParameter;
  }
  return std::nullopt;
}

std::optional<Refusal> RefusalOf(TextProblem problem) {
  if (problem == TextProblem::kNone) return std::nullopt;
  return Refusal{400, "", MessageOf(problem)};
}

// By name, or by the tag of a list of them.
std::optional<Refusal> ReadAsked(const http::QueryParams& params, const Caller& caller,
                                 Question* question) {
  const absl::string_view dn = params.Get("dn");
  const absl::string_view tag = params.Get("tag");
  if (tag.empty()) return RefusalOf(ReadNames(dn, kBaiduNamesMax, question));
  if (!dn.empty()) return Refusal{400, "", "give dn or tag, not both"};
  if (caller.account != nullptr) {
    for (const scheduler::NameTag& known : caller.account->tags) {
      if (known.tag == tag) question->names.assign(known.names.begin(), known.names.end());
    }
  }
  if (question->names.empty()) return Refusal{400, "", "the account has no such tag"};
  return std::nullopt;
}

// In our words: the vendor's are not published.
absl::string_view DetailOf(const NameResult& result) {
  if (result.has_failed) return "failed";
  if (result.is_upstreams) return "upstream";
  return result.answer == nullptr ? "unknown" : "scheduled";
}

template <typename Address>
void AppendFamily(absl::string_view name, const std::vector<Address>* addresses, uint32_t ttl_s,
                  std::string* out) {
  absl::StrAppend(out, "\"", name, "\":{\"ip\":[");
  if (addresses != nullptr) AppendAddresses(*addresses, ",", "\"", out);
  absl::StrAppend(out, "],\"ttl\":", ttl_s, "}");
}

void AppendResult(const NameResult& result, Families families, BaiduDetail detail,
                  std::string* out) {
  absl::StrAppend(out, "\"", result.name, "\":{");
  const scheduler::NameAnswer* answer = result.answer;
  if (Has(families, Families::kIpv4)) {
    AppendFamily("ipv4", answer == nullptr ? nullptr : &answer->ipv4, result.ttl_s, out);
  }
  if (families == Families::kBoth) Append(",", out);
  if (Has(families, Families::kIpv6)) {
    AppendFamily("ipv6", answer == nullptr ? nullptr : &answer->ipv6, result.ttl_s, out);
  }
  if (detail == BaiduDetail::kWanted) {
    absl::StrAppend(out, ",\"detail\":\"", DetailOf(result), "\"");
  }
  Append("}", out);
}

void AppendServers(std::span<const std::string> servers, Families family, std::string* out) {
  bool first = true;
  for (const std::string& text : servers) {
    const auto address = ipdb::ParseIpAddress(text);
    if (!address.ok() || address->is_v4() != (family == Families::kIpv4)) continue;
    Append(first ? "\"" : ",\"", out);
    first = false;
    AppendAddress(*address, out);
    Append("\"", out);
  }
}

}  // namespace

std::optional<Reason> CheckBaidu(const http::QueryParams& params, const Caller& caller,
                                 absl::Time now) {
  const absl::string_view given = params.Get("sign");
  if (given.empty()) return CheckUnsigned(caller);
  const absl::string_view end = params.Get("t");
  if (end.empty()) return Reason::kParameter;
  if (caller.account == nullptr) return Reason::kAccountUnknown;
  // A request has one of the two; what it has is signed.
  const absl::string_view dn = params.Get("dn");
  const absl::string_view asked = dn.empty() ? params.Get("tag") : dn;
  const std::string expected = Md5Hex({asked, "-", caller.account->sign_secret, "-", end});
  if (auto reason = CheckSignature(caller, expected, given)) return reason;
  return CheckExpiry(end, TimeUnit::kSeconds, now);
}

std::optional<Refusal> ParseBaidu(const http::QueryParams& params, const Caller& caller,
                                  const ipdb::IpAddress& connection, Question* question) {
  question->Clear();
  if (auto refusal = ReadAsked(params, caller, question)) return refusal;
  if (auto reason = ReadType(params.Get("type"), &question->families)) {
    return BaiduRefusal(*reason);
  }
  return RefusalOf(ReadClient(params.Get("ip"), connection, caller.ip_parameter, question));
}

Refusal BaiduRefusal(Reason reason) {
  const absl::string_view message = MessageOf(reason);
  switch (reason) {
    case Reason::kMethod:
      return {405, "", message, reason};
    case Reason::kParameter:
    case Reason::kCipher:
      return {400, "", message, reason};
    case Reason::kRate:
      return {429, "", message, reason};
    case Reason::kNotReady:
    case Reason::kUpstream:
      return {500, "", message, reason};
    default:
      return {403, "", message, reason};
  }
}

void WriteBaidu(std::span<const NameResult> results, Families families,
                std::span<const std::string> servers, BaiduDetail detail, absl::Time now,
                std::string* out) {
  Append("{\"msg\":\"ok\",\"data\":{", out);
  bool first = true;
  for (const NameResult& result : results) {
    if (!first) Append(",", out);
    first = false;
    AppendResult(result, families, detail, out);
  }
  Append("},\"clientip\":\"", out);
  AppendAddress(results.front().client, out);
  absl::StrAppend(out, "\",\"timestamp\":", absl::ToUnixSeconds(now));
  if (!servers.empty()) {
    Append(",\"serverip\":{\"ipv4\":[", out);
    AppendServers(servers, Families::kIpv4, out);
    Append("],\"ipv6\":[", out);
    AppendServers(servers, Families::kIpv6, out);
    Append("]}", out);
  }
  Append("}", out);
}

void WriteBaiduFailure(absl::string_view message, std::string* out) {
  Append("{\"msg\":", out);
  http::AppendJsonString(message, out);
  Append("}", out);
}

}  // namespace nearcast::httpdns
