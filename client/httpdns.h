// Httpdns: asks the service addresses: signs with the server's time, moves on when one fails, and
// tries twice in all.
#ifndef CLIENT_HTTPDNS_H_
#define CLIENT_HTTPDNS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "client/alibaba_v1.h"
#include "client/http_fetcher.h"
#include "client/server_list.h"
#include "client/server_time.h"

namespace nearcast::client {

struct HttpdnsOptions {
  std::vector<std::string> servers;  // base URLs without a final '/'; at least one
  AlibabaAccount account;
  Families families = Families::kIpv4;
  absl::Duration request_timeout = absl::Seconds(2.5);
  absl::Duration signature_validity = absl::Minutes(5);
};

// requests = answered + refused + failed.
struct HttpdnsCounts {
  uint64_t requests = 0;
  uint64_t answered = 0;  // 200 with a body that could be read
  uint64_t refused = 0;   // another status
  uint64_t failed = 0;    // no reply, or one that could not be read
};

// Thread rule: any thread; what is under the mutex is never held over a request.
class Httpdns {
 public:
  // `clock` and `fetcher` outlive this.
  Httpdns(HttpdnsOptions options, const Clock* clock, HttpFetcher* fetcher);

  // Blocks for two requests at most. One answer for each of `names` (1 to kBatchNamesMax) in their
  // order, empty for those that the reply left out. kUnavailable or kDeadlineExceeded when no server
  // could tell, kFailedPrecondition when one refused for good (account, signature, name).
  absl::StatusOr<std::vector<NameAnswer>> Ask(std::span<const std::string> names);

  // The network changed: begin with the first server, on new connections.
  void Restart();

  HttpdnsCounts counts() const;

 private:
  enum class Verdict { kAnswered, kAgain, kFinal };
  struct Attempt {
    Verdict verdict;
    absl::StatusOr<std::vector<NameAnswer>> result;
  };

  Attempt AskOnce(std::span<const std::string> names);
  Attempt Judge(size_t server, const HttpReply& reply) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const HttpdnsOptions options_;
  const Clock* const clock_;
  HttpFetcher* const fetcher_;

  mutable absl::Mutex mutex_;
  ServerList servers_ ABSL_GUARDED_BY(mutex_);
  ServerTime time_ ABSL_GUARDED_BY(mutex_);
  HttpdnsCounts counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nearcast::client

#endif  // CLIENT_HTTPDNS_H_
