// CallbackEvent: one change of a stream, as it is told to the publish point's callback URL.
//
//   POST /hook HTTP/1.1
//   X-Nearcast-Time: 1790000000
//   X-Nearcast-Signature: <hex of HMAC-SHA256(secret, time "." body)>
//
//   {"event":"publishing","stream":"s1","publish_point":"show","state":"publishing","time_ms":…,
//    "push_lines":[{"line":"main","cdn":"own","node":"gz"}],"carried_by":"main"}
//
// `carried_by` is there when one line alone carries the stream, `play_cdn` when viewers are held.
#ifndef SERVICES_CALLBACK_CALLBACK_EVENT_H_
#define SERVICES_CALLBACK_CALLBACK_EVENT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/model/stream.h"

namespace nearcast::callback {

struct CallbackEvent {
  std::string stream;
  std::string url;
  std::string secret;
  std::string body;
  uint64_t number = 0;  // of UntoldEvent
};

// Which event a stream's change is: "created" when there was none before, the new state's name when
// that changed, "moved" when only its lines or its CDN did, "carried" when only which of its lines
// carry it; nothing when none of these.
std::optional<absl::string_view> EventOf(const scheduler::Stream* before,
                                         const scheduler::Stream& after);

// Whether it has a URL and lists the event.
bool Wants(const scheduler::Callback& callback, absl::string_view event);

std::string WriteCallbackBody(absl::string_view event, const scheduler::Stream& stream,
                              absl::Time time);

// The value of X-Nearcast-Signature.
std::string SignCallback(absl::string_view secret, int64_t time_s, absl::string_view body);

}  // namespace nearcast::callback

#endif  // SERVICES_CALLBACK_CALLBACK_EVENT_H_
