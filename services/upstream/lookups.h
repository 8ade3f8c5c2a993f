// Lookups: questions on their way upstream, one for each however many wait for it.
//
//   send → reply → answer                          done
//            ├──── truncated, or other letters →   the same over TCP
//            ├──── EDNS not understood →           the same without EDNS
//            ├──── an alias without addresses →    its target, at most kHopsMax times
//            └──── anything else →                 failure
//
// What stands at the end of a chain of several messages has the smallest TTL and the longest scope
// of them. Thread rule: one thread, that of the channels.
#ifndef SERVICES_UPSTREAM_LOOKUPS_H_
#define SERVICES_UPSTREAM_LOOKUPS_H_

#include <poll.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/counter.h"
#include "services/upstream/ares_channel.h"
#include "services/upstream/reply.h"

namespace nearcast::upstream {

// The algebra: started = answered + failed + those in flight; sent counts messages, retries of
// c-ares aside.
struct LookupCounters {
  Counter started;
  Counter answered;
  Counter failed;
  Counter refused;  // by in_flight_max; not started
  Counter sent;
  Counter over_tcp;
  Counter without_edns;
  Counter aliases;  // followed by a question of their own
  Counter silences;
  Counter server_failures;  // SERVFAIL, REFUSED, referrals, cannot be reached
  Counter malformed;
  Counter wrong_subnets;
};

class Lookups {
 public:
  static constexpr int kHopsMax = 8;

  // `answer` is null after a failure.
  using Done =
      std::function<void(const Question& question, const Answer* answer, uint8_t scope_bits)>;

  static absl::StatusOr<std::unique_ptr<Lookups>> Open(const ServerOptions& options,
                                                       size_t in_flight_max, Done done);

  // kTooMany: nothing is sent, and `done` will not be called. It may be called before this returns.
  enum class Begun { kStarted, kUnderway, kTooMany };
  Begun Begin(const Question& question);

  size_t in_flight() const { return underway_.size(); }
  const LookupCounters& counters() const { return counters_; }

  void AddPollFds(std::vector<pollfd>* fds) const;
  absl::Duration UntilTimeout(absl::Duration most) const;
  void Process(std::span<const pollfd> fds);

 private:
  struct Lookup {
    Question question;
    Question hop;  // what is asked now: the question, or the end of its aliases so far
    int hops = 0;
    Carrier carrier = Carrier::kUdp;
    Edns edns = Edns::kWithSubnet;
    uint32_t ttl_s = UINT32_MAX;
    uint8_t scope_bits = 0;
    Query query;
  };

  Lookups(size_t in_flight_max, Done done)
      : in_flight_max_(in_flight_max), done_(std::move(done)) {}

  void Send(std::shared_ptr<Lookup> lookup);
  void Receive(const std::shared_ptr<Lookup>& lookup, const AresChannel::Result& result);
  void Understand(const std::shared_ptr<Lookup>& lookup, Reply reply);
  void Follow(const std::shared_ptr<Lookup>& lookup, const Reply& reply);
  void SendOverTcp(const std::shared_ptr<Lookup>& lookup);
  void SendWithoutEdns(const std::shared_ptr<Lookup>& lookup);
  void Answered(const std::shared_ptr<Lookup>& lookup, Reply reply);
  void Fail(const std::shared_ptr<Lookup>& lookup, Counter* reason);

  const size_t in_flight_max_;
  const Done done_;
  LookupCounters counters_;
  absl::flat_hash_set<Question> underway_;
  std::array<std::unique_ptr<AresChannel>, 2> channels_;  // by Carrier; gone first
};

}  // namespace nearcast::upstream

#endif  // SERVICES_UPSTREAM_LOOKUPS_H_
