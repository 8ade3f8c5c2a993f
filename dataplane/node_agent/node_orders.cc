#include "dataplane/node_agent/node_orders.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "dataplane/egress/play_request.h"
#include "dataplane/orders/order_page.h"

namespace nearcast::node_agent {

NodeOrders OrdersOf(const nearcast::v1::NodeCommand& command) {
  NodeOrders orders;
  for (const nearcast::v1::HeldStream& held : command.hold()) {
    std::string name = absl::StrCat(held.app(), "/", held.stream());
    if (egress::ValidateStreamName(name).ok()) {
      orders.holds.push_back(std::move(name));
    } else {
      ++orders.invalid;
    }
  }
  for (const nearcast::v1::StreamForward& ordered : command.forward()) {
    orders::StreamForward forward{absl::StrCat(ordered.app(), "/", ordered.stream()),
                                  ordered.url()};
    if (orders::ValidateForward(forward).ok()) {
      orders.forwards.push_back(std::move(forward));
    } else {
      ++orders.invalid;
    }
  }
  return orders;
}

}  // namespace nearcast::node_agent
