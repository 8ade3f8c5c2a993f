#include "dataplane/egress/play_desk.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace nearcast::egress {
namespace {

// What the URL does not say.
void ApplyTerms(const admission::PlayTerms& terms, PlayWish& wish) {
  if (terms.gop_cache_ms && !wish.says_gop_cache_ms) wish.start.gop_cache_ms = *terms.gop_cache_ms;
  if (terms.policy && !wish.says_policy) wish.start.policy = *terms.policy;
  if (terms.protected_period_ms && !wish.says_protected_period) {
    wish.drop.protected_period_ms = *terms.protected_period_ms;
  }
  if (terms.gop_keep_ms && !wish.says_gop_keep) wish.drop.gop_keep_ms = *terms.gop_keep_ms;
}

}  // namespace

PlayDesk::PlayDesk(const PlayDeskOptions& options, std::vector<Worker*> workers, stream::Hub* hub,
                   StreamFetcher* fetcher, admission::Gate* gate, plays::PlayLog* log)
    : options_(options),
      workers_(std::move(workers)),
      hub_(hub),
      fetcher_(fetcher),
      gate_(gate),
      log_(log) {}

std::unique_ptr<plays::PlayTicket> PlayDesk::OpenTicket(absl::string_view stream,
                                                        absl::string_view format,
                                                        absl::string_view address) {
  return log_ == nullptr ? nullptr : log_->Open(stream, format, address);
}

size_t PlayDesk::viewers() const {
  uint64_t admitted = 0;
  uint64_t left = 0;
  for (const Worker* worker : workers_) {
    left += worker->counters().viewers_left.Get();
    admitted += worker->counters().viewers_admitted.Get();
  }
  return admitted > left ? admitted - left : 0;
}

absl::StatusOr<std::shared_ptr<stream::Stream>> PlayDesk::Find(const std::string& name) {
  if (viewers() >= options_.viewers_max) {
    return absl::ResourceExhaustedError(
        absl::StrCat("this node has ", options_.viewers_max, " viewers, its limit"));
  }
  const int64_t now_ms = MonotonicMs();
  std::shared_ptr<stream::Stream> stream = hub_->Find(name);
  const bool here = stream != nullptr && stream->state() != stream::StreamState::kEnded &&
                    stream->state() != stream::StreamState::kWaiting;
  if (here) return stream;
  if (fetcher_ == nullptr) return absl::NotFoundError(absl::StrCat("no stream ", name));
  NC_ASSIGN_OR_RETURN(stream, hub_->FindOrCreate(name, now_ms));
  if (stream->viewers() >= options_.waiting_max) {
    return absl::ResourceExhaustedError(absl::StrCat("too many viewers wait for ", name));
  }
  return stream;
}

// Closes its connection when the node stops before the gate has answered.
struct PlayDesk::Guest {
  explicit Guest(Arrival given) : arrival(std::move(given)) {}
  ~Guest() {
    if (arrival.fd >= 0) ::close(arrival.fd);
  }
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

  Arrival Take() {
    Arrival taken = std::move(arrival);
    arrival.fd = -1;
    return taken;
  }

  Arrival arrival;
};

// Where the gate answers at once the viewer enters at once; else the worker goes on meanwhile.
void PlayDesk::Admit(Worker* worker, Arrival arrival) {
  const auto guest = std::make_shared<Guest>(std::move(arrival));
  gate_->AdmitPlay(
      guest->arrival.attempt, [this, worker, guest](absl::StatusOr<admission::PlayTerms> terms) {
        boost::asio::dispatch(
            worker->io(), [this, worker, guest, terms] { Enter(worker, guest->Take(), terms); });
      });
}

void PlayDesk::Enter(Worker* worker, Arrival arrival,
                     const absl::StatusOr<admission::PlayTerms>& terms) {
  if (!terms.ok()) {
    TurnAway(arrival, terms.status());
    return;
  }
  ApplyTerms(*terms, arrival.request.wish);
  const auto stream = Find(arrival.request.stream);
  if (!stream.ok()) {
    TurnAway(arrival, stream.status());
    return;
  }
  const PlayWish& wish = arrival.request.wish;
  const int64_t now_ms = MonotonicMs();
  const ViewerRequest request{.start = wish.start,
                              .drop = wish.drop,
                              .arrived_ms = now_ms,
                              .merge_ms = wish.merge_write_ms,
                              .deadline_ms = now_ms + options_.wait_ms};
  std::unique_ptr<plays::PlayTicket> ticket;
  const Wire wire = arrival.protocol->wire();
  if (wire != Wire::kLink) {
    ticket = OpenTicket((*stream)->name(), WireName(wire), arrival.attempt.address);
  }
  worker->Play(*stream, std::make_unique<Viewer>(arrival.fd, std::move(arrival.protocol), request,
                                                 std::move(ticket)));
  Fetch(*stream, {std::move(arrival.via), wish.start.gop_cache_ms});
}

void PlayDesk::Fetch(const std::shared_ptr<stream::Stream>& stream, const FetchWish& wish) {
  if (fetcher_ != nullptr) fetcher_->Fetch(stream, wish);
}

void PlayDesk::TurnAway(const Arrival& arrival, const absl::Status& reason) {
  const std::string bytes = arrival.protocol->Refuse(reason);
  // A few hundred bytes on a fresh connection: the socket takes them, or the peer does not read at
  // all.
  (void)::send(arrival.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(arrival.fd, SHUT_WR);
  ::close(arrival.fd);
}

}  // namespace nearcast::egress
