#include "services/httpdns/alibaba_v2.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "services/httpdns/alibaba_v1.h"
#include "services/httpdns/answer_text.h"
#include "services/httpdns/cipher.h"
#include "services/httpdns/digest.h"
#include "services/httpdns/question_text.h"
#include "services/httpdns/sdns.h"

namespace nearcast::httpdns {
namespace {

bool IsSigned(absl::string_view name) {
  static constexpr absl::string_view kNames[] = {"id",  "m",   "dn",   "cip", "q",
                                                 "enc", "exp", "tags", "v"};
  return absl::StartsWith(name, "sdns-") ||
         std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

std::optional<Reason> ReadMode(absl::string_view text, AlibabaV2Mode* mode) {
  if (text.empty() || text == "0") {
    *mode = AlibabaV2Mode::kPlain;
  } else if (text == "1") {
    *mode = AlibabaV2Mode::kCbc;
  } else if (text == "2") {
    *mode = AlibabaV2Mode::kGcm;
  } else {
    return Reason::kParameter;
  }
  return std::nullopt;
}

Cipher CipherOf(AlibabaV2Mode mode) {
  return mode == AlibabaV2Mode::kCbc ? Cipher::kAes128Cbc : Cipher::kAes128Gcm;
}

// An account without a key has one that no cipher takes.
std::string KeyOf(const Caller& caller) {
  if (caller.account == nullptr) return {};
  return DecodeHex(caller.account->alibaba_aes_key).value_or(std::string());
}

std::optional<Reason> OpenParams(absl::string_view hex, const Caller& caller, AlibabaV2Call* call) {
  if (hex.empty()) return Reason::kParameter;
  if (caller.account == nullptr) return Reason::kAccountUnknown;
  const auto sealed = DecodeHex(hex);
  if (!sealed) return Reason::kParameter;
  const auto json = Open(CipherOf(call->mode), KeyOf(caller), *sealed);
  if (!json.ok()) return Reason::kCipher;
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(json->data(), json->size());
  if (document.HasParseError() || !document.IsObject()) return Reason::kCipher;
  for (const auto& member : document.GetObject()) {
    if (!member.value.IsString()) continue;
    call->opened.emplace_back(
        std::string(member.name.GetString(), member.name.GetStringLength()),
        std::string(member.value.GetString(), member.value.GetStringLength()));
  }
  return std::nullopt;
}

std::optional<Refusal> RefusalOf(TextProblem problem) {
  switch (problem) {
    case TextProblem::kNone:
      return std::nullopt;
    case TextProblem::kNotHostName:
      return Refusal{400, "InvalidHost", MessageOf(problem)};
    case TextProblem::kTooMany:
      return Refusal{400, "TooManyHosts", MessageOf(problem)};
    default:
      return Refusal{400, "MissingArgument", MessageOf(problem)};
  }
}

// The parameters that make the question, from the query or from what was sealed.
struct Texts {
  absl::string_view names;
  absl::string_view families;
  absl::string_view client;
};

std::optional<Refusal> ReadParam(absl::string_view name, absl::string_view value, Texts* texts,
                                 SdnsReader* sdns) {
  if (name == "dn") texts->names = value;
  if (name == "q") texts->families = value;
  if (name == "cip") texts->client = value;
  if (absl::StartsWith(name, "sdns-")) return sdns->Read(name, value);
  return std::nullopt;
}

std::optional<Reason> ReadFamilies(absl::string_view text, Families* families) {
  if (text.empty() || text == "4") {
    *families = Families::kIpv4;
  } else if (text == "6") {
    *families = Families::kIpv6;
  } else if (text == "4,6" || text == "6,4") {
    *families = Families::kBoth;
  } else {
    return Reason::kParameter;
  }
  return std::nullopt;
}

template <typename Address>
void AppendFamily(absl::string_view name, const NameResult& result,
                  const std::vector<Address>* addresses, std::string* out) {
  absl::StrAppend(out, ",\"", name, "\":{\"ips\":[");
  const bool found = addresses != nullptr && !addresses->empty();
  if (found) AppendAddresses(*addresses, ",", "\"", out);
  absl::StrAppend(out, "],\"ttl\":", result.ttl_s);
  AppendExtra(result, out);
  Append(found ? "}" : ",\"no_ip_code\":\"RRNotExist\"}", out);
}

void AppendData(std::span<const NameResult> results, Families families, std::string* out) {
  Append("{\"cip\":\"", out);
  AppendAddress(results.front().client, out);
  Append("\",\"answers\":[", out);
  absl::string_view before = "{\"dn\":\"";
  for (const NameResult& result : results) {
    absl::StrAppend(out, before, result.name, "\"");
    before = ",{\"dn\":\"";
    const scheduler::NameAnswer* answer = result.answer;
    if (Has(families, Families::kIpv4)) {
      AppendFamily("v4", result, answer == nullptr ? nullptr : &answer->ipv4, out);
    }
    if (Has(families, Families::kIpv6)) {
      AppendFamily("v6", result, answer == nullptr ? nullptr : &answer->ipv6, out);
    }
    Append("}", out);
  }
  Append("]}", out);
}

}  // namespace

std::string AlibabaV2SignedText(const http::QueryParams& params) {
  std::array<http::QueryParams::Param, http::QueryParams::kParamsMax> covered;
  size_t count = 0;
  for (const http::QueryParams::Param& param : params.all()) {
    if (IsSigned(param.name) && !param.value.empty()) covered[count++] = param;
  }
  std::sort(covered.begin(), covered.begin() + count,
            [](const auto& a, const auto& b) { return a.name < b.name; });
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : "&", covered[i].name, "=", covered[i].value);
  }
  return text;
}

std::optional<Reason> CheckAlibabaV2(const http::QueryParams& params, const Caller& caller,
                                     absl::Time now) {
  const absl::string_view given = params.Get("s");
  if (given.empty()) return CheckUnsigned(caller);
  const absl::string_view end = params.Get("exp");
  if (end.empty()) return Reason::kParameter;
  if (caller.account == nullptr) return Reason::kAccountUnknown;
  const auto key = DecodeHex(caller.account->sign_secret);
  if (!key) return Reason::kSignature;
  const std::string expected = HmacSha256Hex(*key, AlibabaV2SignedText(params));
  if (auto reason = CheckSignature(caller, expected, given)) return reason;
  return CheckExpiry(end, TimeUnit::kSeconds, now);
}

std::optional<Refusal> ParseAlibabaV2(const http::QueryParams& params, const Caller& caller,
                                      const ipdb::IpAddress& connection, AlibabaV2Call* call,
                                      Question* question) {
  question->Clear();
  call->opened.clear();
  if (auto reason = ReadMode(params.Get("m"), &call->mode)) return AlibabaV2Refusal(*reason);
  Texts texts;
  SdnsReader sdns(question);
  if (call->mode == AlibabaV2Mode::kPlain) {
    for (const auto& [name, value] : params.all()) {
      if (auto refusal = ReadParam(name, value, &texts, &sdns)) return refusal;
    }
  } else {
    if (auto reason = OpenParams(params.Get("enc"), caller, call)) {
      return AlibabaV2Refusal(*reason);
    }
    for (const auto& [name, value] : call->opened) {
      if (auto refusal = ReadParam(name, value, &texts, &sdns)) return refusal;
    }
  }
  if (auto refusal = RefusalOf(ReadNames(texts.names, kAlibabaNamesMax, question))) return refusal;
  if (auto reason = ReadFamilies(texts.families, &question->families)) {
    return AlibabaV2Refusal(*reason);
  }
  return RefusalOf(ReadClient(texts.client, connection, caller.ip_parameter, question));
}

Refusal AlibabaV2Refusal(Reason reason) {
  Refusal refusal = AlibabaRefusal(reason);
  if (reason == Reason::kAccountUnknown) refusal.code = "InvalidAccount";
  return refusal;
}

void WriteAlibabaV2(std::span<const NameResult> results, Families families,
                    const AlibabaV2Call& call, const Caller& caller, std::string* out) {
  absl::StrAppend(out, "{\"code\":\"success\",\"mode\":", static_cast<int>(call.mode),
                  ",\"data\":");
  if (call.mode == AlibabaV2Mode::kPlain) {
    AppendData(results, families, out);
  } else {
    std::string data;
    AppendData(results, families, &data);
    const auto sealed = Seal(CipherOf(call.mode), KeyOf(caller), data);
    NC_CHECK(sealed.ok());  // the key has opened the request
    absl::StrAppend(out, "\"", absl::Base64Escape(*sealed), "\"");
  }
  Append("}", out);
}

}  // namespace nearcast::httpdns
