// What people are told about one stream that is pushed on to somewhere else.
#ifndef DATAPLANE_EGRESS_FORWARD_STATUS_H_
#define DATAPLANE_EGRESS_FORWARD_STATUS_H_

#include <cstdint>
#include <string>

namespace nearcast::egress {

struct ForwardStatus {
  std::string stream;  // app/name
  std::string to;      // rtmp://host[:port]/app: the stream's name there may be a key
  std::string state;   // "waiting", "connecting", "sending"
  std::string error;   // why it waits, or why the last attempt ended
  uint64_t attempts = 0;
  int64_t sending_ms = 0;
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_FORWARD_STATUS_H_
