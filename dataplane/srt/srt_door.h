// SrtDoor: other relays that come over SRT, as viewers of the private link.
#ifndef DATAPLANE_SRT_SRT_DOOR_H_
#define DATAPLANE_SRT_SRT_DOOR_H_

#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

#include "base/limited_log.h"
#include "dataplane/egress/play_desk.h"
#include "dataplane/egress/play_request.h"
#include "dataplane/egress/worker.h"
#include "dataplane/srt/stream_id.h"

namespace nearcast::srt {

// Thread rule: Serve from any thread; destroyed after the workers stopped.
class SrtDoor {
 public:
  SrtDoor(std::string node, const egress::PlayDefaults& play, std::vector<egress::Worker*> workers,
          egress::PlayDesk* desk);

  // SrtPort::Serve. Takes `fd`; a wish that cannot be met is answered with a refusal in the link.
  void Serve(int fd, const StreamWish& wish, const std::string& peer);

 private:
  absl::StatusOr<egress::Arrival> BuildArrival(const StreamWish& wish,
                                               const std::string& peer) const;

  const std::string node_;
  const egress::PlayDefaults play_;
  const std::vector<egress::Worker*> workers_;
  egress::PlayDesk* const desk_;
  std::atomic<size_t> next_worker_{0};
  LimitedLog refused_log_;
};

}  // namespace nearcast::srt

#endif  // DATAPLANE_SRT_SRT_DOOR_H_
