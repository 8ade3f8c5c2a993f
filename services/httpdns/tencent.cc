#include "services/httpdns/tencent.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "services/httpdns/answer_text.h"
#include "services/httpdns/digest.h"
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

// What is no number says nothing.
absl::Duration ReadPatience(absl::string_view text) {
  int64_t ms = 0;
  if (!absl::SimpleAtoi(text, &ms)) return absl::InfiniteDuration();
  return absl::Milliseconds(std::clamp<int64_t>(ms, 1000, 5000));
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

std::optional<Refusal> ParseTencent(const http::QueryParams& params, const TencentTexts& texts,
                                    const ipdb::IpAddress& connection, IpParameter ip_parameter,
                                    Question* question, TencentStyle* style) {
  question->Clear();
  *style = {};
  if (auto refusal = ReadNames(texts.dn, question)) return refusal;
  const absl::string_view type = params.Get("type");
  if (absl::EqualsIgnoreCase(type, "aaaa")) question->families = Families::kIpv6;
  if (absl::EqualsIgnoreCase(type, "addrs")) question->families = Families::kBoth;
  style->ttl = ReadSwitch(params, "ttl");
  style->client = ReadSwitch(params, "clientip");
  question->patience = ReadPatience(params.Get("timeout"));
  style->names = question->names.size() > 1 ? Shown::kYes : ReadSwitch(params, "query");
  ipdb::IpAddress client = connection;
  if (const absl::string_view text = texts.ip; !text.empty()) {
    const auto address = ipdb::ParseIpAddress(text);
    if (!address.ok()) return Refusal{400, "", "ip is not an IP address"};
    if (ip_parameter == IpParameter::kHonoured) client = *address;
  }
  question->clients.push_back(client);
  return std::nullopt;
}

std::optional<Reason> FindTencentKey(const scheduler::Account& account, absl::string_view alg,
                                     TencentKey* key) {
  constexpr size_t kDesKeyBytes = 8;
  if (alg.empty() || absl::EqualsIgnoreCase(alg, "des")) {
    // The vendor's own example has a longer one, of which DES takes what it can.
    *key = {Cipher::kDesEcb, absl::string_view(account.tencent_des_key).substr(0, kDesKeyBytes)};
  } else if (absl::EqualsIgnoreCase(alg, "aes")) {
    *key = {Cipher::kAes128Cbc, account.tencent_aes_key};
  } else {
    return Reason::kParameter;
  }
  const size_t key_bytes = key->cipher == Cipher::kDesEcb ? kDesKeyBytes : 16;
  if (key->key.size() != key_bytes) return Reason::kCipher;
  return std::nullopt;
}

std::optional<Reason> OpenTencent(const TencentKey& key, absl::string_view hex, std::string* text) {
  text->clear();
  if (hex.empty()) return std::nullopt;
  const auto sealed = DecodeHex(hex);
  if (!sealed) return Reason::kCipher;
  auto opened = Open(key.cipher, key.key, *sealed);
  if (!opened.ok()) return Reason::kCipher;
  *text = *std::move(opened);
  return std::nullopt;
}

void SealTencent(const TencentKey& key, std::string* body) {
  const auto sealed = Seal(key.cipher, key.key, *body);
  NC_CHECK(sealed.ok());  // FindTencentKey has checked the key
  *body = EncodeHex(*sealed);
}

void WriteTencentConf(std::span<const std::string> addresses, std::string* out) {
  Append("log:0|domain:0|ip:", out);
  bool first = true;
  for (const std::string& address : addresses) {
    if (!first) Append(";", out);
    first = false;
    Append(address, out);
  }
  Append("|ttl:60", out);
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
    case Reason::kUpstream:
      return {503, "", message, reason};
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
