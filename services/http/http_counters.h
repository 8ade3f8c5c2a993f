// What an HTTP server counts. One HttpCounters per thread; HttpTotals is their sum.
//
// The algebra: accepted = closed + open. Every request read to its end has one response, so
// requests + refused = responses of all classes, but for those still being worked on.
#ifndef SERVICES_HTTP_HTTP_COUNTERS_H_
#define SERVICES_HTTP_HTTP_COUNTERS_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "base/counter.h"

namespace nearcast::http {

enum class HttpEvent : uint8_t {
  kAccepted,
  kClosed,
  kOverAddressLimit,
  kOverTotalLimit,
  kEvicted,
  kAcceptFailed,
  kRequest,
  kRefused,
  kTimedOut,
  kTlsFailed,
  kResponse2xx,
  kResponse3xx,
  kResponse4xx,
  kResponse5xx,
  kBytesIn,
  kBytesOut,
};
inline constexpr size_t kHttpEvents = 16;

struct HttpTotals {
  std::array<uint64_t, kHttpEvents> values{};

  uint64_t operator[](HttpEvent event) const { return values[static_cast<size_t>(event)]; }

  HttpTotals& operator+=(const HttpTotals& other) {
    for (size_t i = 0; i < kHttpEvents; ++i) values[i] += other.values[i];
    return *this;
  }
};

struct HttpCounters {
  std::array<Counter, kHttpEvents> values;

  // The owning thread only.
  void Add(HttpEvent event, uint64_t n = 1) { values[static_cast<size_t>(event)].Add(n); }

  void AddTo(HttpTotals* totals) const {
    for (size_t i = 0; i < kHttpEvents; ++i) totals->values[i] += values[i].Get();
  }
};

// Calls fn(name, help, value) for each, names as Prometheus wants them.
template <typename Fn>
void ForEachCounter(const HttpTotals& totals, Fn fn) {
  struct Text {
    absl::string_view name;
    absl::string_view help;
  };
  static constexpr Text kTexts[kHttpEvents] = {
      {"nearcast_http_connections_accepted_total", "Connections accepted."},
      {"nearcast_http_connections_closed_total", "Connections closed, for whatever reason."},
      {"nearcast_http_connections_over_address_limit_total",
       "Connections refused because their address had too many."},
      {"nearcast_http_connections_over_total_limit_total",
       "Connections refused because the server had too many."},
      {"nearcast_http_connections_evicted_total",
       "Connections closed while they waited for their clients, to make room for others."},
      {"nearcast_http_accept_failures_total", "Failed accepts, as when descriptors run out."},
      {"nearcast_http_requests_total", "Requests handed to a handler or to 404 and 405."},
      {"nearcast_http_requests_refused_total", "Requests too broken or too large to be handed on."},
      {"nearcast_http_timeouts_total", "Connections cut because a deadline passed."},
      {"nearcast_http_tls_failures_total",
       "Connections ended because TLS could not be agreed on or was broken."},
      {"nearcast_http_responses_2xx_total", "Responses with a status of 200 to 299."},
      {"nearcast_http_responses_3xx_total", "Responses with a status of 300 to 399."},
      {"nearcast_http_responses_4xx_total", "Responses with a status of 400 to 499."},
      {"nearcast_http_responses_5xx_total", "Responses with a status of 500 to 599."},
      {"nearcast_http_received_bytes_total", "Bytes received."},
      {"nearcast_http_sent_bytes_total", "Bytes sent."},
  };
  for (size_t i = 0; i < kHttpEvents; ++i) fn(kTexts[i].name, kTexts[i].help, totals.values[i]);
}

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_HTTP_COUNTERS_H_
