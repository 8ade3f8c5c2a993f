#include "dataplane/orders/order_page.h"

#include "gtest/gtest.h"

namespace nearcast::orders {
namespace {

class OrderPageTest : public testing::Test {
 protected:
  absl::StatusCode Ask(const std::string& method, const std::string& path, const std::string& query,
                       bool is_local = true) {
    return page_.Answer({method, path, query, is_local}).status().code();
  }

  Orders orders_;
  OrderPage page_{&orders_};
};

TEST_F(OrderPageTest, HoldsAndLetsGo) {
  EXPECT_EQ(Ask("PUT", "/api/hold", "stream=live/a"), absl::StatusCode::kOk);
  EXPECT_EQ(Ask("PUT", "/api/hold", "x=1&stream=live%2Fb"), absl::StatusCode::kOk);
  EXPECT_EQ(orders_.holds.All(), (std::vector<std::string>{"live/a", "live/b"}));
  EXPECT_EQ(Ask("DELETE", "/api/hold", "stream=live/a"), absl::StatusCode::kOk);
  EXPECT_EQ(Ask("DELETE", "/api/hold", "stream=live/a"), absl::StatusCode::kNotFound);
  EXPECT_EQ(page_.Answer({"GET", "/api/orders", "", true}).value(),
            "{\"hold\":[\"live/b\"],\"forward\":[]}\n");
}

TEST_F(OrderPageTest, ForwardsWhatHasAName) {
  EXPECT_EQ(Ask("PUT", "/api/forward", "stream=live/a&url=rtmp://h/live/a%3Fkey=1%262"),
            absl::StatusCode::kOk);
  EXPECT_EQ(orders_.forwards.All(),
            (std::vector<StreamForward>{{"live/a", "rtmp://h/live/a?key=1&2"}}));
  EXPECT_EQ(Ask("PUT", "/api/forward", "stream=live/a&url=http://h/live/a"),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Ask("PUT", "/api/forward", "url=rtmp://h/live/a"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Ask("PUT", "/api/hold", "stream=live"), absl::StatusCode::kInvalidArgument);
}

TEST_F(OrderPageTest, IsForThisMachineOnly) {
  EXPECT_EQ(Ask("PUT", "/api/hold", "stream=live/a", false), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Ask("GET", "/api/orders", "", false), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Ask("POST", "/api/hold", "stream=live/a"), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(orders_.holds.All().empty());
}

TEST_F(OrderPageTest, EscapesAreDecodedAndBrokenOnesLeft) {
  EXPECT_EQ(DecodePercent("a%20b%2fc%"), "a b/c%");
  EXPECT_EQ(DecodePercent("%4"), "%4");
  EXPECT_EQ(DecodePercent("%zz%41"), "%zzA");
}

}  // namespace
}  // namespace nearcast::orders
