// Tencent Cloud's (DNSPod's) HTTPDNS query, plain text: what its Android and iOS SDKs and many
// scripts speak. Source: Tencent Cloud HTTPDNS documents 379/95497 and 379/3530; the Android SDK's
// ResponseParser.
//
//   /d?dn=NAME[,NAME…][&ip=CLIENT][&type=aaaa|addrs][&ttl=1][&clientip=1][&query=1]
//
//   line  = [name ".:"] lists ["|" client]     the name with query=1 or with several names
//   lists = list | list "-" list               the second with type=addrs: IPv4, then IPv6
//   list  = address *(";" address) ["," ttl]   | "0" ["," ttl] where there is no address
//
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
#include "services/http/query_params.h"
#include "services/httpdns/question.h"

namespace nearcast::httpdns {

enum class Shown : uint8_t { kNo, kYes };

// What else the caller wants in the answer.
struct TencentStyle {
  Shown ttl = Shown::kNo;
  Shown client = Shown::kNo;
  Shown names = Shown::kNo;
};

// As ParseAlibabaV1. Refusals are 400; `code` is empty, for the dialect has none.
std::optional<Refusal> ParseTencent(const http::QueryParams& params,
                                    const ipdb::IpAddress& connection, IpParameter ip_parameter,
                                    Question* question, TencentStyle* style);

// As the dialect says it: a status and a sentence. SDKs drop what they had cached after a 401, so
// there is none.
Refusal TencentRefusal(Reason reason);

// Appends the answer's text. At least one result.
void WriteTencent(std::span<const NameResult> results, Families families, const TencentStyle& style,
                  std::string* out);

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_TENCENT_H_
