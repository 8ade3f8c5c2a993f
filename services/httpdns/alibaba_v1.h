// Alibaba Cloud's HTTPDNS API, version 1, unsigned calls: what its C, Go, Android and iOS SDKs
// speak. Source: Alibaba Cloud HTTPDNS documents "Resolve a domain name" and "Resolve multiple
// domain names".
//
//   GET /{account}/d?host=H[&query=4|6|4,6][&ip=CLIENT]
//     {"host":"H","ips":["192.0.2.1"],"ipsv6":["2001:db8::1"],"ttl":60,"origin_ttl":60,"client_ip":"198.51.100.7"}
//   GET /{account}/resolve?host=A,B[&query=…][&ip=…]     (or one name and several addresses)
//     {"dns":[{"host":"A","ips":["192.0.2.1"],"type":1,"ttl":60,"origin_ttl":60,"client_ip":"198.51.100.7"},…]}
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

#include "ipdb/ip_address.h"
#include "services/http/query_params.h"
#include "services/httpdns/question.h"

namespace nearcast::httpdns {

inline constexpr size_t kAlibabaNamesMax = 5;

enum class AlibabaForm : uint8_t { kSingle, kBatch };

// `connection` is the client's address unless ip= names others and `ip_parameter` lets it. Fills
// `question`, or returns why not: MissingArgument, InvalidHost, TooManyHosts or SdnsNotSupported,
// all with status 400.
std::optional<Refusal> ParseAlibabaV1(const http::QueryParams& params, AlibabaForm form,
                                      const ipdb::IpAddress& connection, IpParameter ip_parameter,
                                      Question* question);

// Appends the answer's JSON. kSingle writes the first result alone.
void WriteAlibabaV1(std::span<const NameResult> results, AlibabaForm form, Families families,
                    std::string* out);

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_ALIBABA_V1_H_
