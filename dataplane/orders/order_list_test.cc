#include "dataplane/orders/order_list.h"

#include "gtest/gtest.h"

namespace nearcast::orders {
namespace {

using Names = std::vector<std::string>;

TEST(OrderListTest, IsWhatAnyOfThemWants) {
  OrderList<std::string> list(10);
  list.Set("one", {"b", "a"});
  list.Set("two", {"b", "c"});
  EXPECT_EQ(list.All(), (Names{"a", "b", "c"}));
  list.Set("one", {});
  EXPECT_EQ(list.All(), (Names{"b", "c"}));
  EXPECT_FALSE(list.Remove("one", "b")) << "another's";
  EXPECT_TRUE(list.Remove("two", "b"));
  EXPECT_FALSE(list.Has("b"));
  EXPECT_TRUE(list.Has("c"));
}

TEST(OrderListTest, IsBoundedAndCountsWhatItLeavesOut) {
  OrderList<std::string> list(2);
  list.Set("one", {"a", "b", "c"});
  EXPECT_EQ(list.All(), (Names{"a", "b"}));
  EXPECT_EQ(list.refused(), 1u);
  EXPECT_FALSE(list.Add("two", "d"));
  EXPECT_TRUE(list.Add("two", "b")) << "is there already";
  EXPECT_EQ(list.refused(), 2u);
  list.Set("one", {"a"});
  EXPECT_EQ(list.All(), (Names{"a", "b"})) << "two still wants b";
}

}  // namespace
}  // namespace nearcast::orders
