#include "services/httpdns/alibaba_v1.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "services/httpdns/answer_text.h"
#include "services/httpdns/digest.h"
#include "services/httpdns/host_name.h"
#include "services/httpdns/sdns.h"

namespace nearcast::httpdns {
namespace {

std::optional<Refusal> ReadHosts(absl::string_view hosts, AlibabaForm form, Question* question) {
  if (hosts.empty()) return Refusal{400, "MissingArgument", "host is missing"};
  if (form == AlibabaForm::kSingle) {
    if (!IsHostName(hosts)) return Refusal{400, "InvalidHost", "host is not a host name"};
    question->names.push_back(hosts);
    return std::nullopt;
  }
  while (!hosts.empty()) {
    const absl::string_view host = TakeListItem(&hosts);
    if (!IsHostName(host))
      return Refusal{400, "InvalidHost", "host has an item that is not a host name"};
    if (question->names.size() == kAlibabaNamesMax) {
      return Refusal{400, "TooManyHosts", "at most 5 names at once"};
    }
    question->names.push_back(host);
  }
  return std::nullopt;
}

// The vendor documents no code of its own for a bad address or family.
std::optional<Refusal> ReadClients(absl::string_view addresses, AlibabaForm form,
                                   Question* question) {
  size_t count = 0;
  while (!addresses.empty()) {
    const absl::string_view text =
        form == AlibabaForm::kBatch ? TakeListItem(&addresses) : addresses;
    if (form == AlibabaForm::kSingle) addresses = {};
    const auto address = ipdb::ParseIpAddress(text);
    if (!address.ok()) return Refusal{400, "MissingArgument", "ip is not an IP address"};
    if (++count > kAlibabaNamesMax)
      return Refusal{400, "TooManyHosts", "at most 5 addresses at once"};
    question->clients.push_back(*address);
  }
  if (question->names.size() > 1 && question->clients.size() > 1) {
    return Refusal{400, "TooManyHosts", "several names and several addresses cannot be combined"};
  }
  return std::nullopt;
}

std::optional<Refusal> ReadFamilies(absl::string_view query, Families* families) {
  if (query.empty() || query == "4") {
    *families = Families::kIpv4;
  } else if (query == "6") {
    *families = Families::kIpv6;
  } else if (query == "4,6" || query == "6,4") {
    *families = Families::kBoth;
  } else {
    return Refusal{400, "MissingArgument", "query must be 4, 6 or 4,6"};
  }
  return std::nullopt;
}

void AppendIps(const NameResult& result, std::string* out) {
  Append("\"ips\":[", out);
  if (result.answer != nullptr) AppendAddresses(result.answer->ipv4, ",", "\"", out);
  Append("]", out);
}

void AppendIpsv6(const NameResult& result, std::string* out) {
  Append("\"ipsv6\":[", out);
  if (result.answer != nullptr) AppendAddresses(result.answer->ipv6, ",", "\"", out);
  Append("]", out);
}

void AppendHost(const NameResult& result, std::string* out) {
  Append("{\"host\":\"", out);
  Append(result.name, out);
  Append("\",", out);
}

void AppendRest(const NameResult& result, std::string* out) {
  Append(",\"ttl\":", out);
  AppendNumber(result.ttl_s, out);
  Append(",\"origin_ttl\":", out);
  AppendNumber(result.ttl_s + result.age_s, out);
  Append(",\"client_ip\":\"", out);
  AppendAddress(result.client, out);
  Append("\"", out);
  AppendExtra(result, out);
  Append("}", out);
}

void WriteSingle(const NameResult& result, Families families, std::string* out) {
  AppendHost(result, out);
  // SDKs read `ips` first: it is there, if empty, also when IPv6 alone was asked for.
  if (Has(families, Families::kIpv4)) {
    AppendIps(result, out);
  } else {
    Append("\"ips\":[]", out);
  }
  if (Has(families, Families::kIpv6)) {
    Append(",", out);
    AppendIpsv6(result, out);
  }
  AppendRest(result, out);
}

void WriteBatch(std::span<const NameResult> results, Families families, std::string* out) {
  Append("{\"dns\":[", out);
  const size_t begin = out->size();
  for (const NameResult& result : results) {
    if (Has(families, Families::kIpv4)) {
      if (out->size() > begin) Append(",", out);
      AppendHost(result, out);
      AppendIps(result, out);
      Append(",\"type\":1", out);
      AppendRest(result, out);
    }
    if (Has(families, Families::kIpv6)) {
      if (out->size() > begin) Append(",", out);
      AppendHost(result, out);
      AppendIpsv6(result, out);
      Append(",\"type\":28", out);
      AppendRest(result, out);
    }
  }
  Append("]}", out);
}

}  // namespace

std::optional<Refusal> ParseAlibabaV1(const http::QueryParams& params, AlibabaForm form,
                                      const ipdb::IpAddress& connection, IpParameter ip_parameter,
                                      Question* question) {
  question->Clear();
  SdnsReader sdns(question);
  for (const http::QueryParams::Param& param : params.all()) {
    if (!absl::StartsWith(param.name, "sdns-")) continue;
    if (auto refusal = sdns.Read(param.name, param.value)) return refusal;
  }
  if (auto refusal = ReadHosts(params.Get("host"), form, question)) return refusal;
  if (auto refusal = ReadClients(params.Get("ip"), form, question)) return refusal;
  if (auto refusal = ReadFamilies(params.Get("query"), &question->families)) return refusal;
  if (ip_parameter == IpParameter::kIgnored) question->clients.clear();
  if (question->clients.empty()) question->clients.push_back(connection);
  return std::nullopt;
}

std::optional<Reason> CheckAlibabaV1(const http::QueryParams& params, absl::string_view text,
                                     const Caller& caller, absl::Time now) {
  const absl::string_view end = params.Get("t");
  const absl::string_view given = params.Get("s");
  if (text.empty() || end.empty() || given.empty()) return Reason::kParameter;
  if (caller.account == nullptr) return Reason::kAccountUnknown;
  const std::string expected = Md5Hex({text, "-", caller.account->sign_secret, "-", end});
  if (auto reason = CheckSignature(caller, expected, given)) return reason;
  return CheckExpiry(end, TimeUnit::kSeconds, now);
}

std::optional<Reason> ParseAlibabaSchedule(const http::QueryParams& params, const Caller& caller,
                                           absl::Time now) {
  static constexpr absl::string_view kRegions[] = {"", "cn", "hk", "sg", "us", "de", "global"};
  const auto* const region =
      std::find(std::begin(kRegions), std::end(kRegions), params.Get("region"));
  if (region == std::end(kRegions)) return Reason::kParameter;
  const absl::string_view nonce = params.Get("n");
  const bool is_signed = !nonce.empty() || !params.Get("s").empty() || !params.Get("t").empty();
  if (!is_signed) return CheckUnsigned(caller);
  const bool is_hex = std::all_of(nonce.begin(), nonce.end(), absl::ascii_isxdigit);
  if (nonce.size() < 8 || nonce.size() > 16 || !is_hex) return Reason::kParameter;
  return CheckAlibabaV1(params, nonce, caller, now);
}

void WriteAlibabaSchedule(std::span<const std::string> addresses, std::string* out) {
  const auto append = [&](Families family) {
    bool first = true;
    for (const std::string& text : addresses) {
      const auto address = ipdb::ParseIpAddress(text);
      if (!address.ok() || address->is_v4() != (family == Families::kIpv4)) continue;
      Append(first ? "\"" : ",\"", out);
      first = false;
      AppendAddress(*address, out);
      Append("\"", out);
    }
  };
  Append("{\"service_ip\":[", out);
  append(Families::kIpv4);
  Append("],\"service_ipv6\":[", out);
  append(Families::kIpv6);
  Append("]}", out);
}

Refusal AlibabaRefusal(Reason reason) {
  const absl::string_view message = MessageOf(reason);
  switch (reason) {
    case Reason::kMethod:
      return {405, "MethodNotAllowed", "", reason};
    case Reason::kParameter:
    case Reason::kCipher:
      return {400, "MissingArgument", message, reason};
    case Reason::kAccountMissing:
      return {403, "InvalidAccount", message, reason};
    case Reason::kAccountUnknown:
      return {403, "AccountNotExists", message, reason};
    case Reason::kUnsigned:
      return {403, "UnsignedInterfaceDisabled", message, reason};
    case Reason::kSignature:
      return {403, "InvalidSignature", message, reason};
    case Reason::kExpired:
      return {403, "SignatureExpired", message, reason};
    case Reason::kDuration:
      return {400, "InvalidDuration", message, reason};
    case Reason::kRate:
      return {403, "ServiceLevelDeny", message, reason};
    case Reason::kNotReady:
    case Reason::kUpstream:
      break;
  }
  return {500, "InternalError", message, reason};
}

void WriteAlibabaV1(std::span<const NameResult> results, AlibabaForm form, Families families,
                    std::string* out) {
  if (form == AlibabaForm::kSingle) {
    WriteSingle(results.front(), families, out);
  } else {
    WriteBatch(results, families, out);
  }
}

}  // namespace nearcast::httpdns
