#include "signing/expiry.h"

namespace nearcast {

int64_t ExpiryFor(int64_t now_s, uint32_t validity_s, uint64_t stream_hash) {
  const int64_t period = validity_s;
  const auto phase = static_cast<int64_t>(stream_hash % validity_s);
  return ((now_s + phase) / period + 2) * period - phase;
}

}  // namespace nearcast
