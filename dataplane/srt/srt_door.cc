#include "dataplane/srt/srt_door.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "dataplane/egress/http_server.h"
#include "dataplane/egress/link_protocol.h"
#include "signing/url_verifier.h"

namespace nearcast::srt {

SrtDoor::SrtDoor(std::string node, const egress::PlayDefaults& play,
                 std::vector<egress::Worker*> workers, egress::PlayDesk* desk)
    : node_(std::move(node)), play_(play), workers_(std::move(workers)), desk_(desk) {}

// As over HTTP: a relay shows the signature of its URL, loses no frame, and is let go when it is too
// slow.
absl::StatusOr<egress::Arrival> SrtDoor::BuildArrival(const StreamWish& wish,
                                                      const std::string& peer) const {
  if (std::find(wish.via.begin(), wish.via.end(), node_) != wish.via.end()) {
    return absl::FailedPreconditionError(
        absl::StrCat("loop: this request has come through ", node_, " before"));
  }
  if (wish.via.size() > egress::kViaNodesMax) {
    return absl::FailedPreconditionError("the request has come through too many nodes");
  }
  const std::string target = absl::StrCat("/", wish.target);
  const size_t mark = std::min(target.find('?'), target.size());
  absl::string_view path = absl::string_view(target).substr(0, mark);
  const absl::string_view signature = ConsumePathSignature(&path);
  egress::Arrival arrival;
  arrival.attempt.stream = std::string(absl::StripPrefix(path, "/"));
  arrival.attempt.path = std::string(path);
  arrival.attempt.path_signature = std::string(signature);
  if (mark < target.size()) arrival.attempt.query = target.substr(mark + 1);
  arrival.attempt.host = wish.host;
  arrival.attempt.address = peer;
  const std::string query =
      absl::StrCat("gop_cache_ms=", wish.gop_cache_ms,
                   "&gop_cache_policy=lower&merge_write_ms=0&protected_period=0");
  NC_ASSIGN_OR_RETURN(arrival.request,
                      egress::ParsePlayRequest(arrival.attempt.stream, query, play_));
  arrival.via = wish.via;
  return arrival;
}

void SrtDoor::Serve(int fd, const StreamWish& wish, const std::string& peer) {
  auto protocol = std::make_shared<egress::LinkProtocol>(egress::LinkDoor::kBare);
  absl::StatusOr<egress::Arrival> arrival = BuildArrival(wish, peer);
  if (!arrival.ok()) {
    refused_log_.Info("srt {}: {}", peer, std::string(arrival.status().message()));
    const std::string refusal = protocol->Refuse(arrival.status());
    (void)::send(fd, refusal.data(), refusal.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::close(fd);
    return;
  }
  arrival->fd = fd;
  arrival->protocol = std::move(protocol);
  egress::Worker* worker = workers_[next_worker_++ % workers_.size()];
  worker->Post([this, worker, arrival = *std::move(arrival)]() mutable {
    desk_->Admit(worker, std::move(arrival));
  });
}

}  // namespace nearcast::srt
