// ConnectionLimits: how many connections are open, in all and per client address.
#ifndef SERVICES_HTTP_CONNECTION_LIMITS_H_
#define SERVICES_HTTP_CONNECTION_LIMITS_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "ipdb/ip_address.h"

namespace nearcast::http {

// Thread-safe. Asked once when a connection comes and once when it goes, never per request.
class ConnectionLimits {
 public:
  enum class Verdict { kAdmitted, kOverAddressLimit, kOverTotalLimit };

  ConnectionLimits(uint32_t total_max, uint32_t per_address_max)
      : total_max_(total_max), per_address_max_(per_address_max) {}

  // IPv6 clients count by their /64, which one subscriber holds as a whole.
  Verdict Admit(const ipdb::IpAddress& client);

  // Once per admitted connection.
  void Release(const ipdb::IpAddress& client);

 private:
  const uint32_t total_max_;
  const uint32_t per_address_max_;
  absl::Mutex mutex_;
  uint32_t total_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<ipdb::IpAddress, uint32_t> by_address_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_CONNECTION_LIMITS_H_
