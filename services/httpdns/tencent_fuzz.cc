// Arbitrary bytes as a Tencent query, plain or encrypted: no crash, and an answer that opens again.
// The first octet chooses what follows it: 0 a query string; 1 and 2 the names, which are sealed by DES
// or AES; 3 and 4 sealed names.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "services/httpdns/digest.h"
#include "services/httpdns/tencent.h"

namespace nearcast::httpdns {
namespace {

const scheduler::Account& FuzzAccount() {
  static const auto* const account = new scheduler::Account{
      .account_id = "1", .tencent_aes_key = "0123456789abcdef", .tencent_des_key = "dnspodpass"};
  return *account;
}

std::string QueryOf(int kind, absl::string_view text) {
  if (kind == 0) return std::string(text);
  const absl::string_view alg = kind % 2 == 1 ? "des" : "aes";
  TencentKey key;
  NC_CHECK(!FindTencentKey(FuzzAccount(), alg, &key).has_value());
  std::string dn(text);
  if (kind <= 2) {
    SealTencent(key, &dn);
  } else {
    dn = EncodeHex(dn);
  }
  return absl::StrCat("id=1&ttl=1&clientip=1&type=addrs&alg=", alg, "&dn=", dn);
}

void CheckAnswer(const Question& question, const TencentStyle& style,
                 const std::optional<TencentKey>& key) {
  static const auto* const answer = new scheduler::NameAnswer{
      .nodes = {}, .ipv4 = {{192, 0, 2, 1}}, .ipv6 = {{0x20, 1, 0xd, 0xb8}}, .cname = {}};
  std::vector<NameResult> results;
  for (const absl::string_view name : question.names) {
    results.push_back({.name = name,
                       .client = question.clients.front(),
                       .answer = name.size() % 2 == 0 ? answer : nullptr,
                       .ttl_s = 60,
                       .stream = {}});
  }
  std::string body;
  WriteTencent(results, question.families, style, &body);
  if (!key) return;
  std::string sealed = body;
  SealTencent(*key, &sealed);
  std::string opened;
  NC_CHECK(!OpenTencent(*key, sealed, &opened).has_value());
  NC_CHECK(opened == body);
}

void CheckQuery(absl::string_view query) {
  http::QueryParams params;
  if (!params.Parse(query).ok()) return;
  std::optional<TencentKey> key;
  std::string dn, ip;
  TencentTexts texts{params.Get("dn"), params.Get("ip")};
  if (!params.Get("id").empty()) {
    if (FindTencentKey(FuzzAccount(), params.Get("alg"), &key.emplace())) return;
    if (OpenTencent(*key, texts.dn, &dn) || OpenTencent(*key, texts.ip, &ip)) return;
    texts = {dn, ip};
  }
  Question question;
  TencentStyle style;
  const ipdb::IpAddress connection = ipdb::IpAddress::FromV4(0x0ed7b127);
  if (ParseTencent(params, texts, connection, IpParameter::kHonoured, &question, &style)) return;
  NC_CHECK(!question.names.empty() && question.names.size() <= kNamesMax);
  CheckAnswer(question, style, key);
}

}  // namespace
}  // namespace nearcast::httpdns

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const absl::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  nearcast::httpdns::CheckQuery(nearcast::httpdns::QueryOf(data[0] % 5, text));
  return 0;
}
