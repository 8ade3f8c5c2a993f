// Resolver: names to addresses over HTTPDNS, as an app should do it. Ask ahead of need, keep the
// answer, connect to the address with the name in the Host header.
//
//   ResolverOptions options;
//   options.servers = {"http://203.0.113.1", "http://203.0.113.2"};
//   options.account_id = "100000";
//   NC_ASSIGN_OR_RETURN(std::unique_ptr<Resolver> resolver, Resolver::Create(options));
//   resolver->PreResolve({"pull.live.example", "push.live.example"}).IgnoreError();  // at start
//   …
//   NC_ASSIGN_OR_RETURN(const IpUrl to,
//                       resolver->ResolveUrl("http://pull.live.example/app/s.flv", absl::Seconds(2)));
//   // GET to.url with the header "Host: " + to.host_header
//   …
//   resolver->SetNetwork("wifi:home");                                // the system said so
//
// What it does, and when:
//   asks      up to 5 names in a call, in Alibaba's v1 dialect (client/alibaba_v1.h), signed when
//             there is a secret, by the server's clock; two tries, the second at the next server
//   keeps     by network and name; refreshes names in use at 75 % of their TTL; uses an expired answer
//             for stale_max more while refreshing goes on behind it (client/address_cache.h)
//   ranks     addresses by TCP connect time, measured after the answer was given, so that nobody
//             waits for it (client/address_ranking.h)
//   falls     back to LocalDNS for names that HTTPDNS does not know, or when no server answers and
//   back      nothing is kept
//
// Thread rule: any thread may call anything, also from within callbacks; only the blocking calls must
// stay out of callbacks. Three threads of its own: one asks, one waits for LocalDNS, one measures. The
// destructor waits for what these are doing: two request_timeouts, or as long as getaddrinfo takes.
#ifndef CLIENT_RESOLVER_H_
#define CLIENT_RESOLVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "client/address_cache.h"
#include "client/alibaba_v1.h"
#include "client/connect_prober.h"
#include "client/http_fetcher.h"
#include "client/httpdns.h"
#include "client/ip_url.h"
#include "client/lane.h"
#include "client/local_dns.h"

namespace nearcast::client {

enum class LocalDnsUse { kFallback, kNever };

struct ResolverOptions {
  // Service addresses, http:// or https://, with a port if need be. The first is asked until it
  // fails. Best given as IP addresses: a name would need the DNS that this replaces.
  std::vector<std::string> servers;

  // Letters and digits; empty for servers without accounts.
  std::string account_id;

  // Empty: requests are not signed.
  std::string secret;

  Families families = Families::kIpv4;

  // Where we are at first; see SetNetwork.
  std::string network;

  CachePolicy cache;

  // For one try, connecting included. Above 0, at most 5 s; 2 to 5 s is what vendors' SDKs use.
  absl::Duration request_timeout = absl::Seconds(2.5);

  // How long a signature is good for.
  absl::Duration signature_validity = absl::Minutes(5);

  LocalDnsUse local_dns = LocalDnsUse::kFallback;

  // How long an answer of LocalDNS is kept: getaddrinfo tells no TTL. Short, so that HTTPDNS takes
  // over again soon.
  absl::Duration local_ttl = absl::Seconds(30);

  // Which port to measure connect times on; 0: keep the server's order.
  uint16_t probe_port = 80;
  absl::Duration probe_timeout = absl::Seconds(1);

  // Callers that wait for an answer at once; more are refused.
  size_t waiters_max = 1000;

  // How often to look for what is due.
  absl::Duration refresh_tick = absl::Seconds(1);

  // The outside world; null is the real one. All outlive the resolver.
  const Clock* clock = nullptr;
  HttpFetcher* fetcher = nullptr;
  ConnectProber* prober = nullptr;
  LocalDns* local = nullptr;
};

struct Resolution {
  std::vector<std::string> addresses;  // the best first; at least one
  Source source = Source::kHttpdns;
  Freshness freshness = Freshness::kFresh;
};

// queries = literal + fresh + stale + asked + refused.
struct ResolverCounts {
  uint64_t queries = 0;
  uint64_t literal = 0;  // an IP address was asked for
  uint64_t fresh = 0;    // answered from the cache within the TTL, also "no addresses"
  uint64_t stale = 0;    // answered from the cache beyond it
  uint64_t asked = 0;    // had to wait for an answer
  uint64_t refused = 0;  // not a name, or too much under way

  uint64_t local = 0;    // answers taken from LocalDNS
  uint64_t dropped = 0;  // refreshes and measurements left out because too much was under way
  uint64_t evicted = 0;  // entries that made room
  size_t entries = 0;    // now in the cache
  HttpdnsCounts httpdns;
};

class Resolver {
 public:
  using Callback = std::function<void(absl::StatusOr<Resolution>)>;

  // kInvalidArgument, naming the field, when an option is out of its range.
  static absl::StatusOr<std::unique_ptr<Resolver>> Create(ResolverOptions options);

  // Callers that still wait get kCancelled.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // What is kept, at once; otherwise asks, and waits for `wait` at most. `name` may be an IP address,
  // which is its own answer. kInvalidArgument: not a name; kNotFound: neither HTTPDNS nor LocalDNS
  // knows an address; kUnavailable: nobody answered; kDeadlineExceeded: not within `wait`, but the
  // answer will be kept when it comes; kResourceExhausted: too much under way.
  absl::StatusOr<Resolution> Resolve(absl::string_view name, absl::Duration wait);

  // As Resolve without waiting: `done` is called once, on this thread before the call returns, or on
  // one of the resolver's. It must not block there.
  void ResolveAsync(absl::string_view name, Callback done);

  // Resolve of the URL's host and Rewrite with its best address.
  absl::StatusOr<IpUrl> ResolveUrl(absl::string_view url, absl::Duration wait);

  // Asks for those of `names` that are not kept or due, five in a call, and returns at once.
  // kInvalidArgument when one is not a name; the others are asked for all the same.
  absl::Status PreResolve(const std::vector<std::string>& names);

  // The device is on another network: `id` is whatever the app tells networks apart by (ISP, SSID,
  // "4g"). The old network's answers stay for the day it comes back, bounded like all; the names in
  // use are asked for again on the new one; so are those that somebody waits for. No effect when it
  // is the present one.
  void SetNetwork(absl::string_view id);

  // Forgets all answers of all networks.
  void Clear();

  // Asks for what is due and in use. The resolver does so by itself every refresh_tick.
  void RefreshDue();

  ResolverCounts counts() const;

 private:
  // A call under way. What comes back after the network changed is thrown away: the question may
  // have gone out through either.
  struct Batch {
    uint64_t generation;
    std::string network;
    std::vector<std::string> names;
  };
  // Callbacks with what to tell them, to be run without the lock.
  struct Told {
    std::vector<Callback> waiters;
    absl::StatusOr<Resolution> result = absl::UnknownError("");
  };

  explicit Resolver(ResolverOptions options);

  void Start(std::vector<std::string> names) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool StartBatch(std::vector<std::string> names) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status AddWaiter(const std::string& name, Callback done)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<absl::StatusOr<Resolution>> FindKept(const std::string& name)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // The lanes' work.
  void Ask(const Batch& batch);
  void AskLocal(const Batch& batch, const absl::StatusOr<NameAnswer>& httpdns);
  void Measure(const Batch& batch, const std::vector<std::string>& addresses);

  // How a question ends: with an answer, by leaving it to LocalDNS, or with an error.
  Told Settle(const Batch& batch, const std::string& name, std::vector<std::string> addresses,
              Source source, absl::Duration ttl) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Told Fall(const Batch& batch, const std::string& name, absl::StatusOr<NameAnswer> httpdns)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Told Fail(const std::string& name, const absl::Status& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<Callback> TakeWaiters(const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static void Tell(std::vector<Told> told);

  // Constant after construction; these synchronise themselves.
  std::vector<std::shared_ptr<void>> real_;  // owns what the options left null
  const ResolverOptions options_;
  Httpdns httpdns_;

  mutable absl::Mutex mutex_;
  std::string network_ ABSL_GUARDED_BY(mutex_);
  uint64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
  AddressCache cache_ ABSL_GUARDED_BY(mutex_);
  // Names of network_ that are being asked for, with who waits.
  absl::flat_hash_map<std::string, std::vector<Callback>> pending_ ABSL_GUARDED_BY(mutex_);
  size_t waiters_ ABSL_GUARDED_BY(mutex_) = 0;
  ResolverCounts counts_ ABSL_GUARDED_BY(mutex_);

  // Last: their threads use everything above.
  std::unique_ptr<Lane> probe_lane_, local_lane_, ask_lane_;
};

}  // namespace nearcast::client

#endif  // CLIENT_RESOLVER_H_
