// Rules and questions drawn at random from a seed, in the proportions of a live service: for tests
// of growth and benchmarks.
#ifndef SCHEDULERLIB_MATCH_MATCH_WORLD_H_
#define SCHEDULERLIB_MATCH_MATCH_WORLD_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "ipdb/location.h"
#include "schedulerlib/model/rule_match.h"
#include "schedulerlib/model/viewer.h"

namespace nearcast::scheduler {

class MatchWorld {
 public:
  explicit MatchWorld(uint32_t seed) : chance_(seed) {}

  // One to four conditions.
  RuleMatch DrawRule();

  // A question's parts.
  struct Asker {
    Viewer viewer;
    ipdb::Location place;
    std::string publish_point;
    std::string stream;
  };
  Asker DrawAsker();

 private:
  uint32_t Draw(uint32_t below) {
    return std::uniform_int_distribution<uint32_t>(0, below - 1)(chance_);
  }
  std::string DrawDevice();
  std::string DrawVersion();

  std::mt19937 chance_;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MATCH_MATCH_WORLD_H_
