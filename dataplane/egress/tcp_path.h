// What the kernel knows of a viewer's path (Linux TCP_INFO, tcp(7); delivery rate: Cardwell et al.,
// "BBR Congestion Control", 2016).
#ifndef DATAPLANE_EGRESS_TCP_PATH_H_
#define DATAPLANE_EGRESS_TCP_PATH_H_

#include <cstdint>

#include "dataplane/stream/queue_bound.h"

namespace nearcast::egress {

// All zero where the socket is not TCP or has gone: not an error, the path is not known then.
// bits_per_s is 0 unless the last measurement was limited by the path (not by what there was to
// send). Any thread.
stream::PathReading ReadTcpPath(int fd);

// Bytes in the kernel that have not been sent for the first time, by themselves: as PathReading has
// them, and cheaper. 0 where the socket is not TCP or has gone. Any thread.
int64_t ReadUnsentBytes(int fd);

// How far the other end has taken what was written. All zero as above.
struct TcpTaken {
  uint64_t acknowledged_bytes = 0;
  bool waits = false;  // something written is not acknowledged yet
};
TcpTaken ReadTcpTaken(int fd);

// Lowers TCP_NOTSENT_LOWAT. Without effect where the socket is not TCP. Any thread.
void LimitUnsent(int fd, int bytes);

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_TCP_PATH_H_
