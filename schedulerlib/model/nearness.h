// How near places are to each other, and which addresses are exceptions: as nearcast.v1's
// NearnessPolicy and PrefixOverride, which document each field.
#ifndef SCHEDULERLIB_MODEL_NEARNESS_H_
#define SCHEDULERLIB_MODEL_NEARNESS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "ipdb/location.h"

namespace nearcast::scheduler {

// Round trips. Source of the defaults: seed 000 §1: same city and ISP below 15 ms, another province
// of the same ISP 25–50 ms, across ISPs 50–100 ms.
struct DelayLadder {
  int32_t same_city_us = 10'000;
  int32_t same_province_us = 15'000;
  int32_t same_group_us = 20'000;
  int32_t same_isp_near_us = 25'000;
  int32_t same_isp_far_us = 50'000;
  int32_t across_isps_near_us = 50'000;
  int32_t across_isps_far_us = 100'000;
  // Light in fibre needs 1 ms of round trip per 100 km, real routes about half as much again.
  int32_t abroad_us_per_km = 15;
  int32_t unknown_client_us = 100'000;
  int32_t far_km = 3500;  // Harbin to Sanya is about as far
};

struct RegionGroup {
  std::string name;
  std::vector<ipdb::Location> places;  // country, or country and region
};

struct IspNext {
  std::string isp;
  int32_t extra_us = 0;
};

struct IspFallback {
  ipdb::Location match;  // isp, and country and region if given
  std::string group;
  std::vector<IspNext> next;
};

struct NearnessPolicy {
  std::string name;
  DelayLadder delays;
  std::vector<RegionGroup> region_groups;
  std::vector<IspFallback> isp_fallbacks;
  bool nearest_only = false;
};

// Prefixes with one target: an override's own, or a zone of its coverage file.
struct OverrideZone {
  std::string zone;  // its name in the coverage file; empty for the override's own prefixes
  bool deep = false;
  bool by_caches = false;  // `nodes` are its caches: it has no target
  std::vector<std::string> prefixes;   // of a coverage file: `network`
  std::vector<std::string> prefixes6;  // `network6`; else empty
  ipdb::Location location;             // empty fields stay as they are
  std::vector<std::string> nodes;      // the first that is usable goes first
  std::string cname;                   // when none of them is
};

struct PrefixOverride {
  std::string name;
  std::vector<OverrideZone> zones;
  std::vector<std::string> cname_for;  // empty = every scheduled name
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MODEL_NEARNESS_H_
