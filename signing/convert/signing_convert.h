// nearcast.v1.Signing and Signing, both ways.
#ifndef SIGNING_CONVERT_SIGNING_CONVERT_H_
#define SIGNING_CONVERT_SIGNING_CONVERT_H_

#include <cstdint>

#include "nearcast/v1/vendor.pb.h"
#include "signing/signing.h"

namespace nearcast {

// How long URLs hold where nothing is said.
inline constexpr uint32_t kPushValidityS = 86400;
inline constexpr uint32_t kPullValidityS = 3600;

// A validity of 0 becomes `validity_s`.
Signing SigningOf(const v1::Signing& from, uint32_t validity_s);

// Back again, keys and all.
v1::Signing SigningMessageOf(const Signing& from);

}  // namespace nearcast

#endif  // SIGNING_CONVERT_SIGNING_CONVERT_H_
