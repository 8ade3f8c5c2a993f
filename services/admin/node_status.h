// A node's declaration and what is known of it, as one message; and what nodes have measured.
#ifndef SERVICES_ADMIN_NODE_STATUS_H_
#define SERVICES_ADMIN_NODE_STATUS_H_

#include "absl/time/time.h"
#include "nearcast/v1/admin.pb.h"
#include "schedulerlib/live/delay_board.h"
#include "schedulerlib/live/node_live.h"

namespace nearcast {

// `resource` must be a Node. `now` and `monotonic` are the same moment by the two clocks.
v1::NodeStatus WriteNodeStatus(const v1::Resource& resource, const scheduler::NodeLive& live,
                               absl::Time now, absl::Duration monotonic);

// What one node has measured of one target.
v1::DelayEntry WriteDelayEntry(const scheduler::DelayView& view);

}  // namespace nearcast

#endif  // SERVICES_ADMIN_NODE_STATUS_H_
