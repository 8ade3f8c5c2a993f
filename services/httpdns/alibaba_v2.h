// Alibaba Cloud's HTTPDNS API, version 2: one call, plain or encrypted. Source: Alibaba Cloud HTTPDNS
// document 2978980; the Android SDK's SignService and AESEncryptService, the iOS SDK's
// HttpdnsRemoteResolver.
//
//   GET /v2/d?id=ACCOUNT&m=0&dn=A[,B…][&q=4|6|4,6][&cip=CLIENT][&sdns-KEY=VALUE][&exp=END&s=SIGN]
//   GET /v2/d?id=ACCOUNT&m=1|2&enc=HEX[&exp=END&s=SIGN]
//
//   enc   hex(sealed {"dn":"A","q":"4","cip":"…","sdns-KEY":"VALUE"}); m=1 AES-128-CBC, m=2 AES-128-GCM
//         (cipher.h), by the account's AES key, which is written in hex
//   SIGN  hex(HMAC-SHA256(secret, text)), the secret hex-decoded; text = those of id, m, dn, cip, q,
//         enc, exp, tags, v, sdns-* that are there and not empty, as NAME=VALUE, sorted by name, joined
//         by "&"
//
//   {"code":"success","mode":0,"data":{"cip":"198.51.100.7","answers":[
//     {"dn":"A","v4":{"ips":["192.0.2.1"],"ttl":60}}]}}
//
// v4 and v6 stand there as asked for; without addresses with "no_ip_code":"RRNotExist". Encrypted,
// `data` is base64(sealed JSON), in the mode of the request: some SDKs read no other. Pure, but for
// the IV.
#ifndef SERVICES_HTTPDNS_ALIBABA_V2_H_
#define SERVICES_HTTPDNS_ALIBABA_V2_H_

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "ipdb/ip_address.h"
#include "services/http/query_params.h"
#include "services/httpdns/access.h"
#include "services/httpdns/question.h"

namespace nearcast::httpdns {

enum class AlibabaV2Mode : uint8_t { kPlain, kCbc, kGcm };

// What a request is beside its question, and where the question's texts lie if they were encrypted.
struct AlibabaV2Call {
  AlibabaV2Mode mode = AlibabaV2Mode::kPlain;
  std::vector<std::pair<std::string, std::string>> opened;
};

// The text that is signed.
std::string AlibabaV2SignedText(const http::QueryParams& params);

// The signature, or the right to go without.
std::optional<Reason> CheckAlibabaV2(const http::QueryParams& params, const Caller& caller,
                                     absl::Time now);

// As ParseAlibabaV1. `params` and `call` must outlive the question.
std::optional<Refusal> ParseAlibabaV2(const http::QueryParams& params, const Caller& caller,
                                      const ipdb::IpAddress& connection, AlibabaV2Call* call,
                                      Question* question);

// As version 1's, but that there is no AccountNotExists.
Refusal AlibabaV2Refusal(Reason reason);

// Appends the answer's JSON. An encrypted one needs the caller's account.
void WriteAlibabaV2(std::span<const NameResult> results, Families families,
                    const AlibabaV2Call& call, const Caller& caller, std::string* out);

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_ALIBABA_V2_H_
