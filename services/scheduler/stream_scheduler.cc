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
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/standby/heard_line.h"
#include "schedulerlib/stream/play.h"
#include "schedulerlib/stream/push.h"
#include "schedulerlib/stream/push_target.h"
#include "services/rpc/status.h"
#include "services/scheduler/stream_filter.h"
#include "services/scheduler/stream_lifecycle.h"
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
constexpr int kBatchMax = 100;

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

absl::Status NotMoved(absl::string_view why, absl::string_view reason) {
  return WithReason(absl::InvalidArgumentError(why), reason);
}

absl::Status NotPushed(const absl::Status& decided) {
  switch (decided.code()) {
    case absl::StatusCode::kNotFound:
      return WithReason(decided, "PUBLISH_POINT_NOT_FOUND");
    case absl::StatusCode::kPermissionDenied:
      return WithReason(decided, "STREAM_TURNED_OFF");
    default:
      return WithReason(decided, "NO_USABLE_CDN");
  }
}

absl::StatusOr<scheduler::PushQuestion> PushQuestionOf(
    const std::string& publish_point, const v1::CreateStreamRequest::Broadcaster& broadcaster,
    absl::Time now) {
  scheduler::PushQuestion question;
  question.now_s = absl::ToUnixSeconds(now);
  question.publish_point = publish_point;
  question.isp = broadcaster.isp();
  const std::string& address = broadcaster.address();
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

absl::Status MovePushLine(const Snapshot& snapshot, const v1::MoveStreamRequest::Push& push,
                          absl::Time now, scheduler::Stream& stream,
                          std::vector<std::string>& reasons) {
  scheduler::MoveQuestion question;
  NC_ASSIGN_OR_RETURN(question.push, PushQuestionOf(stream.publish_point, push.broadcaster(), now));
  question.push.stream = stream.name;
  if (!push.line().empty()) question.line = push.line();
  question.cdn = push.cdn();
  question.node = push.node();
  auto decided = DecideMove(snapshot, stream.push_lines, question);
  if (!decided.ok()) {
    const bool wrong = absl::IsInvalidArgument(decided.status());
    return WithReason(decided.status(), wrong ? "INVALID_MOVE" : "NO_USABLE_CDN");
  }
  stream.push_lines = std::move(decided->lines);
  reasons = std::move(decided->reasons);
  return absl::OkStatus();
}

// The publisher has the whole grace to come to the new line.
void GiveGrace(const Snapshot& snapshot, absl::Time now, StreamEntry& entry) {
  if (!entry.unheard_since) return;
  entry.unheard_since = now;
  if (MayGoOnUnheard(snapshot, entry.stream)) entry.unheard_since.reset();
}

absl::Status SwapPushLines(scheduler::Stream& stream) {
  if (stream.push_lines.size() != 2) {
    return NotMoved("swap_push_lines: the stream has no backup line", "INVALID_MOVE");
  }
  scheduler::PushLine& main = stream.push_lines[0];
  scheduler::PushLine& backup = stream.push_lines[1];
  std::swap(main, backup);
  std::swap(main.line, backup.line);
  std::swap(main.on_failure_only, backup.on_failure_only);
  if (stream.carried_by != scheduler::CarriedBy::kPlanned) {
    const bool was_main = stream.carried_by == scheduler::CarriedBy::kMain;
    stream.carried_by = was_main ? scheduler::CarriedBy::kBackup : scheduler::CarriedBy::kMain;
  }
  return absl::OkStatus();
}

absl::Status HoldViewers(const Snapshot& snapshot, const std::string& cdn,
                         scheduler::Stream& stream) {
  if (cdn.empty()) return absl::OkStatus();
  const auto found = snapshot.FindCdn(cdn);
  if (cdn != "-" && !found) {
    return NotMoved(absl::StrCat("play_cdn: there is no Cdn \"", cdn, "\""), "INVALID_MOVE");
  }
  if (found && !snapshot.cdn(*found).spec.pull_templates.contains("flv")) {
    return NotMoved(absl::StrCat("play_cdn: Cdn \"", cdn, "\" has no pull template for flv"),
                    "INVALID_MOVE");
  }
  stream.play_cdn = cdn == "-" ? "" : cdn;
  return absl::OkStatus();
}

absl::Status ApplyMove(const Snapshot& snapshot, const v1::MoveStreamRequest& request,
                       absl::Time now, scheduler::Stream& stream,
                       std::vector<std::string>& reasons) {
  if (stream.state == StreamState::kEnded || stream.state == StreamState::kBanned) {
    return WithReason(
        absl::FailedPreconditionError(
            absl::StrCat("stream ", stream.name, " is ", StreamStateName(stream.state))),
        absl::StrCat("STREAM_", absl::AsciiStrToUpper(StreamStateName(stream.state))));
  }
  if (request.has_push() && request.swap_push_lines()) {
    return NotMoved("push and swap_push_lines: give one of them", "INVALID_MOVE");
  }
  if (!request.has_push() && !request.swap_push_lines() && request.play_cdn().empty()) {
    return NotMoved("nothing is to be moved: give push, swap_push_lines or play_cdn",
                    "INVALID_MOVE");
  }
  if (request.has_push()) {
    NC_RETURN_IF_ERROR(MovePushLine(snapshot, request.push(), now, stream, reasons));
  }
  if (request.swap_push_lines()) NC_RETURN_IF_ERROR(SwapPushLines(stream));
  return HoldViewers(snapshot, request.play_cdn(), stream);
}

// The state's own reason for a decision's error; AIP-193 wants one that programs can tell apart.
absl::Status WithPlayReason(absl::Status status, const scheduler::Stream& stream) {
  switch (status.code()) {
    case absl::StatusCode::kFailedPrecondition:
      return WithReason(
          std::move(status),
          absl::StrCat("STREAM_", absl::AsciiStrToUpper(StreamStateName(stream.state))));
    case absl::StatusCode::kPermissionDenied:
      return WithReason(std::move(status), stream.state == StreamState::kBanned
                                               ? "STREAM_BANNED"
                                               : "STREAM_TURNED_OFF");
    case absl::StatusCode::kNotFound:
      return WithReason(std::move(status), "PUBLISH_POINT_NOT_FOUND");
    default:
      return WithReason(std::move(status), "NO_USABLE_CDN");
  }
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
                                 StreamTable* streams, RatioDesk* ratio)
    : clock_(clock),
      snapshots_(snapshots),
      streams_(streams),
      ratio_(ratio),
      preheats_(clock, snapshots, streams),
      forwards_(streams),
      name_seed_(DrawSeed()) {}

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

v1::Stream StreamScheduler::Show(const StreamEntry& entry) const {
  v1::Stream shown = WriteStream(entry);
  const auto snapshot = snapshots_->Current();
  const int64_t now_s = absl::ToUnixSeconds(clock_->Now());
  for (int i = 0; i < shown.push_lines_size(); ++i) {
    const auto line = static_cast<size_t>(i);
    shown.mutable_push_lines(i)->set_url(
        SignedPushUrl(*snapshot, entry.stream, entry.stream.push_lines[line], now_s));
  }
  return shown;
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
  if (const StreamEntryPtr made = streams_->FindByRequest(id)) return Show(*made);
  return DecideAndInsert(request);
}

absl::StatusOr<v1::Stream> StreamScheduler::DecideAndInsert(
    const v1::CreateStreamRequest& request) {
  NC_RETURN_IF_ERROR(CheckStreamName(request.stream()));
  NC_ASSIGN_OR_RETURN(
      scheduler::PushQuestion question,
      PushQuestionOf(request.publish_point(), request.broadcaster(), clock_->Now()));
  question.stream = request.stream().empty() ? MakeName() : request.stream();
  const auto snapshot = snapshots_->Current();
  auto decided = DecidePush(*snapshot, question);
  if (!decided.ok()) {
    return NotPushed(decided.status());
  }
  StreamEntry entry;
  entry.stream = {.name = question.stream,
                  .publish_point = request.publish_point(),
                  .state = StreamState::kCreated,
                  .push_lines = decided->lines};
  entry.request_id = request.request_id();
  entry.ends_on_unpublish = request.ends_on_unpublish();
  entry.create_time = entry.update_time = entry.state_since = clock_->Now();
  const auto inserted = streams_->Insert(std::move(entry));
  if (!inserted.ok()) {
    const bool exists = absl::IsAlreadyExists(inserted.status());
    return WithReason(inserted.status(), exists ? "STREAM_EXISTS" : "STREAM_NOT_STORED");
  }
  v1::Stream created = Show(**inserted);
  created.mutable_reasons()->Add(decided->reasons.begin(), decided->reasons.end());
  return created;
}

absl::StatusOr<v1::Stream> StreamScheduler::SetState(
    absl::string_view name, StreamState state, std::optional<scheduler::CarriedBy> carried_by) {
  NC_ASSIGN_OR_RETURN(const StreamEntryPtr changed,
                      ChangeState(*streams_, name, state, clock_->Now(), carried_by));
  return Show(*changed);
}

absl::StatusOr<v1::Stream> StreamScheduler::CountUpdate(absl::StatusOr<v1::Stream> updated) {
  Count(updated.ok(), counters_.updates_ok, counters_.updates_refused);
  return updated;
}

absl::StatusOr<v1::Stream> StreamScheduler::UpdateStreamState(
    const v1::UpdateStreamStateRequest& request) {
  const auto state = scheduler::FromProto(request.state());
  if (!state.ok()) return CountUpdate(WithReason(state.status(), "INVALID_STATE"));
  const auto carried_by = scheduler::CarriedByOf(request.carried_by());
  const bool fits = request.carried_by().empty() || *state == StreamState::kPublishing;
  if (!carried_by.ok() || !fits) {
    return CountUpdate(WithReason(
        fits ? carried_by.status()
             : absl::InvalidArgumentError("carried_by: only while a stream is publishing"),
        "INVALID_CARRIER"));
  }
  std::optional<scheduler::CarriedBy> carrier;
  if (!request.carried_by().empty()) carrier = *carried_by;
  return CountUpdate(SetState(request.stream(), *state, carrier));
}

absl::StatusOr<v1::Stream> StreamScheduler::EndStream(const v1::EndStreamRequest& request) {
  return CountUpdate(SetState(request.stream(), StreamState::kEnded));
}

absl::StatusOr<v1::Stream> StreamScheduler::MoveStream(const v1::MoveStreamRequest& request) {
  return CountUpdate(Move(request));
}

absl::StatusOr<v1::Stream> StreamScheduler::Move(const v1::MoveStreamRequest& request) {
  NC_RETURN_IF_ERROR(FindStream(request.stream()).status());
  const auto snapshot = snapshots_->Current();
  const absl::Time now = clock_->Now();
  std::vector<std::string> reasons;
  auto moved = streams_->Update(request.stream(), [&](StreamEntry& entry) {
    entry.update_time = now;
    NC_RETURN_IF_ERROR(ApplyMove(*snapshot, request, now, entry.stream, reasons));
    if (request.has_push()) GiveGrace(*snapshot, now, entry);
    return absl::OkStatus();
  });
  if (!moved.ok()) {
    const bool told = !rpc::ReasonOf(moved.status()).empty();
    return told ? moved.status() : WithReason(moved.status(), "STREAM_NOT_STORED");
  }
  v1::Stream answer = Show(**moved);
  answer.mutable_reasons()->Add(reasons.begin(), reasons.end());
  return answer;
}

absl::StatusOr<v1::Stream> StreamScheduler::PreheatStream(const v1::PreheatStreamRequest& request) {
  const auto preheated = preheats_.Preheat(request);
  if (!preheated.ok()) return CountUpdate(preheated.status());
  return CountUpdate(Show(**preheated));
}

absl::StatusOr<v1::Stream> StreamScheduler::ForwardStream(const v1::ForwardStreamRequest& request) {
  const auto forwarded = forwards_.Forward(request);
  if (!forwarded.ok()) return CountUpdate(forwarded.status());
  return CountUpdate(Show(**forwarded));
}

absl::StatusOr<v1::Stream> StreamScheduler::GetStream(const v1::GetStreamRequest& request) const {
  NC_ASSIGN_OR_RETURN(const StreamEntryPtr entry, FindStream(request.stream()));
  return Show(*entry);
}

absl::StatusOr<v1::ListStreamsResponse> StreamScheduler::ListStreams(
    const v1::ListStreamsRequest& request) const {
  if (request.page_size() < 0) {
    return WithReason(absl::InvalidArgumentError("page_size: must not be negative"),
                      "INVALID_PAGE_SIZE");
  }
  const int asked = request.page_size() == 0 ? kPageSizeDefault : request.page_size();
  const size_t count = std::min(asked, kPageSizeMax);
  const StreamFilter filter(request);
  const auto wanted = [&filter](const StreamEntry& entry) { return filter.Takes(entry); };
  NC_ASSIGN_OR_RETURN(const std::string after, filter.StreamBefore());
  const auto found = streams_->List(after, count + 1, wanted);
  v1::ListStreamsResponse response;
  for (size_t i = 0; i < std::min(count, found.size()); ++i) {
    *response.add_streams() = Show(*found[i]);
  }
  // The token is the last name shown, so a page stays right when streams come and go.
  if (found.size() > count) {
    response.set_next_page_token(filter.TokenAfter(found[count - 1]->stream.name));
  }
  return response;
}

absl::StatusOr<PlayAnswer> StreamScheduler::Play(const absl::StatusOr<PlayQuestion>& question) {
  absl::StatusOr<PlayAnswer> answer =
      question.ok() ? DecideAndRender(*question) : absl::StatusOr<PlayAnswer>(question.status());
  Count(answer.ok(), counters_.plays_ok, counters_.plays_refused);
  return answer;
}

absl::StatusOr<v1::PlayInfo> StreamScheduler::GetPlayInfo(const v1::GetPlayInfoRequest& request) {
  NC_ASSIGN_OR_RETURN(const PlayAnswer answer, Play(QuestionOf(request)));
  return ToProto(answer);
}

absl::StatusOr<PlayAnswer> StreamScheduler::DecideAndRender(const PlayQuestion& question) const {
  absl::StatusOr<PlayAnswer> answer;
  NC_RETURN_IF_ERROR(
      WithDecision(question.stream, question.viewer, Purpose::kPlay,
                   [&](const Snapshot& snapshot, const scheduler::PlayDecision& decision) {
                     answer = RenderPlay(snapshot, decision, question, clock_->Now(), caches_);
                   }));
  return answer;
}

absl::Status StreamScheduler::PlayMany(absl::Span<const absl::string_view> streams,
                                       absl::StatusOr<PlayQuestion> question, UsePlay use) {
  if (!question.ok()) return Play(question).status();
  if (streams.size() > kBatchMax) {
    return WithReason(absl::InvalidArgumentError(absl::StrCat("streams: ", streams.size(),
                                                              " are asked; at most ", kBatchMax)),
                      "TOO_MANY_STREAMS");
  }
  for (const absl::string_view stream : streams) {
    question->stream = stream;
    use(stream, Play(question));
  }
  return absl::OkStatus();
}

absl::StatusOr<scheduler::PlayDecision> StreamScheduler::Decide(const Snapshot& snapshot,
                                                                const scheduler::Stream& stream,
                                                                const scheduler::Viewer& viewer,
                                                                Purpose purpose) const {
  if (ratio_ == nullptr) {
    return DecidePlay(snapshot, stream, viewer, clock_->Now(),
                      {.traced = purpose == Purpose::kLook});
  }
  return purpose == Purpose::kPlay ? ratio_->Decide(snapshot, stream, viewer)
                                   : ratio_->Look(snapshot, stream, viewer);
}

absl::Status StreamScheduler::WithDecision(absl::string_view stream,
                                           const scheduler::Viewer& viewer, Purpose purpose,
                                           UseDecision use) const {
  NC_ASSIGN_OR_RETURN(const StreamEntryPtr entry, FindStream(stream));
  const auto snapshot = snapshots_->Current();
  const auto decision = Decide(*snapshot, entry->stream, viewer, purpose);
  if (!decision.ok()) return WithPlayReason(decision.status(), entry->stream);
  use(*snapshot, *decision);
  return absl::OkStatus();
}

absl::StatusOr<v1::Explanation> StreamScheduler::ExplainPlay(
    const v1::ExplainPlayRequest& request) const {
  const auto viewer = scheduler::FromProto(request.viewer());
  if (!viewer.ok()) return WithReason(viewer.status(), "INVALID_VIEWER");
  v1::Explanation explanation;
  NC_RETURN_IF_ERROR(WithDecision(
      request.stream(), *viewer, Purpose::kLook,
      [&explanation](const Snapshot& snapshot, const scheduler::PlayDecision& decision) {
        explanation = scheduler::ToProto(scheduler::ExplainPlay(snapshot, decision));
      }));
  return explanation;
}

}  // namespace nearcast
