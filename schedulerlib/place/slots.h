// Slots: what names that spread by client or stream hash into.
#ifndef SCHEDULERLIB_PLACE_SLOTS_H_
#define SCHEDULERLIB_PLACE_SLOTS_H_

#include <cstdint>

namespace nearcast::scheduler {

// Among how many slots clients or streams are spread: shares are right to 1/256.
inline constexpr uint32_t kSteeringSlots = 256;

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_SLOTS_H_
