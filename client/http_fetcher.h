// HttpFetcher: one GET. The seam between the resolver and the network; client/curl_fetcher.h is the
// real one, tests pass their own.
#ifndef CLIENT_HTTP_FETCHER_H_
#define CLIENT_HTTP_FETCHER_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace nearcast::client {

// A longer body is an error: an answer for five names has a few hundred octets.
inline constexpr size_t kBodyBytesMax = 64 * 1024;

struct HttpReply {
  int status = 0;
  std::string date;  // the Date header's value, or ""
  std::string body;
};

class HttpFetcher {
 public:
  virtual ~HttpFetcher() = default;

  // Blocks for `timeout` at most, name resolution and connection included. Any status is a reply;
  // kUnavailable or kDeadlineExceeded when there is none. Any thread.
  virtual absl::StatusOr<HttpReply> Fetch(const std::string& url, absl::Duration timeout) = 0;

  // Open connections belong to a network that was left: close them before the next Fetch.
  virtual void ForgetConnections() = 0;
};

}  // namespace nearcast::client

#endif  // CLIENT_HTTP_FETCHER_H_
