#include "dataplane/pull/pull.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "dataplane/media/frame_header.h"
#include "spdlog/spdlog.h"

namespace nearcast::pull {
namespace {

namespace asio = boost::asio;
using stream::StreamState;

constexpr size_t kExcludeNodesMax = 16;  // the longest ago is tried again first

std::string Text(absl::string_view view) { return std::string(view.data(), view.size()); }

bool IsSequenceHeader(const media::FlvTag& tag) {
  const auto header = media::ParseFrameHeader(tag.header.kind, tag.header.dts_ms, tag.payload());
  return header.ok() && header->sequence_header;
}

// Not: the source has ended the stream, does not have it, it is published here, nobody watches it.
bool IsFailure(const absl::Status& status) {
  return !absl::IsOutOfRange(status) && !absl::IsNotFound(status) && !absl::IsAborted(status) &&
         !absl::IsAlreadyExists(status) && !absl::IsCancelled(status);
}

bool HasNone(const absl::StatusOr<Sources>& sources) {
  return sources.ok() ? sources->empty() : absl::IsNotFound(sources.status());
}

std::string JoinVia(std::vector<std::string> via, const std::string& node) {
  via.push_back(node);
  return absl::StrJoin(via, ", ");
}

}  // namespace

Pull::Pull(PullTools tools, std::shared_ptr<stream::Stream> stream,
           const std::vector<std::string>& via)
    : tools_(std::move(tools)),
      stream_(std::move(stream)),
      via_(JoinVia(via, tools_.options->node)),
      random_(std::random_device()()),
      pause_ms_(tools_.options->retry_ms_min),
      last_viewer_ms_(egress::MonotonicMs()) {}

void Pull::Start() { asio::co_spawn(tools_.worker->io(), Run(shared_from_this()), asio::detached); }

asio::awaitable<void> Pull::Run(std::shared_ptr<Pull> self) {
  Round round = Round::kTryAgain;
  while (round == Round::kTryAgain) {
    round = co_await self->TryAll();
    if (round == Round::kTryAgain) co_await self->Pause();
  }
  self->intake_.reset();
  self->tools_.finish(self->stream_);
}

asio::awaitable<Pull::Round> Pull::TryAll() {
  if (exclude_nodes_.empty()) may_be_had_ = false;
  absl::StatusOr<Sources> sources = co_await FindSources();
  if (!exclude_nodes_.empty() && HasNone(sources)) {
    ForgetFailures();  // nobody else has it: those that failed are tried again
    sources = co_await FindSources();
  }
  if (sources.ok()) {
    for (const Source& source : *sources) {
      if (!Wanted()) co_return Round::kOver;
      const absl::Status status = co_await PullFrom(source);
      spdlog::info("pull {} from {}: {}", stream_->name(), source.url, Text(status.message()));
      if (absl::IsAborted(status) || absl::IsAlreadyExists(status) || absl::IsCancelled(status)) {
        co_return Round::kOver;
      }
      NoteFailure(source, status);
    }
  } else {
    if (!absl::IsNotFound(sources.status())) may_be_had_ = true;
    spdlog::info("pull {}: {}", stream_->name(), Text(sources.status().message()));
  }
  co_return DecideAfterRound();
}

void Pull::NoteFailure(const Source& source, const absl::Status& status) {
  if (!absl::IsNotFound(status)) may_be_had_ = true;
  if (source.node.empty()) return;
  std::erase(exclude_nodes_, source.node);
  if (exclude_nodes_.size() >= kExcludeNodesMax) exclude_nodes_.erase(exclude_nodes_.begin());
  exclude_nodes_.push_back(source.node);
}

void Pull::ForgetFailures() {
  exclude_nodes_.clear();
  may_be_had_ = false;
}

Pull::Round Pull::DecideAfterRound() {
  if (!Wanted() || stream_->state() == StreamState::kEnded) return Round::kOver;
  if (may_be_had_) return Round::kTryAgain;
  if (last_frame_ms_ < 0) {
    stream_->EndIf(StreamState::kWaiting);
    return Round::kOver;
  }
  if (egress::MonotonicMs() - last_frame_ms_ < tools_.options->not_found_ms)
    return Round::kTryAgain;
  stream_->EndIf(StreamState::kInterrupted);
  return Round::kOver;
}

asio::awaitable<absl::StatusOr<Sources>> Pull::FindSources() {
  const std::shared_ptr<Asked> asked = AskFinder();
  boost::system::error_code error;
  co_await asked->answered.async_wait(asio::redirect_error(asio::use_awaitable, error));
  co_return std::move(asked->sources);
}

// The finder answers on a thread of its own; the coroutine sleeps meanwhile and is woken on the
// worker's.
std::shared_ptr<Pull::Asked> Pull::AskFinder() {
  auto asked = std::make_shared<Asked>(tools_.worker->io());
  tools_.finder->Find({stream_->name(), exclude_nodes_},
                      [worker = tools_.worker, asked](absl::StatusOr<Sources> sources) {
                        worker->Post([asked, sources = std::move(sources)] {
                          asked->sources = sources;
                          asked->answered.cancel();
                        });
                      });
  return asked;
}

asio::awaitable<absl::Status> Pull::PullFrom(const Source& source) {
  absl::StatusOr<HttpUrl> url = ParseHttpUrl(source.url);
  if (!url.ok()) co_return url.status();
  url->target =
      WithParameter(url->target, "gop_cache_ms", absl::StrCat(tools_.options->gop_cache_ms));
  url->target = WithParameter(url->target, "merge_write_ms", "0");
  // Its viewers may lose frames, each for itself; it does not. When it is too slow its line is cut
  // and taken up again where it stood.
  url->target = WithParameter(url->target, "protected_period", "0");
  const PullOptions& options = *tools_.options;
  FlvSource connection(tools_.worker->io().get_executor(),
                       {.via = via_,
                        .connect_ms_max = options.connect_ms_max,
                        .response_ms_max = options.response_ms_max,
                        .stall_ms_max = options.stall_ms_max});
  ++tools_.counters->started;
  absl::Status status = co_await connection.Open(*url);
  if (status.ok()) status = co_await Relay(&connection, source);
  if (IsFailure(status)) ++tools_.counters->failed;
  intake_.reset();  // interrupted, unless another has taken over
  co_return status;
}

asio::awaitable<absl::Status> Pull::Relay(FlvSource* connection, const Source& source) {
  uint64_t counted_bytes = 0;
  while (true) {
    const absl::StatusOr<media::FlvTag> tag = co_await connection->Read();
    if (!tag.ok()) co_return tag.status();
    if (intake_ == nullptr) {
      if (absl::Status begun = Begin(source, tag->header.dts_ms); !begun.ok()) co_return begun;
    }
    if (absl::Status taken = Take(*tag); !taken.ok()) co_return taken;
    if (connection->bytes_received() - counted_bytes > (64u << 10)) {
      tools_.counters->bytes_received += connection->bytes_received() - counted_bytes;
      counted_bytes = connection->bytes_received();
    }
    if (!Wanted()) {
      intake_->Finish(stream::EndReason::kOnPurpose, egress::MonotonicMs());
      co_return absl::CancelledError("nobody watches it any more");
    }
  }
}

absl::Status Pull::Begin(const Source& source, uint32_t first_dts_ms) {
  stream::PublisherIdentity identity{stream::PublisherKind::kPull, source.url};
  identity.resumes_timeline = resume_.Begin(first_dts_ms) == ResumePoint::Clock::kSame;
  NC_ASSIGN_OR_RETURN(auto publication, tools_.hub->Publish(stream_->name(), std::move(identity),
                                                            egress::MonotonicMs()));
  if (publication->stream() != stream_) {
    publication->Finish(stream::EndReason::kOnPurpose, egress::MonotonicMs());
    return absl::AbortedError("the stream that was wanted has ended");
  }
  intake_ = std::make_unique<ingest::MediaIntake>(std::move(publication));
  pause_ms_ = tools_.options->retry_ms_min;
  ForgetFailures();
  spdlog::info("pull {} from {}: begins", stream_->name(), source.url);
  return absl::OkStatus();
}

absl::Status Pull::Take(const media::FlvTag& tag) {
  const media::FlvTagHeader& header = tag.header;
  if (!resume_.Admit(header.kind, header.dts_ms, IsSequenceHeader(tag))) {
    return absl::OkStatus();
  }
  last_frame_ms_ = egress::MonotonicMs();
  return intake_->Take(header.kind, header.dts_ms, tag.payload(), last_frame_ms_);
}

bool Pull::Wanted() {
  const int64_t now_ms = egress::MonotonicMs();
  if (stream_->viewers() > 0) last_viewer_ms_ = now_ms;
  return now_ms - last_viewer_ms_ < tools_.options->hold_ms;
}

asio::awaitable<void> Pull::Pause() {
  const int64_t pause_ms = pause_ms_ / 2 + static_cast<int64_t>(random_() % (pause_ms_ / 2 + 1));
  pause_ms_ = std::min(pause_ms_ * 2, tools_.options->retry_ms_max);
  asio::steady_timer timer(tools_.worker->io(), std::chrono::milliseconds(pause_ms));
  boost::system::error_code error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
}

}  // namespace nearcast::pull
