// ConnectionLimiter: how many connections one address may have open at once, over all threads.
#ifndef DATAPLANE_INGEST_CONNECTION_LIMITER_H_
#define DATAPLANE_INGEST_CONNECTION_LIMITER_H_

#include <cstddef>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

namespace nearcast::ingest {

// Holds an entry per address with open connections, so it is as bounded as they are. Thread rule:
// any thread.
class ConnectionLimiter {
 public:
  explicit ConnectionLimiter(size_t per_address_max) : max_(per_address_max) {}

  // One connection's place; given back when it is destroyed.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept
        : limiter_(std::exchange(other.limiter_, nullptr)), address_(std::move(other.address_)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(limiter_, other.limiter_);
      std::swap(address_, other.address_);
      return *this;
    }
    ~Place() {
      if (limiter_ != nullptr) limiter_->Leave(address_);
    }
    explicit operator bool() const { return limiter_ != nullptr; }

   private:
    friend class ConnectionLimiter;
    Place(ConnectionLimiter* limiter, std::string address)
        : limiter_(limiter), address_(std::move(address)) {}
    ConnectionLimiter* limiter_ = nullptr;
    std::string address_;
  };

  // An empty place when the address has as many as it may.
  Place Enter(const std::string& address) {
    absl::MutexLock lock(&mutex_);
    size_t& open = open_[address];
    if (open >= max_) return Place();
    ++open;
    return Place(this, address);
  }

 private:
  void Leave(const std::string& address) {
    absl::MutexLock lock(&mutex_);
    auto found = open_.find(address);
    if (--found->second == 0) open_.erase(found);
  }

  const size_t max_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, size_t> open_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nearcast::ingest

#endif  // DATAPLANE_INGEST_CONNECTION_LIMITER_H_
