// HundredNodes: a CDN of 100 nodes as a live-streaming service in China has them, for measures of
// mapping quality over real networks.
#ifndef SCHEDULERLIB_TESTING_HUNDRED_NODES_H_
#define SCHEDULERLIB_TESTING_HUNDRED_NODES_H_

#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

// China Telecom in 28 provinces, China Unicom in 24, China Mobile in 24, six BGP nodes that announce
// to the three and to CERNET, six nodes of CERNET, twelve abroad; the name pull.live.example answers
// one of them. All ALWAYS_UP, with IPv4 and IPv6.
Config HundredNodes();

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_TESTING_HUNDRED_NODES_H_
