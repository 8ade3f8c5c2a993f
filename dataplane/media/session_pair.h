// SessionPair: a client and a server session wired to each other in memory, for tests. Events are
// written down as text:
//
//   SessionPair pair({.role = RtmpRole::kPublish, …});
//   pair.Run();                       // until both stand still
//   pair.client.WriteMedia(…); pair.Run();
//   pair.server_events                // {"publish live/s?t=1", "video@40: …"}
#ifndef DATAPLANE_MEDIA_SESSION_PAIR_H_
#define DATAPLANE_MEDIA_SESSION_PAIR_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "dataplane/media/rtmp_client_session.h"
#include "dataplane/media/rtmp_server_session.h"

namespace nearcast::media {

// "publish live/s?t=1", "play live/s", "ready", "end", "video@40: abc".
std::string FormatEvent(const RtmpEvent& event);

class SessionPair {
 public:
  // Bytes travel in pieces of `piece_bytes`.
  explicit SessionPair(RtmpTarget target, size_t piece_bytes = 100000);

  // Moves bytes until nothing is left to move. The server accepts every publish and play, unless
  // `refusal_code` is set.
  absl::Status Run();

  RtmpServerSession server;
  RtmpClientSession client;
  std::string refusal_code;
  std::vector<std::string> server_events;
  std::vector<std::string> client_events;

 private:
  absl::Status FeedServer(absl::string_view piece);
  absl::Status FeedClient(absl::string_view piece);

  size_t piece_bytes_;
  std::string to_server_;
  std::string to_client_;
};

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_SESSION_PAIR_H_
