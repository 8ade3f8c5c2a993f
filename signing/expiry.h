// Until when signed URLs hold: time in periods, so that URLs made within one are the same.
#ifndef SIGNING_EXPIRY_H_
#define SIGNING_EXPIRY_H_

#include <cstdint>

namespace nearcast {

// The end of the period after the one that `now_s` is in, in Unix seconds: more than `validity_s`
// from now, and at most twice that. Periods are `validity_s` (> 0) long and begin at another second
// for every `stream_hash`, so that not all streams' URLs are made anew at once.
int64_t ExpiryFor(int64_t now_s, uint32_t validity_s, uint64_t stream_hash);

}  // namespace nearcast

#endif  // SIGNING_EXPIRY_H_
