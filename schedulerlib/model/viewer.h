// Who watches or pushes, as far as decisions care.
#ifndef SCHEDULERLIB_MODEL_VIEWER_H_
#define SCHEDULERLIB_MODEL_VIEWER_H_

#include <cstdint>
#include <string>

#include "ipdb/ip_address.h"

namespace nearcast::scheduler {

struct Viewer {
  ipdb::IpAddress address;

  // Choices stick to it. Never empty: convert falls back to the address's text.
  std::string key;
  std::string app;
  std::string app_version;
  std::string device;  // model
  std::string os;
  std::string network;       // "wifi", "4g"
  std::string viewer_class;  // the caller's own word

  // 1 (worst) to 8 (best); 0 = unknown.
  uint32_t network_grade = 0;

  // Of the last session, and how long ago that ended.
  uint32_t recent_stalls = 0;
  uint32_t recent_retries = 0;
  uint32_t recent_age_s = 0;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MODEL_VIEWER_H_
