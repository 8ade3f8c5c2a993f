#include "services/scheduler/stream_scheduler.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "schedulerlib/convert/stream_convert.h"
#include "schedulerlib/explain/explanation.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/stream/play.h"
#include "schedulerlib/stream/push.h"
#include "schedulerlib/stream/stream_data.h"
#include "schedulerlib/stream/ve_player.h"
#include "services/rpc/status.h"
#include "services/scheduler/stream_record.h"

namespace nearcast {

using rpc::WithReason;
using scheduler::Snapshot;
using scheduler::StreamState;

namespace {

constexpr size_t kNameOctetsMax = 128;
constexpr size_t kRequestIdOctetsMax = 128;
constexpr int kPageSizeDefault = 100;
constexpr int kPageSizeMax = 1000;

absl::Status CheckStreamName(absl::string_view name) {
  const bool fits =
      name.size() <= kNameOctetsMax && std::all_of(name.begin(), name.end(), [](char c) {
        return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
      });
  if (fits) return absl::OkStatus();
  return WithReason(absl::InvalidArgumentError(absl::StrCat(
                        "stream: a name has letters, digits, '-', '_' and '.', at most ",
                        kNameOctetsMax, " of them")),
                    "INVALID_STREAM_NAME");
}

absl::StatusOr<scheduler::PushQuestion> PushQuestionOf(const v1::CreateStreamRequest& request) {
  scheduler::PushQuestion question;
  question.publish_point = request.publish_point();
  question.isp = request.broadcaster().isp();
  const std::string& address = request.broadcaster().address();
  if (address.empty()) return question;
  const auto parsed = ipdb::ParseIpAddress(address);
  if (!parsed.ok()) {
    return WithReason(absl::InvalidArgumentError(absl::StrCat("broadcaster.address: \"", address,
                                                              "\" is not an IP address")),
                      "INVALID_ADDRESS");
  }
  question.broadcaster = *parsed;
  return question;
}

// The state's own reason for a decision's error; AIP-193 wants one that programs can tell apart.
absl::Status WithPlayReason(absl::Status status, const scheduler::Stream& stream) {
  switch (status.code()) {
    case absl::StatusCode::kFailedPrecondition:
      return WithReason(
          std::move(status),
          absl::StrCat("STREAM_", absl::AsciiStrToUpper(StreamStateName(stream.state))));
    case absl::StatusCode::kPermissionDenied:
      return WithReason(std::move(status), "STREAM_BANNED");
    case absl::StatusCode::kNotFound:
      return WithReason(std::move(status), "PUBLISH_POINT_NOT_FOUND");
    default:
      return WithReason(std::move(status), "NO_USABLE_CDN");
  }
}

// "live/s1" of "rtmp://host/live/s1?token=x": where relays see the push arrive.
absl::string_view AppStreamOf(absl::string_view url) {
  const size_t scheme = url.find("://");
  const size_t path = scheme == absl::string_view::npos ? scheme : url.find('/', scheme + 3);
  if (path == absl::string_view::npos) return "";
  const absl::string_view rest = url.substr(path + 1);
  return rest.substr(0, rest.find('?'));
}

bool IsPushedTo(const scheduler::Stream& stream, absl::string_view app_stream) {
  return std::any_of(
      stream.push_lines.begin(), stream.push_lines.end(),
      [app_stream](const auto& line) { return AppStreamOf(line.url) == app_stream; });
}

v1::PlayInfo Render(const Snapshot& snapshot, const scheduler::PlayDecision& decision,
                    v1::GetPlayInfoRequest::Format format, absl::Time now) {
  v1::PlayInfo info;
  if (format == v1::GetPlayInfoRequest::VE_LIVE_PLAYER) {
    info.set_document(WriteVeLivePlayerStreamData(snapshot, decision));
  } else {
    info.set_stream_data(WriteStreamData(snapshot, decision, now));
    info.set_stream_url(WriteStreamUrl(snapshot, decision, info.stream_data()));
  }
  info.set_default_tier(std::string(scheduler::TierKey(decision.default_tier)));
  for (const scheduler::PlayLine& line : decision.lines) {
    v1::PlayInfo::Line* added = info.add_lines();
    added->set_line(std::string(line.role));
    added->set_cdn(snapshot.cdn(line.cdn).spec.name);
    if (line.node) added->set_node(snapshot.node(*line.node).spec.name);
  }
  return info;
}

uint64_t DrawSeed() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

void Count(bool ok, std::atomic<uint64_t>& good, std::atomic<uint64_t>& refused) {
  (ok ? good : refused).fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

StreamScheduler::StreamScheduler(const Clock* clock, const SnapshotHolder<Snapshot>* snapshots,
                                 StreamTable* streams)
    : clock_(clock), snapshots_(snapshots), streams_(streams), name_seed_(DrawSeed()) {}

std::string StreamScheduler::MakeName() {
  const uint64_t id = scheduler::MixHash(name_seed_, names_made_.fetch_add(1));
  return absl::StrCat("stream-", absl::Hex(id, absl::kZeroPad16));
}

absl::StatusOr<StreamEntryPtr> StreamScheduler::FindStream(absl::string_view name) const {
  StreamEntryPtr entry = streams_->Find(name);
  if (entry != nullptr) return entry;
  return WithReason(absl::NotFoundError(absl::StrCat("there is no stream \"", name, "\"")),
                    "STREAM_NOT_FOUND");
}

absl::StatusOr<v1::Stream> StreamScheduler::CreateStream(const v1::CreateStreamRequest& request) {
  absl::StatusOr<v1::Stream> created = CreateOnce(request);
  Count(created.ok(), counters_.creates_ok, counters_.creates_refused);
  return created;
}

absl::StatusOr<v1::Stream> StreamScheduler::CreateOnce(const v1::CreateStreamRequest& request) {
  const std::string& id = request.request_id();
  if (id.empty()) return DecideAndInsert(request);
  if (id.size() > kRequestIdOctetsMax) {
    return WithReason(absl::InvalidArgumentError(absl::StrCat("request_id: has more than ",
                                                              kRequestIdOctetsMax, " octets")),
                      "INVALID_REQUEST_ID");
  }
  absl::MutexLock lock(&request_turns_[scheduler::StableHash(id) % request_turns_.size()]);
  if (const StreamEntryPtr made = streams_->FindByRequest(id)) return WriteStream(*made);
  return DecideAndInsert(request);
}

absl::StatusOr<v1::Stream> StreamScheduler::DecideAndInsert(
    const v1::CreateStreamRequest& request) {
  NC_RETURN_IF_ERROR(CheckStreamName(request.stream()));
  NC_ASSIGN_OR_RETURN(scheduler::PushQuestion question, PushQuestionOf(request));
  question.stream = request.stream().empty() ? MakeName() : request.stream();
  const auto snapshot = snapshots_->Current();
  auto decided = DecidePush(*snapshot, question);
  if (!decided.ok()) {
    const bool unknown = absl::IsNotFound(decided.status());
    return WithReason(decided.status(), unknown ? "PUBLISH_POINT_NOT_FOUND" : "NO_USABLE_CDN");
  }
  StreamEntry entry;
  entry.stream = {.name = question.stream,
                  .publish_point = request.publish_point(),
                  .state = StreamState::kCreated,
                  .push_lines = decided->lines};
  entry.request_id = request.request_id();
  entry.create_time = entry.update_time = clock_->Now();
  const auto inserted = streams_->Insert(std::move(entry));
  if (!inserted.ok()) {
    const bool exists = absl::IsAlreadyExists(inserted.status());
    return WithReason(inserted.status(), exists ? "STREAM_EXISTS" : "STREAM_NOT_STORED");
  }
  v1::Stream created = WriteStream(**inserted);
  created.mutable_reasons()->Add(decided->reasons.begin(), decided->reasons.end());
  return created;
}

absl::StatusOr<v1::Stream> StreamScheduler::SetState(absl::string_view name, StreamState state) {
  NC_RETURN_IF_ERROR(FindStream(name).status());
  const absl::Time now = clock_->Now();
  auto updated = streams_->Update(name, [&](StreamEntry& entry) {
    const StreamState from = entry.stream.state;
    if (!MayChange(from, state)) {
      return WithReason(absl::FailedPreconditionError(
                            absl::StrCat("stream ", name, " is ", StreamStateName(from),
                                         " and cannot become ", StreamStateName(state))),
                        "STATE_CHANGE_NOT_ALLOWED");
    }
    if (from != state) entry.update_time = now;
    entry.stream.state = state;
    return absl::OkStatus();
  });
  if (updated.ok()) return WriteStream(**updated);
  if (!rpc::ReasonOf(updated.status()).empty()) return updated.status();
  return WithReason(updated.status(), "STREAM_NOT_STORED");
}

absl::StatusOr<v1::Stream> StreamScheduler::CountUpdate(absl::StatusOr<v1::Stream> updated) {
  Count(updated.ok(), counters_.updates_ok, counters_.updates_refused);
  return updated;
}

absl::StatusOr<v1::Stream> StreamScheduler::UpdateStreamState(
    const v1::UpdateStreamStateRequest& request) {
  const auto state = scheduler::FromProto(request.state());
  if (!state.ok()) return CountUpdate(WithReason(state.status(), "INVALID_STATE"));
  return CountUpdate(SetState(request.stream(), *state));
}

absl::StatusOr<v1::Stream> StreamScheduler::EndStream(const v1::EndStreamRequest& request) {
  return CountUpdate(SetState(request.stream(), StreamState::kEnded));
}

absl::StatusOr<v1::Stream> StreamScheduler::GetStream(const v1::GetStreamRequest& request) const {
  NC_ASSIGN_OR_RETURN(const StreamEntryPtr entry, FindStream(request.stream()));
  return WriteStream(*entry);
}

absl::StatusOr<v1::ListStreamsResponse> StreamScheduler::ListStreams(
    const v1::ListStreamsRequest& request) const {
  if (request.page_size() < 0) {
    return WithReason(absl::InvalidArgumentError("page_size: must not be negative"),
                      "INVALID_PAGE_SIZE");
  }
  const int asked = request.page_size() == 0 ? kPageSizeDefault : request.page_size();
  const size_t count = std::min(asked, kPageSizeMax);
  const auto wanted = [&request](const StreamEntry& entry) {
    const v1::Stream::State state = scheduler::ToProto(entry.stream.state);
    return (request.publish_point().empty() ||
            entry.stream.publish_point == request.publish_point()) &&
           (request.state() == v1::Stream::STATE_UNSPECIFIED || request.state() == state);
  };
  const auto found = streams_->List(request.page_token(), count + 1, wanted);
  v1::ListStreamsResponse response;
  for (size_t i = 0; i < std::min(count, found.size()); ++i) {
    *response.add_streams() = WriteStream(*found[i]);
  }
  // The token is the last name shown, so a page stays right when streams come and go.
  if (found.size() > count) response.set_next_page_token(found[count - 1]->stream.name);
  return response;
}

absl::StatusOr<v1::PlayInfo> StreamScheduler::GetPlayInfo(const v1::GetPlayInfoRequest& request) {
  absl::StatusOr<v1::PlayInfo> info = DecideAndRender(request);
  Count(info.ok(), counters_.plays_ok, counters_.plays_refused);
  return info;
}

absl::StatusOr<v1::PlayInfo> StreamScheduler::DecideAndRender(
    const v1::GetPlayInfoRequest& request) const {
  v1::PlayInfo info;
  NC_RETURN_IF_ERROR(
      WithDecision(request.stream(), request.viewer(),
                   [&](const Snapshot& snapshot, const scheduler::PlayDecision& decision) {
                     info = Render(snapshot, decision, request.format(), clock_->Now());
                   }));
  return info;
}

absl::Status StreamScheduler::WithDecision(absl::string_view stream, const v1::Viewer& asked,
                                           UseDecision use) const {
  NC_ASSIGN_OR_RETURN(const StreamEntryPtr entry, FindStream(stream));
  const auto viewer = scheduler::FromProto(asked);
  if (!viewer.ok()) return WithReason(viewer.status(), "INVALID_VIEWER");
  const auto snapshot = snapshots_->Current();
  const auto decision = DecidePlay(*snapshot, entry->stream, *viewer);
  if (!decision.ok()) return WithPlayReason(decision.status(), entry->stream);
  use(*snapshot, *decision);
  return absl::OkStatus();
}

absl::StatusOr<v1::Explanation> StreamScheduler::ExplainPlay(
    const v1::ExplainPlayRequest& request) const {
  v1::Explanation explanation;
  NC_RETURN_IF_ERROR(WithDecision(
      request.stream(), request.viewer(),
      [&explanation](const Snapshot& snapshot, const scheduler::PlayDecision& decision) {
        explanation = scheduler::ToProto(scheduler::ExplainPlay(snapshot, decision));
      }));
  return explanation;
}

void StreamScheduler::ApplyPublished(const scheduler::PublishedStreams::Change& change) {
  const auto apply = [this](const std::string& key, StreamState state) {
    const std::string name = key.substr(key.find('/') + 1);
    const StreamEntryPtr entry = streams_->Find(name);
    if (entry == nullptr || entry->stream.state == StreamState::kBanned) return;
    if (!IsPushedTo(entry->stream, key)) return;
    if (entry->stream.state != state && MayChange(entry->stream.state, state)) {
      SetState(name, state).IgnoreError();  // the next report tries again
    }
  };
  for (const std::string& stream : change.started) apply(stream, StreamState::kPublishing);
  for (const std::string& stream : change.stopped) apply(stream, StreamState::kInterrupted);
}

bool StreamScheduler::MayPublish(absl::string_view app_stream) const {
  const StreamEntryPtr entry = streams_->Find(app_stream.substr(app_stream.find('/') + 1));
  if (entry == nullptr || !IsPushedTo(entry->stream, app_stream)) return true;
  return entry->stream.state != StreamState::kEnded && entry->stream.state != StreamState::kBanned;
}

size_t StreamScheduler::InterruptUnheard(IsHeard is_heard, absl::Duration quiet) {
  const absl::Time since = clock_->Now() - quiet;
  const auto unheard = streams_->Select([&](const StreamEntry& entry) {
    const auto& lines = entry.stream.push_lines;
    return entry.stream.state == StreamState::kPublishing && entry.update_time < since &&
           std::none_of(lines.begin(), lines.end(), [is_heard](const scheduler::PushLine& line) {
             return is_heard(line, AppStreamOf(line.url));
           });
  });
  for (const StreamEntryPtr& entry : unheard) {
    SetState(entry->stream.name, StreamState::kInterrupted)
        .IgnoreError();  // the next sweep tries again
  }
  return unheard.size();
}

}  // namespace nearcast
