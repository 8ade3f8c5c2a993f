// Volcengine's HTTPDNS. Source: Volcengine documents 6758/113991 (resolve), 174756 (signature), 174757
// (replies), 788435 (service addresses).
//
//   GET /resolve?domain=A[,B…]&account_id=ACCOUNT[&sign=SIGN&timestamp=END][&type=A|AAAA][&ip=CLIENT]
//     {"cip":"198.51.100.7","host":"A","ips":["192.0.2.1","2001:db8::1"],"ttl":60}
//     several names: a list of such objects (the vendor's own shape for them is not published)
//   GET /svc_meta?account_id=ACCOUNT[&svc_meta_ts=T][&sign=SIGN&timestamp=END]
//     {"svc_meta":{"main_domains":["192.0.2.53"],"backup_domains":[]},"ts":1700000000,"update_interval_min":30}
//
//   END   milliseconds since 1970, 13 digits: when the signature ends
//   SIGN  md5hex of the values of secret, timestamp, account_id, domain, ip, type, sorted as octets,
//         joined by "_"; what is absent takes part as ""; for /svc_meta of secret, timestamp,
//         account_id, svc_meta_ts (our reading: the document does not list them)
//
// `ips` has both families unless `type` names one. Refusals have the vendor's status: 403 for what is
// wrong in the request, 405, 429, 500; the codes in the body are ours. Pure.
#ifndef SERVICES_HTTPDNS_VOLCENGINE_H_
#define SERVICES_HTTPDNS_VOLCENGINE_H_

#include <initializer_list>
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

// The signature over these values and the secret.
std::string SignVolcengine(std::initializer_list<absl::string_view> values,
                           absl::string_view secret);

enum class VolcengineCall : uint8_t { kResolve, kServiceAddresses };

// The signature, or the right to go without.
std::optional<Reason> CheckVolcengine(const http::QueryParams& params, VolcengineCall call,
                                      const Caller& caller, absl::Time now);

// As ParseAlibabaV1, for /resolve.
std::optional<Refusal> ParseVolcengine(const http::QueryParams& params, const Caller& caller,
                                       const ipdb::IpAddress& connection, Question* question);

Refusal VolcengineRefusal(Reason reason);

void WriteVolcengine(std::span<const NameResult> results, Families families, std::string* out);
void WriteVolcengineServiceAddresses(std::span<const std::string> addresses, absl::Time now,
                                     std::string* out);

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_VOLCENGINE_H_
