// UrlGuard: whether URLs are signed as the scheduler signs them and still hold. Costs nothing but
// the digest.
#ifndef DATAPLANE_ADMISSION_URL_GUARD_H_
#define DATAPLANE_ADMISSION_URL_GUARD_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "dataplane/admission/attempt.h"
#include "dataplane/admission/url_keys.h"
#include "signing/url_verifier.h"

namespace nearcast::admission {

struct FaultCounts {
  uint64_t missing = 0;
  uint64_t expired = 0;
  uint64_t wrong = 0;
};

// Thread rule: any thread.
class UrlGuard {
 public:
  // `clock` must outlive it. Nothing is checked until there are keys.
  explicit UrlGuard(const Clock* clock);
  ~UrlGuard();

  // What is checked from now on.
  void SetKeys(const UrlKeys& keys);

  // PermissionDenied in words for the peer.
  absl::Status CheckPush(const Attempt& attempt);
  absl::Status CheckPull(const Attempt& attempt);

  // "http://host:port/app/name.flv", so that a node with the same keys takes it.
  std::string SignPull(absl::string_view url) const;

  FaultCounts counts() const;

 private:
  struct Keys;  // made ready to check and sign

  std::shared_ptr<const Keys> Current() const;
  absl::Status Check(const UrlVerifier& verifier, const Attempt& attempt);

  const Clock* const clock_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const Keys> keys_ ABSL_GUARDED_BY(mutex_);
  std::atomic<uint64_t> missing_{0};
  std::atomic<uint64_t> expired_{0};
  std::atomic<uint64_t> wrong_{0};
};

}  // namespace nearcast::admission

#endif  // DATAPLANE_ADMISSION_URL_GUARD_H_
