// Counters: what became of the queries of one thread.
//
// The algebra: every request has exactly one outcome, so
//
//   requests = dropped + limited + answered + no_data + referred + nx_domain + refused + form_err +
//   not_imp + bad_vers + bad_cookie
//
// and OutcomeSum() is the number of requests. The others count properties of some of these
// requests. Where limits are on, over_limit = limited + slipped; where they are only counted, both of
// these are 0.
#ifndef SERVICES_DNS_COUNTERS_H_
#define SERVICES_DNS_COUNTERS_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/counter.h"

namespace nearcast::dns {

// Thread rule as Counter: one writer, any number of readers.
struct Counters {
  // Outcomes.
  Counter dropped;    // shorter than a header, or itself a response: no reply at all
  Counter limited;    // over the rate limit: no reply at all
  Counter answered;   // NOERROR with an answer
  Counter no_data;    // NOERROR without one; also the reply to a cookie alone
  Counter referred;   // to the name servers of a delegation
  Counter nx_domain;  // also at the end of a CNAME chain
  Counter refused;    // outside our zones, or not for us to give
  Counter form_err;
  Counter not_imp;
  Counter bad_vers;
  Counter bad_cookie;  // no good cookie where one was demanded

  // Properties.
  Counter tcp;            // came over TCP
  Counter tls;            // came over TLS
  Counter https;          // came over HTTP
  Counter edns;           // had an OPT record
  Counter client_subnet;  // had a Client Subnet option that is well formed
  Counter scope_zero;     // of these: the answer holds for everyone
  Counter truncated;      // went out with TC
  Counter cookie;         // had a COOKIE option, where cookies are on
  Counter good_cookie;    // of these: the server's part is good
  Counter over_limit;     // over the rate limit, whatever became of it
  Counter slipped;        // over the rate limit, and went out all the same: with TC, or as an error

  uint64_t OutcomeSum() const {
    return dropped.Get() + limited.Get() + answered.Get() + no_data.Get() + referred.Get() +
           nx_domain.Get() + refused.Get() + form_err.Get() + not_imp.Get() + bad_vers.Get() +
           bad_cookie.Get();
  }
};

// What became of connections and packets, apart from what was in them. Of TCP connections,
//
//   tcp_accepted = open now + tcp_closed + tcp_refused + tcp_evicted + tcp_timed_out +
//   tcp_malformed
struct TransportCounters {
  Counter udp_send_failures;  // replies that the system did not take
  Counter tcp_accepted;
  Counter tcp_closed;     // by the peer, or at the end
  Counter tcp_refused;    // too many from one address
  Counter tcp_evicted;    // the longest idle, to make room
  Counter tcp_timed_out;  // idle, stuck in a message, or not taking replies
  Counter tcp_malformed;  // a length that no message has, or broken TLS

  uint64_t TcpOpen() const {
    return tcp_accepted.Get() - tcp_closed.Get() - tcp_refused.Get() - tcp_evicted.Get() -
           tcp_timed_out.Get() - tcp_malformed.Get();
  }
};

// One number of a sum over threads, as a metrics page shows it.
struct CounterReading {
  absl::string_view name;  // "dns_answered_total"
  absl::string_view help;
  uint64_t value = 0;
};

// The sums over threads, in the order of the structs. The texts live as long as the process.
std::vector<CounterReading> ReadCounters(const std::vector<const Counters*>& threads);
std::vector<CounterReading> ReadTransportCounters(
    const std::vector<const TransportCounters*>& threads);

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_COUNTERS_H_
