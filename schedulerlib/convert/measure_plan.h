// BuildMeasurePlan: whose delay one node has to measure, from what is declared.
#ifndef SCHEDULERLIB_CONVERT_MEASURE_PLAN_H_
#define SCHEDULERLIB_CONVERT_MEASURE_PLAN_H_

#include <vector>

#include "nearcast/v1/node.pb.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/place/delay_target.h"

namespace nearcast::scheduler {

// `targets` are those of the whole configuration (FindDelayTargets).
v1::MeasurePlan BuildMeasurePlan(const Node& node, const std::vector<DelayTarget>& targets);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONVERT_MEASURE_PLAN_H_
