#include "services/httpdns/tencent.h"

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "services/httpdns/answer_text.h"
#include "services/httpdns/host_name.h"

namespace nearcast::httpdns {
namespace {

std::optional<Refusal> ReadNames(absl::string_view names, Question* question) {
  if (names.empty()) return Refusal{400, "", "dn is missing"};
  while (!names.empty()) {
    const absl::string_view name = TakeListItem(&names);
    if (!IsHostName(name)) return Refusal{400, "", "dn has an item that is not a host name"};
    if (question->names.size() == kNamesMax) return Refusal{400, "", "at most 16 names at once"};
    question->names.push_back(name);
  }
  return std::nullopt;
}

Shown ReadSwitch(const http::QueryParams& params, absl::string_view name) {
  return params.Get(name) == "1" ? Shown::kYes : Shown::kNo;
}

template <typename Address>
void AppendList(const std::vector<Address>* addresses, uint32_t ttl_s, Shown ttl,
                std::string* out) {
  if (addresses == nullptr || addresses->empty()) {
    Append("0", out);
  } else {
    AppendAddresses(*addresses, ";", "", out);
  }
  if (ttl == Shown::kNo) return;
  Append(",", out);
  AppendNumber(ttl_s, out);
}

void AppendLine(const NameResult& result, Families families, const TencentStyle& style,
                std::string* out) {
  const bool found = result.Found(families);
  const bool named = style.names == Shown::kYes;
  if (named) {
    Append(absl::StripSuffix(result.name, "."), out);
    Append(".:", out);
  } else if (!found && style.ttl == Shown::kNo && style.client == Shown::kNo) {
    return;
  }
  // A named line without addresses is documented without a TTL.
  const Shown ttl = named && !found ? Shown::kNo : style.ttl;
  const scheduler::NameAnswer* answer = result.answer;
  if (Has(families, Families::kIpv4)) {
    AppendList(answer == nullptr ? nullptr : &answer->ipv4, result.ttl_s, ttl, out);
  }
  if (families == Families::kBoth) Append("-", out);
  if (Has(families, Families::kIpv6)) {
    AppendList(answer == nullptr ? nullptr : &answer->ipv6, result.ttl_s, ttl, out);
  }
  if (style.client == Shown::kNo) return;
  Append("|", out);
  AppendAddress(result.client, out);
}

}  // namespace

std::optional<Refusal> ParseTencent(const http::QueryParams& params,
                                    const ipdb::IpAddress& connection, IpParameter ip_parameter,
                                    Question* question, TencentStyle* style) {
  question->Clear();
  *style = {};
  // With an id, dn and ip are cipher text.
  if (!params.Get("id").empty() || !params.Get("alg").empty()) {
    return Refusal{400, "", "encrypted queries are not served"};
  }
  if (auto refusal = ReadNames(params.Get("dn"), question)) return refusal;
  const absl::string_view type = params.Get("type");
  if (absl::EqualsIgnoreCase(type, "aaaa")) question->families = Families::kIpv6;
  if (absl::EqualsIgnoreCase(type, "addrs")) question->families = Families::kBoth;
  style->ttl = ReadSwitch(params, "ttl");
  style->client = ReadSwitch(params, "clientip");
  style->names = question->names.size() > 1 ? Shown::kYes : ReadSwitch(params, "query");
  ipdb::IpAddress client = connection;
  if (const absl::string_view text = params.Get("ip"); !text.empty()) {
    const auto address = ipdb::ParseIpAddress(text);
    if (!address.ok()) return Refusal{400, "", "ip is not an IP address"};
    if (ip_parameter == IpParameter::kHonoured) client = *address;
  }
  question->clients.push_back(client);
  return std::nullopt;
}

Refusal TencentRefusal(Reason reason) {
  const absl::string_view message = MessageOf(reason);
  switch (reason) {
    case Reason::kMethod:
      return {501, "", "use GET or POST", reason};
    case Reason::kParameter:
    case Reason::kCipher:
      return {400, "", message, reason};
    case Reason::kRate:
      return {429, "", message, reason};
    case Reason::kNotReady:
      return {503, "", "not ready", reason};
    default:
      return {403, "", message, reason};
  }
}

void WriteTencent(std::span<const NameResult> results, Families families, const TencentStyle& style,
                  std::string* out) {
  bool first = true;
  for (const NameResult& result : results) {
    if (!first) Append("\n", out);
    first = false;
    AppendLine(result, families, style, out);
  }
}

}  // namespace nearcast::httpdns
