#include "dataplane/node_agent/node_orders.h"

#include "gtest/gtest.h"

namespace nearcast::node_agent {
namespace {

TEST(NodeOrdersTest, TakesWhatIsValidAndCountsTheRest) {
  nearcast::v1::NodeCommand command;
  for (const char* name : {"a", "", "a b"}) {
    auto* held = command.add_hold();
    held->set_app("live");
    held->set_stream(name);
  }
  for (const char* url : {"rtmp://198.51.100.7/live/a", "http://198.51.100.7/live/a"}) {
    auto* forward = command.add_forward();
    forward->set_app("live");
    forward->set_stream("a");
    forward->set_url(url);
  }
  const NodeOrders orders = OrdersOf(command);
  EXPECT_EQ(orders.holds, std::vector<std::string>{"live/a"});
  ASSERT_EQ(orders.forwards.size(), 1u);
  EXPECT_EQ(orders.forwards[0].url, "rtmp://198.51.100.7/live/a");
  EXPECT_EQ(orders.invalid, 3);
}

}  // namespace
}  // namespace nearcast::node_agent
