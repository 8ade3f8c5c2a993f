// OrderPage: standing orders over local HTTP, for relays without a control plane and for people.
//
//   PUT, DELETE /api/hold?stream=live/show
//   PUT, DELETE /api/forward?stream=live/show&url=rtmp://198.51.100.7/live/show?key=x   (%-escaped)
//   GET /api/orders
//
// A web page of any origin can have a browser send GET and POST to this machine; PUT and DELETE need
// a permission that this port never gives (Fetch standard, CORS-preflight), and a request with an
// Origin is refused anyway.
#ifndef DATAPLANE_ORDERS_ORDER_PAGE_H_
#define DATAPLANE_ORDERS_ORDER_PAGE_H_

#include <string>

#include "dataplane/egress/local_admin.h"
#include "dataplane/orders/order_list.h"
#include "dataplane/orders/stream_forward.h"

namespace nearcast::orders {

// What a node is ordered to do.
struct Orders {
  OrderList<std::string> holds{1'000};  // app/name
  OrderList<StreamForward> forwards{1'000};
};

// InvalidArgument says what is wrong with the stream's name or the URL.
absl::Status ValidateForward(const StreamForward& forward);

// "/a%20b" → "/a b"; a broken escape stays as it is.
std::string DecodePercent(absl::string_view text);

// Thread rule: any thread.
class OrderPage : public egress::LocalAdmin {
 public:
  explicit OrderPage(Orders* orders) : orders_(orders) {}

  bool Owns(absl::string_view path) const override;
  absl::StatusOr<std::string> Answer(const egress::AdminRequest& request) override;

 private:
  absl::StatusOr<std::string> AnswerHold(const egress::AdminRequest& request);
  absl::StatusOr<std::string> AnswerForward(const egress::AdminRequest& request);
  std::string WriteOrders() const;

  Orders* const orders_;
};

}  // namespace nearcast::orders

#endif  // DATAPLANE_ORDERS_ORDER_PAGE_H_
