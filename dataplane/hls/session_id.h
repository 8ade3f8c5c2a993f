// SessionId: what names a virtual connection in its URLs: 128 random bits, and 128 bits that prove
// that this node gave it out, for this stream and (where wished) this address.
//
//   sid=<43 characters>      base64url of id ‖ HMAC-SHA256(key, id ‖ stream ‖ 0 ‖ address)[0:16]
//
// An id that somebody made up, or took to another stream, is refused without a look at any table.
// Sources: RFC 2104, RFC 4648 5.
#ifndef DATAPLANE_HLS_SESSION_ID_H_
#define DATAPLANE_HLS_SESSION_ID_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace nearcast::hls {

struct SessionId {
  uint64_t high = 0;
  uint64_t low = 0;

  bool operator==(const SessionId& other) const { return high == other.high && low == other.low; }

  template <typename H>
  friend H AbslHashValue(H h, const SessionId& id) {
    return H::combine(std::move(h), id.high, id.low);
  }
};

// What an id is bound to.
struct SessionScope {
  absl::string_view stream;
  absl::string_view address;  // empty: any
};

// Thread rule: any thread.
class SessionSigner {
 public:
  using Key = std::array<uint8_t, 32>;

  // A key of this process alone.
  SessionSigner();
  explicit SessionSigner(const Key& key) : key_(key) {}

  // Random bits of the system.
  static SessionId NewId();

  std::string Sign(const SessionId& id, const SessionScope& scope) const;

  // nullopt for anything that Sign did not give for this scope.
  std::optional<SessionId> Verify(absl::string_view sid, const SessionScope& scope) const;

 private:
  Key key_;
};

}  // namespace nearcast::hls

#endif  // DATAPLANE_HLS_SESSION_ID_H_
