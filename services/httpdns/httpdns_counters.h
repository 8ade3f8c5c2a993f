// What HTTPDNS counts, per dialect. One HttpdnsCounters per thread; the reader sums them.
//
// The algebra: queries = answered + the sum of refused over all reasons. names counts what answered queries asked, each name
// for each client (and queries refused for reason upstream); of these, names_unknown are no names of
// ours, names_upstream were resolved upstream, and names_failed got no answer there.
#ifndef SERVICES_HTTPDNS_HTTPDNS_COUNTERS_H_
#define SERVICES_HTTPDNS_HTTPDNS_COUNTERS_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "base/counter.h"
#include "services/httpdns/question.h"

namespace nearcast::httpdns {

enum class Dialect : uint8_t { kAlibabaV1, kAlibabaV2, kTencent, kVolcengine, kBaidu, kTaobao };
inline constexpr size_t kDialects = 6;
inline constexpr absl::string_view kDialectNames[kDialects] = {
    "alibaba_v1", "alibaba_v2", "tencent", "volcengine", "baidu", "taobao"};

struct DialectCounters {
  Counter queries;
  std::array<Counter, kReasons> refused;  // by Reason
  Counter names;
  Counter names_unknown;
  Counter names_upstream;
  Counter names_failed;

  void AddRefused(Reason reason) { refused[static_cast<size_t>(reason)].Add(); }
};

struct HttpdnsCounters {
  std::array<DialectCounters, kDialects> by_dialect;

  DialectCounters& of(Dialect dialect) { return by_dialect[static_cast<size_t>(dialect)]; }
};

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_HTTPDNS_COUNTERS_H_
