// RuleMatch: whom a rule is for, as declared. nearcast.v1.Match documents each field;
// schedulerlib/match compiles it.
#ifndef SCHEDULERLIB_MODEL_RULE_MATCH_H_
#define SCHEDULERLIB_MODEL_RULE_MATCH_H_

#include <cstdint>
#include <string>
#include <vector>

namespace nearcast::scheduler {

// Lists that are empty and text that is "" match everything. Values may end in "*".
struct RuleMatch {
  std::vector<std::string> apps;
  std::string app_version_min;
  std::string app_version_max;
  std::vector<std::string> oses;
  std::vector<std::string> devices;
  std::vector<std::string> networks;
  std::vector<std::string> countries;
  std::vector<std::string> regions;
  std::vector<std::string> isps;
  std::vector<std::string> publish_points;
  std::vector<std::string> streams;
  std::vector<std::string> viewer_classes;
  uint32_t grade_min = 0;    // 0 = open
  uint32_t grade_max = 0;    // 0 = open
  double percent = 0;        // 0 = everyone
  std::string percent_salt;  // empty = the rule's name
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MODEL_RULE_MATCH_H_
