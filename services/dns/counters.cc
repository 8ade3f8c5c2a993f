#include "services/dns/counters.h"

namespace nearcast::dns {
namespace {

template <typename Struct>
struct Row {
  const char* name;
  const char* help;
  Counter Struct::*counter;
};

constexpr Row<Counters> kRows[] = {
    {"dns_dropped_total", "Packets left without a reply: too short, or responses.",
     &Counters::dropped},
    {"dns_limited_total", "Requests over the rate limit, left without a reply.",
     &Counters::limited},
    {"dns_answered_total", "NOERROR with an answer.", &Counters::answered},
    {"dns_no_data_total", "NOERROR: the name exists without the type asked for.",
     &Counters::no_data},
    {"dns_referred_total", "Referrals to the name servers of a delegation.", &Counters::referred},
    {"dns_nx_domain_total", "NXDOMAIN.", &Counters::nx_domain},
    {"dns_refused_total", "REFUSED: outside the zones, or a transfer.", &Counters::refused},
    {"dns_form_err_total", "FORMERR: malformed queries.", &Counters::form_err},
    {"dns_not_imp_total", "NOTIMP: operations other than QUERY.", &Counters::not_imp},
    {"dns_bad_vers_total", "BADVERS: EDNS versions above 0.", &Counters::bad_vers},
    {"dns_bad_cookie_total", "BADCOOKIE: no good cookie where one was demanded.",
     &Counters::bad_cookie},
    {"dns_tcp_requests_total", "Requests over TCP.", &Counters::tcp},
    {"dns_tls_requests_total", "Requests over TLS.", &Counters::tls},
    {"dns_https_requests_total", "Requests over HTTP.", &Counters::https},
    {"dns_edns_requests_total", "Requests with an OPT record.", &Counters::edns},
    {"dns_client_subnet_requests_total", "Requests with a well-formed Client Subnet.",
     &Counters::client_subnet},
    {"dns_scope_zero_total", "Client Subnet replies that hold for everyone.",
     &Counters::scope_zero},
    {"dns_truncated_total", "Replies with TC.", &Counters::truncated},
    {"dns_cookie_requests_total", "Requests with a cookie.", &Counters::cookie},
    {"dns_good_cookie_total", "Requests whose server cookie is good.", &Counters::good_cookie},
    {"dns_over_limit_total", "Requests over the rate limit.", &Counters::over_limit},
    {"dns_slipped_total", "Requests over the rate limit that got a reply all the same.",
     &Counters::slipped},
};

constexpr Row<TransportCounters> kTransportRows[] = {
    {"dns_udp_send_failures_total", "Replies that the system did not take.",
     &TransportCounters::udp_send_failures},
    {"dns_tcp_accepted_total", "TCP connections accepted.", &TransportCounters::tcp_accepted},
    {"dns_tcp_closed_total", "TCP connections closed by the peer, or at the end.",
     &TransportCounters::tcp_closed},
    {"dns_tcp_refused_total", "TCP connections closed at once: too many from one address.",
     &TransportCounters::tcp_refused},
    {"dns_tcp_evicted_total", "TCP connections closed to make room.",
     &TransportCounters::tcp_evicted},
    {"dns_tcp_timed_out_total", "TCP connections closed after their time was over.",
     &TransportCounters::tcp_timed_out},
    {"dns_tcp_malformed_total",
     "TCP connections closed after an impossible message length, or broken TLS.",
     &TransportCounters::tcp_malformed},
};

template <typename Struct, size_t kRowCount>
std::vector<CounterReading> Sum(const Row<Struct> (&rows)[kRowCount],
                                const std::vector<const Struct*>& threads) {
  std::vector<CounterReading> readings;
  for (const Row<Struct>& row : rows) {
    CounterReading reading{.name = row.name, .help = row.help, .value = 0};
    for (const Struct* counters : threads) reading.value += (counters->*row.counter).Get();
    readings.push_back(reading);
  }
  return readings;
}

}  // namespace

std::vector<CounterReading> ReadCounters(const std::vector<const Counters*>& threads) {
  return Sum(kRows, threads);
}

std::vector<CounterReading> ReadTransportCounters(
    const std::vector<const TransportCounters*>& threads) {
  return Sum(kTransportRows, threads);
}

}  // namespace nearcast::dns
