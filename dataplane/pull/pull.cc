#include "dataplane/pull/pull.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <random>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "dataplane/media/frame_header.h"
#include "dataplane/pull/http_source.h"
#include "dataplane/pull/http_url.h"
#include "dataplane/pull/srt_source.h"

namespace nearcast::pull {
namespace {

namespace asio = boost::asio;
using stream::StreamState;

constexpr size_t kExcludeNodesMax = 16;  // the longest ago is tried again first
constexpr int64_t kWentWellMs = 1'000;   // a source that has sent for this long
constexpr int64_t kCacheMarginMs = 1'000;
constexpr int64_t kCacheMsMax = 60'000;

std::string Text(absl::string_view view) { return std::string(view.data(), view.size()); }

bool IsSequenceHeader(const SourceFrame& frame) {
  const auto header =
      media::ParseFrameHeader(frame.kind, static_cast<uint32_t>(frame.dts_ms), frame.payload());
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

std::vector<std::string> WithNode(std::vector<std::string> via, const std::string& node) {
  via.push_back(node);
  return via;
}

}  // namespace

Pull::Pull(PullTools tools, std::shared_ptr<stream::Stream> stream, const egress::FetchWish& wish)
    : tools_(std::move(tools)),
      stream_(std::move(stream)),
      via_(WithNode(wish.via, tools_.options->node)),
      wished_cache_ms_(wish.gop_cache_ms),
      patience_(tools_.options, std::random_device()()),
      last_viewer_ms_(egress::MonotonicMs()) {}

void Pull::Start() { asio::co_spawn(tools_.worker->io(), Run(shared_from_this()), asio::detached); }

asio::awaitable<void> Pull::Run(std::shared_ptr<Pull> self) {
  Round round = Round::kTryAgain;
  while (round == Round::kTryAgain) {
    round = co_await self->TryAll();
    if (round == Round::kTryAgain && !std::exchange(self->broke_off_, false)) {
      co_await self->Pause();
    }
  }
  self->intake_.reset();
  self->tools_.finish(self->stream_);
}

asio::awaitable<Pull::Round> Pull::TryAll() {
  if (exclude_nodes_.empty()) patience_.ForgetFailures();
  absl::StatusOr<Sources> sources = co_await FindSources();
  if (!exclude_nodes_.empty() && HasNone(sources)) {
    ForgetFailures();  // nobody else has it: those that failed are tried again
    sources = co_await FindSources();
  }
  if (sources.ok()) {
    for (const Source& source : *sources) {
      if (!Wanted()) co_return Round::kOver;
      const absl::Status status = co_await PullFrom(source);
      tools_.log->over.Info("pull {} from {}: {}", stream_->name(), source.LoggedUrl(),
                            Text(status.message()));
      if (absl::IsAborted(status) || absl::IsAlreadyExists(status) || absl::IsCancelled(status)) {
        co_return Round::kOver;
      }
      NoteFailure(source, status);
    }
  } else {
    patience_.NoteFailure(sources.status());
    tools_.log->not_found.Info("pull {}: {}", stream_->name(), Text(sources.status().message()));
  }
  co_return DecideAfterRound();
}

void Pull::NoteFailure(const Source& source, const absl::Status& status) {
  patience_.NoteFailure(status);
  if (source.node.empty()) return;
  std::erase(exclude_nodes_, source.node);
  if (exclude_nodes_.size() >= kExcludeNodesMax) exclude_nodes_.erase(exclude_nodes_.begin());
  exclude_nodes_.push_back(source.node);
}

void Pull::ForgetFailures() {
  exclude_nodes_.clear();
  patience_.ForgetFailures();
}

Pull::Round Pull::DecideAfterRound() {
  const Patience::Next next = patience_.AfterRound(egress::MonotonicMs(), Held());
  if (!Wanted() || stream_->state() == StreamState::kEnded) return Round::kOver;
  if (next == Patience::Next::kTryAgain) return Round::kTryAgain;
  const bool began = next == Patience::Next::kIsOver;
  stream_->EndIf(began ? StreamState::kInterrupted : StreamState::kWaiting);
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

absl::StatusOr<std::unique_ptr<FrameSource>> Pull::MakeConnection(const Source& source) const {
  if (absl::StartsWith(source.url, "srt://")) return MakeSrtConnection(source);
  const PullOptions& options = *tools_.options;
  NC_ASSIGN_OR_RETURN(HttpUrl url, ParseHttpUrl(source.url));
  url.target = WithParameter(url.target, "gop_cache_ms", absl::StrCat(CacheMsToAsk()));
  url.target = WithParameter(url.target, "gop_cache_policy", "lower");  // whatever it does else
  url.target = WithParameter(url.target, "merge_write_ms", "0");
  // Its viewers may lose frames, each for itself; it does not. When it is too slow its line is cut
  // and taken up again where it stood.
  url.target = WithParameter(url.target, "protected_period", "0");
  HttpSourceOptions http{.via = absl::StrJoin(via_, ", "),
                         .connect_ms_max = options.connect_ms_max,
                         .response_ms_max = options.response_ms_max,
                         .response_silence_ms_max = options.response_ms_max,
                         .silence_ms_min = options.silence_ms_min,
                         .stall_ms_max = options.stall_ms_max};
  if (patience_.IsHurried()) {
    http.connect_ms_max = options.hurried_connect_ms_max;
    http.response_silence_ms_max = options.hurried_silence_ms_max;
  }
  return std::make_unique<HttpSource>(tools_.worker->io().get_executor(), http, std::move(url));
}

// SRT holds everything back by its latency, so a hurried call is given that besides.
absl::StatusOr<std::unique_ptr<FrameSource>> Pull::MakeSrtConnection(const Source& source) const {
  const PullOptions& options = *tools_.options;
  NC_ASSIGN_OR_RETURN(SrtUrl url, ParseSrtUrl(source.url));
  SrtSourceOptions srt{.via = via_,
                       .gop_cache_ms = CacheMsToAsk(),
                       .resolve_ms_max = options.connect_ms_max,
                       .answer_ms_max = options.response_ms_max,
                       .silence_ms_min = options.silence_ms_min,
                       .stall_ms_max = options.stall_ms_max};
  if (patience_.IsHurried()) {
    srt.resolve_ms_max = options.hurried_connect_ms_max;
    srt.answer_ms_max = options.hurried_connect_ms_max + options.hurried_silence_ms_max;
  }
  return std::make_unique<SrtSource>(tools_.worker->io().get_executor(), srt, std::move(url),
                                     tools_.srt);
}

// Enough for whoever waits, of what the ring keeps; enough to reach back to the last frame that the
// stream has.
int64_t Pull::CacheMsToAsk() const {
  const int64_t usual_ms = tools_.options->gop_cache_ms;
  const int64_t kept_ms = std::min(tools_.options->gop_keep_ms, kCacheMsMax);
  if (!patience_.began()) return std::max(usual_ms, std::min(wished_cache_ms(), kept_ms));
  const int64_t missing_ms = patience_.SilentMs(egress::MonotonicMs());
  return std::max(usual_ms, std::min(missing_ms + kCacheMarginMs, kCacheMsMax));
}

asio::awaitable<absl::Status> Pull::PullFrom(const Source& source) {
  absl::StatusOr<std::unique_ptr<FrameSource>> connection = MakeConnection(source);
  if (!connection.ok()) co_return connection.status();
  ++tools_.counters->started;
  absl::Status status = co_await (*connection)->Open();
  if (status.ok()) status = co_await Relay(connection->get(), source);
  if (IsFailure(status)) ++tools_.counters->failed;
  if (absl::IsDeadlineExceeded(status)) ++tools_.counters->silent;
  broke_off_ |= intake_ != nullptr && egress::MonotonicMs() - begun_ms_ >= kWentWellMs;
  metadata_.reset();
  intake_.reset();  // interrupted, unless another has taken over
  co_return status;
}

asio::awaitable<absl::Status> Pull::Relay(FrameSource* connection, const Source& source) {
  uint64_t counted_bytes = 0;
  while (true) {
    absl::StatusOr<std::optional<SourceFrame>> frame = co_await connection->Read();
    if (!frame.ok()) co_return frame.status();
    if (frame->has_value()) {
      absl::Status taken = Take(source, **std::move(frame));
      if (!taken.ok()) co_return taken;
    }
    if (connection->bytes_received() - counted_bytes > (64u << 10)) {
      tools_.counters->bytes_received += connection->bytes_received() - counted_bytes;
      counted_bytes = connection->bytes_received();
    }
    if (!Wanted()) {
      if (intake_ != nullptr) {
        intake_->Finish(stream::EndReason::kOnPurpose, egress::MonotonicMs());
      }
      co_return absl::CancelledError("nobody watches it any more");
    }
  }
}

absl::Status Pull::Begin(const Source& source, stream::PublisherIdentity identity) {
  identity.kind = stream::PublisherKind::kPull;
  identity.address = source.url;
  const int64_t now_ms = egress::MonotonicMs();
  NC_ASSIGN_OR_RETURN(auto publication,
                      tools_.hub->Publish(stream_->name(), std::move(identity), now_ms));
  if (publication->stream() != stream_) {
    publication->Finish(stream::EndReason::kOnPurpose, now_ms);
    return absl::AbortedError("the stream that was wanted has ended");
  }
  intake_ = std::make_unique<ingest::MediaIntake>(std::move(publication));
  begun_ms_ = now_ms;
  ForgetFailures();
  patience_.NoteBegin();
  if (!patience_.began()) {
    tools_.log->begun.Info("pull {} from {}: begins", stream_->name(), source.LoggedUrl());
  } else {
    ++tools_.counters->resumed;
    tools_.log->resumed.Info("pull {} from {}: goes on, {} ms after the last frame",
                             stream_->name(), source.LoggedUrl(), patience_.SilentMs(now_ms));
  }
  return absl::OkStatus();
}

absl::Status Pull::Take(const Source& source, SourceFrame frame) {
  if (frame.id.timeline != 0) return TakeNumbered(source, frame);
  return TakePlain(source, std::move(frame));
}

absl::Status Pull::TakePlain(const Source& source, SourceFrame frame) {
  if (intake_ == nullptr && frame.kind == media::FrameKind::kScript) {
    metadata_ = std::move(frame);  // its time says nothing about the others'
    return absl::OkStatus();
  }
  const uint32_t dts_ms = static_cast<uint32_t>(frame.dts_ms);
  if (intake_ == nullptr) {
    NC_RETURN_IF_ERROR(
        Begin(source, {.resumes_timeline = resume_.Begin(dts_ms) == ResumePoint::Clock::kSame}));
  }
  const int64_t now_ms = egress::MonotonicMs();
  if (metadata_) {
    const std::optional<SourceFrame> metadata = std::exchange(metadata_, std::nullopt);
    NC_RETURN_IF_ERROR(intake_->Take(metadata->kind, dts_ms, metadata->payload(), now_ms));
  }
  if (!resume_.Admit(frame.kind, dts_ms, IsSequenceHeader(frame))) {
    ++tools_.counters->frames_known;
    return absl::OkStatus();
  }
  patience_.NoteFrame(now_ms);
  return intake_->Take(frame.kind, dts_ms, frame.payload(), now_ms);
}

absl::Status Pull::TakeNumbered(const Source& source, const SourceFrame& frame) {
  const bool same_timeline = frame.id.timeline == numbered_.timeline();
  if (!same_timeline) intake_.reset();  // the source itself goes on from elsewhere
  const NumberedResume::Verdict verdict = numbered_.Admit(frame.id, frame.configuration);
  const int64_t now_ms = egress::MonotonicMs();
  if (intake_ == nullptr &&
      (verdict.take || stream_->Status(now_ms).next_frame.timeline == frame.id.timeline)) {
    stream::PublisherIdentity identity{.timeline = frame.id.timeline};
    if (same_timeline) identity.gap_ms = frame.dts_ms - newest_dts_ms_;
    NC_RETURN_IF_ERROR(Begin(source, std::move(identity)));
  }
  if (!verdict.take) {
    ++tools_.counters->frames_known;
    return absl::OkStatus();
  }
  if (verdict.missed > 0) {
    tools_.counters->frames_missed += verdict.missed;
    tools_.log->missed.Warn("pull {} from {}: {} frames are missing", stream_->name(),
                            source.LoggedUrl(), verdict.missed);
  }
  patience_.NoteFrame(now_ms);
  newest_dts_ms_ = same_timeline ? std::max(newest_dts_ms_, frame.dts_ms) : frame.dts_ms;
  if (!intake_->publication().numbered()) {
    return intake_->Take(frame.kind, static_cast<uint32_t>(frame.dts_ms), frame.payload(), now_ms);
  }
  return intake_->TakeNumbered(frame.kind, frame.dts_ms, frame.id.seq, frame.payload(), now_ms);
}

bool Pull::Wanted() {
  const int64_t now_ms = egress::MonotonicMs();
  if (stream_->viewers() > 0) last_viewer_ms_ = now_ms;
  const int64_t hold_ms = tools_.options->hold_ms;
  return hold_ms < 0 || now_ms - last_viewer_ms_ < hold_ms || Held();
}

bool Pull::Held() const { return tools_.holds != nullptr && tools_.holds->Has(stream_->name()); }

asio::awaitable<void> Pull::Pause() {
  asio::steady_timer timer(tools_.worker->io(),
                           std::chrono::milliseconds(patience_.ChoosePause(Held())));
  boost::system::error_code error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
}

}  // namespace nearcast::pull
