// Baidu AI Cloud's HTTPDNS. Source: Baidu document HTTPDNS/Vjwvxm96x.
//
//   GET /v4/resolve?account_id=ACCOUNT&dn=A[,B…][&t=END&sign=SIGN][&type=ipv4|ipv6|ipv4,ipv6][&ip=CLIENT]
//                  [&alt_server_ip=true]
//     {"msg":"ok","data":{"A":{"ipv4":{"ip":["192.0.2.1"],"ttl":60}}},"clientip":"198.51.100.7",
//      "timestamp":1700000000}
//
//   SIGN  md5hex(dn "-" secret "-" END), dn as sent; END: seconds since 1970, 10 digits
//
// At most 10 names. With alt_server_ip=true the reply has "serverip":{"ipv4":[…],"ipv6":[…]}. In place
// of dn a request may have tag=, the name of a list of names that is kept at the vendor; it is signed
// in dn's place. There are no such lists here: it is refused, as are both together. detail= says
// nothing here. Refusals are {"msg":"…"} in
// our words: the vendor's list is not published. Pure.
#ifndef SERVICES_HTTPDNS_BAIDU_H_
#define SERVICES_HTTPDNS_BAIDU_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ipdb/ip_address.h"
#include "services/http/query_params.h"
#include "services/httpdns/access.h"
#include "services/httpdns/question.h"

namespace nearcast::httpdns {

inline constexpr size_t kBaiduNamesMax = 10;

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
                std::span<const std::string> servers, absl::Time now, std::string* out);
void WriteBaiduFailure(absl::string_view message, std::string* out);

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_BAIDU_H_
