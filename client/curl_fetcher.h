// CurlFetcher: HttpFetcher by libcurl, with one connection kept alive. HTTP and HTTPS, no redirects
// and no proxy: whoever answers must be the server that was asked.
#ifndef CLIENT_CURL_FETCHER_H_
#define CLIENT_CURL_FETCHER_H_

#include <atomic>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/http_fetcher.h"

namespace nearcast::client {

// Thread rule: as HttpFetcher; fetches take turns.
class CurlFetcher : public HttpFetcher {
 public:
  CurlFetcher() = default;
  ~CurlFetcher() override;
  CurlFetcher(const CurlFetcher&) = delete;
  CurlFetcher& operator=(const CurlFetcher&) = delete;

  absl::StatusOr<HttpReply> Fetch(const std::string& url, absl::Duration timeout) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  void ForgetConnections() override { forget_ = true; }

 private:
  void Prepare(const std::string& url, absl::Duration timeout, HttpReply* reply)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  std::atomic<bool> forget_ = false;
  absl::Mutex mutex_;
  void* curl_ ABSL_GUARDED_BY(mutex_) = nullptr;  // a CURL easy handle
};

}  // namespace nearcast::client

#endif  // CLIENT_CURL_FETCHER_H_
