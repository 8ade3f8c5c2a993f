// ServerTime: what the server's clock says, learned from the Date header of its answers (RFC 9110
// section 6.6.1), because a device's own clock may be wrong by hours and a signature's time is
// then refused. Not thread-safe; pure.
//
// Between answers the time goes on by the monotonic clock, so a user who sets the device's clock
// changes nothing.
#ifndef CLIENT_SERVER_TIME_H_
#define CLIENT_SERVER_TIME_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace nearcast::client {

// The moment in an IMF-fixdate ("Sun, 06 Nov 1994 08:49:37 GMT"); nothing for other text.
std::optional<absl::Time> ParseHttpDate(absl::string_view date);

class ServerTime {
 public:
  // An answer with this date came in at `monotonic`. Exact to a second and the way back.
  void Learn(absl::Time date, absl::Duration monotonic) { offset_ = date - (kOrigin + monotonic); }

  // The server's time; the device's `wall` as long as nothing was learned.
  absl::Time Now(absl::Time wall, absl::Duration monotonic) const {
    return offset_ ? kOrigin + monotonic + *offset_ : wall;
  }

 private:
  static constexpr absl::Time kOrigin = absl::UnixEpoch();
  std::optional<absl::Duration> offset_;
};

}  // namespace nearcast::client

#endif  // CLIENT_SERVER_TIME_H_
