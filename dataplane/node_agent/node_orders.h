// What a control plane orders a node to do of its own, out of its command.
#ifndef DATAPLANE_NODE_AGENT_NODE_ORDERS_H_
#define DATAPLANE_NODE_AGENT_NODE_ORDERS_H_

#include <string>
#include <vector>

#include "dataplane/orders/stream_forward.h"
#include "proto/nearcast/v1/node.pb.h"

namespace nearcast::node_agent {

struct NodeOrders {
  std::vector<std::string> holds;  // app/name
  std::vector<orders::StreamForward> forwards;
  int invalid = 0;  // left out: no stream can have that name, or nothing can be pushed to that URL
};

NodeOrders OrdersOf(const nearcast::v1::NodeCommand& command);

}  // namespace nearcast::node_agent

#endif  // DATAPLANE_NODE_AGENT_NODE_ORDERS_H_
