// Tencent Cloud's (DNSPod's) HTTPDNS, plain and encrypted: what its Android and iOS SDKs and many
// scripts speak. Source: Tencent Cloud HTTPDNS documents 379/95497 and 379/3530; the Android SDK's
// ResponseParser.
//
//   /d?dn=NAME[,NAME…][&ip=CLIENT][&type=aaaa|addrs][&ttl=1][&clientip=1][&query=1][&timeout=MS]
//
//   line  = [name ".:"] lists ["|" client]     the name with query=1 or with several names
//   lists = list | list "-" list               the second with type=addrs: IPv4, then IPv6
//   list  = address *(";" address) ["," ttl]   | "0" ["," ttl] where there is no address
//
// With id=ACCOUNT, `dn` and `ip` are hex(sealed text), and so is the answer's whole body: alg=des (or
// none) DES-ECB, alg=aes AES-128-CBC (cipher.h). With token=TOKEN, over HTTPS alone, they are plain.
//
//   /conf?id=ACCOUNT[&alg=des|aes] or /conf?token=TOKEN     log:0|domain:0|ip:192.0.2.1;192.0.2.2|ttl:60
//
// `timeout` is how long the caller waits, 1000 to 5000 ms; other numbers count as the nearest of these.
// One line a name, "\n" between lines. The client stands on every line: the document shows it on
// the last alone, the SDK skips lines without it, and both readings accept this.
//
// Nothing found. The document shows an empty body for one plain name and "0" in named lines. But
// the SDK takes an empty or unparseable 200 for a broken server and drops what it had; it always
// asks with ttl=1 and clientip=1. So an empty body goes only to callers that ask for neither; the
// others get "0,60|client", which the SDK reads as "no record". Pure.
#ifndef SERVICES_HTTPDNS_TENCENT_H_
#define SERVICES_HTTPDNS_TENCENT_H_

#include <optional>
#include <span>
#include <string>

#include "ipdb/ip_address.h"
#include "schedulerlib/model/config.h"
#include "services/http/query_params.h"
#include "services/httpdns/cipher.h"
#include "services/httpdns/question.h"

namespace nearcast::httpdns {

enum class Shown : uint8_t { kNo, kYes };

// What else the caller wants in the answer.
struct TencentStyle {
  Shown ttl = Shown::kNo;
  Shown client = Shown::kNo;
  Shown names = Shown::kNo;
};

// The names and the client, in plain.
struct TencentTexts {
  absl::string_view dn;
  absl::string_view ip;
};

// As ParseAlibabaV1; all but `texts` comes from `params`. Refusals are 400; `code` is empty, for the
// dialect has none.
std::optional<Refusal> ParseTencent(const http::QueryParams& params, const TencentTexts& texts,
                                    const ipdb::IpAddress& connection, IpParameter ip_parameter,
                                    Question* question, TencentStyle* style);

// By what an account's requests and answers are sealed.
struct TencentKey {
  Cipher cipher = Cipher::kDesEcb;
  absl::string_view key;
};

// kParameter for an `alg` that is none; kCipher when the account has no key for it.
std::optional<Reason> FindTencentKey(const scheduler::Account& account, absl::string_view alg,
                                     TencentKey* key);

// Replaces `text` by what `hex` holds. Nothing stays nothing: SDKs send an empty ip.
std::optional<Reason> OpenTencent(const TencentKey& key, absl::string_view hex, std::string* text);

// Replaces an answer's text by its cipher text.
void SealTencent(const TencentKey& key, std::string* body);

// Appends /conf's text.
void WriteTencentConf(std::span<const std::string> addresses, std::string* out);

// As the dialect says it: a status and a sentence. SDKs drop what they had cached after a 401, so
// there is none.
Refusal TencentRefusal(Reason reason);

// Appends the answer's text. At least one result.
void WriteTencent(std::span<const NameResult> results, Families families, const TencentStyle& style,
                  std::string* out);

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_TENCENT_H_
