// FakeNetwork: the resolver's outside world for tests: servers, probes and LocalDNS that answer from
// tables, remember what they were asked, and can be held to see what happens meanwhile.
#ifndef CLIENT_FAKE_NETWORK_H_
#define CLIENT_FAKE_NETWORK_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "client/connect_prober.h"
#include "client/http_fetcher.h"
#include "client/local_dns.h"

namespace nearcast::client {

// Thread rule: any thread.
class FakeNetwork : public HttpFetcher, public ConnectProber, public LocalDns {
 public:
  using Answer = std::function<absl::StatusOr<HttpReply>(const std::string& url)>;

  explicit FakeNetwork(Answer answer) : answer_(std::move(answer)) {}

  static absl::StatusOr<HttpReply> Down(const std::string& url) {
    return absl::UnavailableError(absl::StrCat(url, ": connection refused"));
  }

  void SetAnswer(Answer answer) {
    absl::MutexLock lock(&mutex_);
    answer_ = std::move(answer);
  }
  void SetConnectTime(const std::string& address, absl::Duration time) {
    absl::MutexLock lock(&mutex_);
    connect_times_[address] = time;
  }
  void SetLocal(const std::string& name, std::vector<std::string> addresses) {
    absl::MutexLock lock(&mutex_);
    local_[name] = std::move(addresses);
  }

  // Fetches wait from now on, until Release.
  void Hold() {
    absl::MutexLock lock(&mutex_);
    held_ = true;
  }
  void Release() {
    absl::MutexLock lock(&mutex_);
    held_ = false;
  }

  // What was asked so far, in order.
  std::vector<std::string> urls() const {
    absl::MutexLock lock(&mutex_);
    return urls_;
  }
  int forgotten() const {
    absl::MutexLock lock(&mutex_);
    return forgotten_;
  }

  absl::StatusOr<HttpReply> Fetch(const std::string& url, absl::Duration) override {
    Answer answer;
    {
      absl::MutexLock lock(&mutex_);
      urls_.push_back(url);
      mutex_.Await(absl::Condition(this, &FakeNetwork::IsFree));
      answer = answer_;
    }
    return answer(url);
  }

  void ForgetConnections() override {
    absl::MutexLock lock(&mutex_);
    ++forgotten_;
  }

  std::vector<std::optional<absl::Duration>> Probe(std::span<const std::string> addresses, uint16_t,
                                                   absl::Duration) override {
    absl::MutexLock lock(&mutex_);
    std::vector<std::optional<absl::Duration>> times;
    for (const std::string& address : addresses) {
      const auto found = connect_times_.find(address);
      times.push_back(found == connect_times_.end() ? std::nullopt : std::optional(found->second));
    }
    return times;
  }

  absl::StatusOr<std::vector<std::string>> Resolve(const std::string& name, Families) override {
    absl::MutexLock lock(&mutex_);
    const auto found = local_.find(name);
    if (found == local_.end()) return absl::NotFoundError(absl::StrCat(name, ": unknown"));
    return found->second;
  }

 private:
  bool IsFree() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !held_; }

  mutable absl::Mutex mutex_;
  Answer answer_ ABSL_GUARDED_BY(mutex_);
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  int forgotten_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::string> urls_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, absl::Duration> connect_times_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::vector<std::string>> local_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nearcast::client

#endif  // CLIENT_FAKE_NETWORK_H_
