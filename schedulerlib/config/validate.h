// Validate: everything that is wrong with a configuration, all at once.
#ifndef SCHEDULERLIB_CONFIG_VALIDATE_H_
#define SCHEDULERLIB_CONFIG_VALIDATE_H_

#include <string>
#include <vector>

#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

// One mistake, at one place, with what to do about it.
struct Problem {
  std::string kind;     // "Node"
  std::string name;     // "guangzhou-1"
  std::string path;     // "spec.addresses[1]"
  std::string message;  // "is not an IP address: \"10.0.0.300\""

  // "Node/guangzhou-1: spec.addresses[1]: is not an IP address …"
  std::string ToString() const;
};

// Empty when BuildSnapshot may be called. In the order of kinds, names and fields.
std::vector<Problem> Validate(const Config& config);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONFIG_VALIDATE_H_
