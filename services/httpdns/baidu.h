// Baidu AI Cloud's HTTPDNS. Source: Baidu document HTTPDNS/Vjwvxm96x.
//
//   GET /v4/resolve?account_id=ACCOUNT&dn=A[,B…][&t=END&sign=SIGN][&type=ipv4|ipv6|ipv4,ipv6][&ip=CLIENT]
//                  [&alt_server_ip=true][&detail=true]
//   GET /v4/resolve?account_id=ACCOUNT&tag=TAG…: the names of the account's list of that name
//     {"msg":"ok","data":{"A":{"ipv4":{"ip":["192.0.2.1"],"ttl":60}}},"clientip":"198.51.100.7",
//      "timestamp":1700000000}
//
//   SIGN  md5hex(dn "-" secret "-" END), dn or tag as sent; END: seconds since 1970, 10 digits
//
// At most 10 names, by dn or by tag and not both. With alt_server_ip=true the reply has
// "serverip":{"ipv4":[…],"ipv6":[…]}; with detail=true each name has "detail":"scheduled", "upstream",
// "unknown" or "failed": how it was resolved. Those words and refusals ({"msg":"…"}) are ours: the
// vendor's are not published. Pure.
#ifndef SERVICES_HTTPDNS_BAIDU_H_
#define SERVICES_HTTPDNS_BAIDU_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ipdb/ip_address.h"
#include "schedulerlib/model/config.h"
#include "services/http/query_params.h"
#include "services/httpdns/access.h"
#include "services/httpdns/question.h"

namespace nearcast::httpdns {

inline constexpr size_t kBaiduNamesMax = scheduler::kTaggedNamesMax;

enum class BaiduDetail : uint8_t { kNone, kWanted };

// The signature, or the right to go without.
std::optional<Reason> CheckBaidu(const http::QueryParams& params, const Caller& caller,
                                 absl::Time now);

// As ParseAlibabaV1.
std::optional<Refusal> ParseBaidu(const http::QueryParams& params, const Caller& caller,
                                  const ipdb::IpAddress& connection, Question* question);

// `code` is empty.
Refusal BaiduRefusal(Reason reason);

// Appends the answer's JSON; `servers` is empty unless alt_server_ip=true.
void WriteBaidu(std::span<const NameResult> results, Families families,
                std::span<const std::string> servers, BaiduDetail detail, absl::Time now,
                std::string* out);
void WriteBaiduFailure(absl::string_view message, std::string* out);

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_BAIDU_H_
