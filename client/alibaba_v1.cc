#include "client/alibaba_v1.h"

#include <openssl/evp.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/check.h"
#include "client/host_name.h"

namespace nearcast::client {
namespace {

constexpr absl::Duration kTtlMax = absl::Hours(24);
constexpr size_t kReplyNamesMax = 64;

absl::string_view FamiliesText(Families families) {
  switch (families) {
    case Families::kIpv4:
      return "4";
    case Families::kIpv6:
      return "6";
    case Families::kBoth:
      return "4,6";
  }
  return "4";
}

// Iterative: the depth of a hostile body must not become the depth of our stack.
bool ReadJson(absl::string_view body, rapidjson::Document* document) {
  document->Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  return !document->HasParseError() && document->IsObject();
}

absl::string_view FindText(const rapidjson::Value& object, const char* key) {
  const auto member = object.FindMember(key);
  if (member == object.MemberEnd() || !member->value.IsString()) return {};
  return {member->value.GetString(), member->value.GetStringLength()};
}

absl::Duration FindTtl(const rapidjson::Value& object) {
  const auto member = object.FindMember("ttl");
  if (member == object.MemberEnd() || !member->value.IsInt64()) return kDefaultTtl;
  const int64_t ttl_s = member->value.GetInt64();
  if (ttl_s <= 0) return kDefaultTtl;
  return std::min(absl::Seconds(ttl_s), kTtlMax);
}

void AddAddresses(const rapidjson::Value& object, const char* key, Family family,
                  std::vector<std::string>* addresses) {
  const auto member = object.FindMember(key);
  if (member == object.MemberEnd() || !member->value.IsArray()) return;
  for (const auto& item : member->value.GetArray()) {
    if (addresses->size() >= kAddressesMax) return;
    if (!item.IsString()) continue;
    std::string address(item.GetString(), item.GetStringLength());
    const bool known = std::find(addresses->begin(), addresses->end(), address) != addresses->end();
    if (FindFamily(address) == family && !known) addresses->push_back(std::move(address));
  }
}

// One entry of a batch, or all of a single reply. A batch has one for each family.
void AddEntry(const rapidjson::Value& object, std::vector<NameAnswer>* answers) {
  if (!object.IsObject()) return;
  const auto name = ParseHostName(FindText(object, "host"));
  if (!name.ok()) return;
  auto answer = std::find_if(answers->begin(), answers->end(),
                             [&](const NameAnswer& a) { return a.name == *name; });
  const absl::Duration ttl = FindTtl(object);
  if (answer == answers->end()) {
    if (answers->size() >= kReplyNamesMax) return;
    answers->push_back(NameAnswer{.name = *name, .ttl = ttl});
    answer = answers->end() - 1;
  }
  answer->ttl = std::min(answer->ttl, ttl);
  AddAddresses(object, "ips", Family::kIpv4, &answer->addresses);
  AddAddresses(object, "ipsv6", Family::kIpv6, &answer->addresses);
}

}  // namespace

std::string SignHosts(absl::string_view hosts, absl::string_view secret, int64_t expiry_s) {
  const std::string text = absl::StrCat(hosts, "-", secret, "-", expiry_s);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int digest_bytes = 0;
  NC_CHECK(EVP_Digest(text.data(), text.size(), digest, &digest_bytes, EVP_md5(), nullptr) == 1);
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest), digest_bytes});
}

std::string WriteRequestPath(const AlibabaAccount& account, std::span<const std::string> names,
                             Families families, absl::Time expiry) {
  NC_CHECK(!names.empty() && names.size() <= kBatchNamesMax);
  const bool is_signed = !account.secret.empty();
  const std::string hosts = absl::StrJoin(names, ",");
  std::string path = account.id.empty() ? "" : absl::StrCat("/", account.id);
  absl::StrAppend(&path, is_signed ? "/sign_" : "/", names.size() == 1 ? "d" : "resolve",
                  "?host=", hosts);
  if (families != Families::kIpv4) absl::StrAppend(&path, "&query=", FamiliesText(families));
  if (is_signed) {
    const int64_t expiry_s = absl::ToUnixSeconds(expiry);
    absl::StrAppend(&path, "&t=", expiry_s, "&s=", SignHosts(hosts, account.secret, expiry_s));
  }
  return path;
}

absl::StatusOr<std::vector<NameAnswer>> ParseReply(absl::string_view body) {
  rapidjson::Document document;
  if (!ReadJson(body, &document)) {
    return absl::DataLossError("the reply is not a JSON object; is this an HTTPDNS server?");
  }
  std::vector<NameAnswer> answers;
  const auto batch = document.FindMember("dns");
  if (batch != document.MemberEnd() && batch->value.IsArray()) {
    for (const auto& entry : batch->value.GetArray()) AddEntry(entry, &answers);
  } else {
    AddEntry(document, &answers);
  }
  if (answers.empty()) {
    return absl::DataLossError("the reply has neither \"host\" nor a list \"dns\" with hosts");
  }
  return answers;
}

std::string FindErrorCode(absl::string_view body) {
  rapidjson::Document document;
  if (!ReadJson(body, &document)) return "";
  return std::string(FindText(document, "code"));
}

Refusal JudgeRefusal(absl::string_view body) {
  const std::string code = FindErrorCode(body);
  if (code == "SignatureExpired" || code == "InvalidDuration") return Refusal::kClock;
  for (const char* final :
       {"InvalidSignature", "InvalidHost", "TooManyHosts", "MissingArgument", "InvalidAccount",
        "AccountNotExists", "UnsignedInterfaceDisabled", "SdnsNotSupported", "MethodNotAllowed"}) {
    if (code == final) return Refusal::kQuestion;
  }
  return Refusal::kServer;
}

}  // namespace nearcast::client
