// LocalAdmin: requests to a relay's HTTP port that change what it does: answered for people on this
// very machine only (orders/order_page.h).
#ifndef DATAPLANE_EGRESS_LOCAL_ADMIN_H_
#define DATAPLANE_EGRESS_LOCAL_ADMIN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nearcast::egress {

struct AdminRequest {
  std::string method;
  std::string path;
  std::string query;  // without '?'

  // The peer is on this machine and speaks for itself: its address is a loopback one or this node's
  // own, it asked an address and not a name (localhost apart), and the request carries no sign of a
  // proxy or of a web page (Forwarded, X-Forwarded-For, Origin).
  bool is_local = false;
};

// Thread rule: any worker's thread. Must not block.
class LocalAdmin {
 public:
  virtual ~LocalAdmin() = default;

  virtual bool Owns(absl::string_view path) const = 0;

  // JSON. PermissionDenied when the request is not local; InvalidArgument, NotFound,
  // ResourceExhausted.
  virtual absl::StatusOr<std::string> Answer(const AdminRequest& request) = 0;
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_LOCAL_ADMIN_H_
