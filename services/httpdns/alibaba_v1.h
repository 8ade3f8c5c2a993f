// Alibaba Cloud's HTTPDNS API, version 1: what its C, Go, Android and iOS SDKs speak. Source:
// Alibaba Cloud HTTPDNS documents 52679 (one name), 111585 (several), 56810 (signatures) and the
// scheduling of service addresses; the C SDK's hdns_sign.c.
//
//   GET /{account}/d?host=H[&query=4|6|4,6][&ip=CLIENT]
//     {"host":"H","ips":["192.0.2.1"],"ipsv6":["2001:db8::1"],"ttl":60,"origin_ttl":60,"client_ip":"198.51.100.7"}
//   GET /{account}/resolve?host=A,B[&query=…][&ip=…]     (or one name and several addresses)
//     {"dns":[{"host":"A","ips":["192.0.2.1"],"type":1,"ttl":60,"origin_ttl":60,"client_ip":"198.51.100.7"},…]}
//   GET /{account}/sign_d?…&t=END&s=SIGN, /{account}/sign_resolve?…&t=END&s=SIGN
//     END: seconds since 1970, 10 digits.  SIGN: md5hex(host "-" secret "-" END), host as sent
//   GET /{account}/ss[?region=cn|hk|sg|us|de|global][&n=NONCE&t=END&s=SIGN]
//     {"service_ip":["192.0.2.9"],"service_ipv6":[]}   SIGN: md5hex(NONCE "-" secret "-" END)
//
// With sdns-KEY=VALUE parameters (sdns.h), or where the answer is an alias, the reply has `extra`:
// "cname=ALIAS;stream=STREAM", either alone where the other is absent. `ttl` is what is left of
// `origin_ttl`; they differ for names that were resolved upstream.
//
// `ipsv6` stands there only when asked for. A name without addresses is an answer with an empty
// list: SDKs keep that for its TTL. Refusals are {"code":"…","message":"…"}; the message is ours,
// the codes are the vendor's. Pure.
#ifndef SERVICES_HTTPDNS_ALIBABA_V1_H_
#define SERVICES_HTTPDNS_ALIBABA_V1_H_

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

inline constexpr size_t kAlibabaNamesMax = 5;

enum class AlibabaForm : uint8_t { kSingle, kBatch };

// `connection` is the client's address unless ip= names others and `ip_parameter` lets it. Fills
// `question`, or returns why not: MissingArgument, InvalidHost, TooManyHosts or SdnsNotSupported (for
// SDNS parameters that break the rules), all with status 400.
std::optional<Refusal> ParseAlibabaV1(const http::QueryParams& params, AlibabaForm form,
                                      const ipdb::IpAddress& connection, IpParameter ip_parameter,
                                      Question* question);

// The signature `s` over `text` (the hosts, or /ss's nonce), which counts until `t`.
std::optional<Reason> CheckAlibabaV1(const http::QueryParams& params, absl::string_view text,
                                     const Caller& caller, absl::Time now);

// /ss: its parameters, and the signature if there is one.
std::optional<Reason> ParseAlibabaSchedule(const http::QueryParams& params, const Caller& caller,
                                           absl::Time now);

// Appends /ss's JSON: the addresses by family; what is no IP address has no place in it.
void WriteAlibabaSchedule(std::span<const std::string> addresses, std::string* out);

// In the vendor's words. SDKs retry elsewhere after ServiceLevelDeny and InternalError, and do not
// retry after the others.
Refusal AlibabaRefusal(Reason reason);

// Appends the answer's JSON. kSingle writes the first result alone.
void WriteAlibabaV1(std::span<const NameResult> results, AlibabaForm form, Families families,
                    std::string* out);

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_ALIBABA_V1_H_
