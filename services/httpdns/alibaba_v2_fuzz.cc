// Arbitrary bytes as a query of Alibaba's version 2: no crash, and what is answered is JSON that opens
// again. The first octet chooses what follows it: 0 a query string; 1 and 2 JSON, which is sealed by
// CBC or GCM; 3 and 4 a sealed text.
#include <rapidjson/document.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "services/httpdns/alibaba_v2.h"
#include "services/httpdns/cipher.h"
#include "services/httpdns/digest.h"

namespace nearcast::httpdns {
namespace {

constexpr char kAesKey[] = "feffe9928665731c6d6a8f9467308308";

const scheduler::Account& FuzzAccount() {
  static const auto* const account =
      new scheduler::Account{.account_id = "100",
                             .sign_secret = "00112233445566778899aabbccddeeff",
                             .alibaba_aes_key = kAesKey,
                             .allow_unsigned = true};
  return *account;
}

std::string QueryOf(int kind, absl::string_view text) {
  if (kind == 0) return std::string(text);
  const int mode = kind % 2 == 1 ? 1 : 2;
  const Cipher cipher = mode == 1 ? Cipher::kAes128Cbc : Cipher::kAes128Gcm;
  const std::string sealed =
      kind > 2 ? std::string(text) : *Seal(cipher, *DecodeHex(kAesKey), text);
  return absl::StrCat("id=100&m=", mode, "&enc=", EncodeHex(sealed));
}

std::vector<NameResult> ResultsOf(const Question& question) {
  static const auto* const answer = new scheduler::NameAnswer{
      .nodes = {}, .ipv4 = {{192, 0, 2, 1}}, .ipv6 = {{0x20, 1, 0xd, 0xb8}}, .cname = {}};
  std::vector<NameResult> results;
  for (const absl::string_view name : question.names) {
    results.push_back({.name = name,
                       .client = question.clients.front(),
                       .answer = name.size() % 2 == 0 ? answer : nullptr,
                       .ttl_s = 60,
                       .stream = question.stream});
  }
  return results;
}

void CheckJson(absl::string_view text) {
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  NC_CHECK(!document.HasParseError() && document.IsObject());
}

void CheckAnswer(const std::vector<NameResult>& results, Families families,
                 const AlibabaV2Call& call, const Caller& caller) {
  std::string json;
  WriteAlibabaV2(results, families, call, caller, &json);
  CheckJson(json);
  if (call.mode == AlibabaV2Mode::kPlain) return;
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  std::string sealed;
  NC_CHECK(absl::Base64Unescape(document["data"].GetString(), &sealed));
  const Cipher cipher = call.mode == AlibabaV2Mode::kCbc ? Cipher::kAes128Cbc : Cipher::kAes128Gcm;
  const auto data = Open(cipher, *DecodeHex(kAesKey), sealed);
  NC_CHECK(data.ok());
  CheckJson(*data);
}

void CheckQuery(absl::string_view query) {
  http::QueryParams params;
  if (!params.Parse(query).ok()) return;
  const Caller caller = {&FuzzAccount(), IpParameter::kHonoured};
  (void)CheckAlibabaV2(params, caller, absl::FromUnixSeconds(1700000000));
  AlibabaV2Call call;
  Question question;
  const ipdb::IpAddress connection = ipdb::IpAddress::FromV4(0x0ed7b127);
  if (ParseAlibabaV2(params, caller, connection, &call, &question)) return;
  NC_CHECK(!question.names.empty() && question.names.size() <= kNamesMax);
  NC_CHECK(question.clients.size() == 1);
  CheckAnswer(ResultsOf(question), question.families, call, caller);
}

}  // namespace
}  // namespace nearcast::httpdns

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const absl::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  nearcast::httpdns::CheckQuery(nearcast::httpdns::QueryOf(data[0] % 5, text));
  return 0;
}
