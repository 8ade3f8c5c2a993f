#include "dataplane/ingest/publish_desk.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "dataplane/egress/play_request.h"

namespace nearcast::ingest {
namespace {

namespace asio = boost::asio;

// A question to the gate: the coroutine sleeps until the timer is cancelled.
struct Asked {
  explicit Asked(asio::io_context& io) : answered(io, asio::steady_timer::time_point::max()) {}

  asio::steady_timer answered;
  absl::Status answer;
};

}  // namespace

asio::awaitable<absl::StatusOr<std::unique_ptr<MediaIntake>>> PublishDesk::Admit(
    admission::Attempt attempt, egress::Worker* worker) {
  if (absl::Status named = egress::ValidateStreamName(attempt.stream); !named.ok()) co_return named;
  const absl::Status admitted = co_await AskGate(attempt, worker);
  if (!admitted.ok()) co_return admitted;
  const stream::PublisherIdentity identity{.kind = stream::PublisherKind::kPush,
                                           .address = attempt.address,
                                           .token = attempt.query,
                                           .via = attempt.via};
  auto publication = hub_->Publish(attempt.stream, identity, egress::MonotonicMs());
  if (!publication.ok()) co_return publication.status();
  auto intake = std::make_unique<MediaIntake>(*std::move(publication));
  watcher_();
  intake->WhenOver([this, name = attempt.stream](stream::EndReason reason) {
    if (reason == stream::EndReason::kOnPurpose) endings_.Add(name, egress::MonotonicMs());
    watcher_();
  });
  co_return intake;
}

// The gate may answer on a thread of its own: the worker is told on its own.
asio::awaitable<absl::Status> PublishDesk::AskGate(const admission::Attempt& attempt,
                                                   egress::Worker* worker) {
  auto asked = std::make_shared<Asked>(worker->io());
  gate_->AdmitPublish(attempt, [worker, asked](absl::Status answer) {
    worker->Post([asked, answer = std::move(answer)] {
      asked->answer = answer;
      asked->answered.cancel();
    });
  });
  boost::system::error_code error;
  co_await asked->answered.async_wait(asio::redirect_error(asio::use_awaitable, error));
  co_return asked->answer;
}

}  // namespace nearcast::ingest
