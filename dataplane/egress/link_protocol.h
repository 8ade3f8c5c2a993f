// LinkProtocol: the private link to another node as a ViewerProtocol (media/link_record.h has the
// bytes). Asked for in HTTP by "Accept: application/vnd.nearcast.link"; while the stream is awaited,
// interim responses (RFC 9110, 15.2; 102 of RFC 2518, 10.1) show that this node is alive.
#ifndef DATAPLANE_EGRESS_LINK_PROTOCOL_H_
#define DATAPLANE_EGRESS_LINK_PROTOCOL_H_

#include <string>

#include "dataplane/egress/viewer_protocol.h"

namespace nearcast::egress {

// What stands around the link.
enum class LinkDoor : uint8_t {
  kHttp,  // a response, whose body is the link
  kBare,  // nothing: the link alone
};

// Thread rule: belongs to the viewer's thread.
class LinkProtocol : public ViewerProtocol {
 public:
  explicit LinkProtocol(LinkDoor door) : door_(door) {}

  Wire wire() const override { return Wire::kLink; }
  std::string Open(const Opening& opening) override;
  std::string Refuse(const absl::Status& reason) override;
  std::string Close() override;
  bool IsKeptAlive() const override { return true; }
  std::string KeepAlive() override;

  // The other node has nothing to say after its request: ignored, never an error.
  absl::StatusOr<std::string> Read(absl::string_view input) override { return std::string(); }

 private:
  // The magic, once.
  std::string Begin();

  const LinkDoor door_;
  bool begun_ = false;
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_LINK_PROTOCOL_H_
