#include "dataplane/hls/hls_desk.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "dataplane/egress/flv_protocol.h"
#include "dataplane/hls/playlist.h"
#include "dataplane/media/media_config.h"

namespace nearcast::hls {
namespace {

namespace asio = boost::asio;
using egress::MonotonicMs;
using egress::RouteReply;
using egress::RouteRequest;

// A channel without sessions is kept this long: whoever reloads the page finds it.
constexpr int64_t kChannelIdleMs = 10'000;
constexpr char kPlaylistType[] = "application/vnd.apple.mpegurl";
constexpr int64_t kTargetsWaited = 3;  // a blocking reload is given up after these

// A request that waits for a channel's news, on one worker.
//
//   while (!Look()) {
//     if (!news.listening()) { if (!news.Listen()) return TooManyWait(); continue; }
//     co_await news.Wait(deadline_ms);
//   }
// Whoever finds what it looks for at once never listens; who listens looks once more, as news may
// have come in between; after that none is lost, as the telling comes to this thread and waits its
// turn. Who does not wait any more is forgotten.
class NewsWait {
 public:
  // `channel` outlives it.
  NewsWait(egress::Worker* worker, Channel* channel) : worker_(worker), channel_(channel) {}
  ~NewsWait() {
    if (listening()) channel_->Forget(waiter_);
  }
  NewsWait(const NewsWait&) = delete;
  NewsWait& operator=(const NewsWait&) = delete;

  bool listening() const { return waiter_ != 0; }

  // False when too many do.
  bool Listen() {
    ear_ = std::make_shared<Ear>(worker_->io());
    waiter_ = channel_->WhenNews([worker = worker_, ear = ear_] {
      worker->Post([ear] {
        ear->told = true;
        ear->timer.expires_at(asio::steady_timer::time_point::min());
      });
    });
    return listening();
  }

  asio::awaitable<void> Wait(int64_t deadline_ms) {
    const int64_t left_ms = std::max<int64_t>(0, deadline_ms - MonotonicMs());
    ear_->timer.expires_after(std::chrono::milliseconds(left_ms));
    boost::system::error_code error;
    co_await ear_->timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (ear_->told) waiter_ = 0;
  }

 private:
  struct Ear {
    explicit Ear(asio::io_context& io) : timer(io) {}
    asio::steady_timer timer;
    bool told = false;
  };

  egress::Worker* const worker_;
  Channel* const channel_;
  std::shared_ptr<Ear> ear_;
  uint64_t waiter_ = 0;
};

// Whoever waits for a stream is a viewer of it: nobody forgets it meanwhile.
class ViewerHold {
 public:
  explicit ViewerHold(std::shared_ptr<stream::Stream> stream) : stream_(std::move(stream)) {
    stream_->AddViewers(1);
  }
  ~ViewerHold() { stream_->AddViewers(-1); }
  ViewerHold(const ViewerHold&) = delete;
  ViewerHold& operator=(const ViewerHold&) = delete;

 private:
  const std::shared_ptr<stream::Stream> stream_;
};

std::string BuildHead(absl::string_view status, absl::string_view fields, size_t body_bytes,
                      bool keep_alive) {
  return absl::StrCat(
      "HTTP/1.1 ", status, "\r\nServer: nearcast\r\n", fields, "Content-Length: ", body_bytes,
      "\r\nAccess-Control-Allow-Origin: *\r\nConnection: ", keep_alive ? "keep-alive" : "close",
      "\r\n\r\n");
}

RouteReply BuildReply(absl::string_view type, absl::string_view cache, std::vector<BytesRef> body) {
  RouteReply reply;
  size_t bytes = 0;
  for (const BytesRef& piece : body) bytes += piece->size();
  reply.head = BuildHead("200 OK",
                         absl::StrCat("Content-Type: ", type, "\r\nCache-Control: ", cache, "\r\n"),
                         bytes, true);
  reply.body = std::move(body);
  return reply;
}

RouteReply BuildText(std::string text) {
  return BuildReply(kPlaylistType, "no-cache",
                    {std::make_shared<const std::string>(std::move(text))});
}

// Slices never change, and are of no use after a while.
RouteReply BuildSlices(Container container, std::vector<BytesRef> body) {
  return BuildReply(container == Container::kTs ? "video/mp2t" : "video/mp4", "max-age=60",
                    std::move(body));
}

absl::Status Expired() {
  return absl::NotFoundError("this session has expired: open the playlist anew, without sid");
}

absl::Status TooManyWait() {
  return absl::ResourceExhaustedError("too many wait for this stream: try again");
}

absl::Status TooLate(const std::string& name) {
  return absl::DeadlineExceededError(absl::StrCat("no stream ", name, " came in time"));
}

// A window with at least one slice, or nothing yet.
std::optional<SliceWindow> FindWindow(const HlsRequest& request, const TrackView& view) {
  if (view.store == nullptr || (!view.config->video && !view.config->audio)) return std::nullopt;
  const SliceRule rule =
      ChooseRule(request, view.mp4 != nullptr ? &view.mp4->cuts() : nullptr, view.gop_ms);
  const StartLimits limits = ChooseStart(request, rule);
  const std::optional<uint64_t> start = FindSessionStart(*view.store, rule.cut, limits);
  if (!start || !FindSliceEnd(*view.store, *start, rule, view.end)) return std::nullopt;
  return SliceWindow(*view.store, *start, rule);
}

MultivariantPlaylist Describe(const Session& session, const TrackView& view) {
  MultivariantPlaylist playlist;
  for (const Slice& slice : session.window.Slices(*view.store, view.end)) {
    int64_t bytes = 0;
    for (uint64_t seq = slice.first; seq < slice.end; ++seq) {
      bytes += static_cast<int64_t>(view.store->at(seq).bytes->size());
    }
    playlist.bandwidth_bps =
        std::max(playlist.bandwidth_bps, bytes * 8000 / std::max<int64_t>(1, slice.duration_ms));
  }
  playlist.codecs = media::CodecsText(*view.config);
  if (!view.config->video) return playlist;
  playlist.width_px = view.config->video->width_px;
  playlist.height_px = view.config->video->height_px;
  return playlist;
}

}  // namespace

HlsDesk::HlsDesk(const HlsOptions& options, std::vector<egress::Worker*> workers,
                 egress::PlayDesk* desk)
    : options_(options),
      workers_(std::move(workers)),
      desk_(desk),
      sessions_(options.sessions_max, MonotonicMs()) {}

HlsDesk::~HlsDesk() { Stop(); }

asio::awaitable<RouteReply> HlsDesk::Answer(RouteRequest request, egress::Worker* worker) {
  Reply reply = co_await Dispatch(request, worker);
  if (reply.ok()) co_return *std::move(reply);
  refused_.fetch_add(1, std::memory_order_relaxed);
  RouteReply refusal;
  refusal.head = egress::BuildHttpRefusal(reply.status());
  refusal.keep_alive = false;
  co_return refusal;
}

asio::awaitable<HlsDesk::Reply> HlsDesk::Dispatch(const RouteRequest& ask, egress::Worker* worker) {
  auto request = ParseHlsRequest(ask.path, ask.query, options_.session);
  if (!request.ok()) co_return request.status();
  if (request->sid.empty()) {
    const auto terms = co_await AskGate(*request, ask, worker);
    if (!terms.ok()) co_return terms.status();
    ApplyTerms(*terms, &*request);
    co_return co_await OpenSession(*request, ask, worker);
  }
  const auto session = FindSession(*request, ask);
  if (!session.ok()) co_return session.status();
  switch (request->resource) {
    case Resource::kPlaylist:
      co_return co_await SendPlaylist(*request, session->get(), worker);
    case Resource::kSlice:
      co_return co_await SendSlice(*request, session->get(), worker);
    case Resource::kInit:
      break;
  }
  co_return SendInit(*request, session->get());
}

SessionScope HlsDesk::ScopeOf(const HlsRequest& request, const RouteRequest& ask) const {
  return {request.stream,
          options_.bind_address ? absl::string_view(ask.peer_address) : absl::string_view()};
}

absl::StatusOr<std::shared_ptr<Session>> HlsDesk::FindSession(const HlsRequest& request,
                                                              const RouteRequest& ask) {
  const std::optional<SessionId> id = signer_.Verify(request.sid, ScopeOf(request, ask));
  if (!id) {
    return absl::PermissionDeniedError("sid: not of this node, this stream or this address");
  }
  std::shared_ptr<Session> session = sessions_.Find(*id, MonotonicMs());
  if (session == nullptr) return Expired();
  return session;
}

// Once for a session: its id opens everything else. The gate may answer on a thread of its own.
asio::awaitable<absl::StatusOr<admission::PlayTerms>> HlsDesk::AskGate(const HlsRequest& request,
                                                                       const RouteRequest& ask,
                                                                       egress::Worker* worker) {
  struct Asked {
    explicit Asked(asio::io_context& io) : answered(io, asio::steady_timer::time_point::max()) {}
    asio::steady_timer answered;
    absl::StatusOr<admission::PlayTerms> answer;
  };
  auto asked = std::make_shared<Asked>(worker->io());
  desk_->AskGate({.stream = request.stream,
                  .path = ask.path,
                  .path_signature = ask.path_signature,
                  .query = ask.query,
                  .host = ask.host,
                  .address = ask.peer_address},
                 [worker, asked](absl::StatusOr<admission::PlayTerms> terms) {
                   worker->Post([asked, terms = std::move(terms)] {
                     asked->answer = terms;
                     asked->answered.cancel();
                   });
                 });
  boost::system::error_code error;
  co_await asked->answered.async_wait(asio::redirect_error(asio::use_awaitable, error));
  co_return asked->answer;
}

asio::awaitable<HlsDesk::Reply> HlsDesk::OpenSession(const HlsRequest& request,
                                                     const RouteRequest& ask,
                                                     egress::Worker* worker) {
  const int64_t deadline_ms = MonotonicMs() + options_.wait_ms;
  const auto stream = desk_->Find(request.stream);
  if (!stream.ok()) co_return stream.status();
  const ViewerHold hold(*stream);
  desk_->Fetch(*stream, {.via = ask.via});
  const std::shared_ptr<Channel> channel = ChannelOf(*stream);
  if (channel == nullptr) co_return absl::UnavailableError("this node stops");
  NewsWait news(worker, channel.get());
  std::optional<SliceWindow> window;
  while (true) {
    bool ended = false, no_room = false;
    window = channel->Look(request.kind, [&](const TrackView& view) {
      ended = view.end == StreamEnd::kHasEnded;
      no_room = view.no_room;
      return FindWindow(request, view);
    });
    if (window) break;
    if (no_room) {
      co_return absl::ResourceExhaustedError(
          "this node holds all the media that it may: it makes no HLS of another stream");
    }
    if (ended) co_return absl::NotFoundError(absl::StrCat("no stream ", request.stream));
    if (!news.listening()) {
      if (!news.Listen()) co_return TooManyWait();
      continue;
    }
    if (MonotonicMs() >= deadline_ms) co_return TooLate(request.stream);
    co_await news.Wait(deadline_ms);
  }
  channel->KeepAtLeast(window->retention_ms());
  co_return Introduce(request, ask,
                      std::make_shared<Session>(channel, request.kind, request.format, *window));
}

HlsDesk::Reply HlsDesk::Introduce(const HlsRequest& request, const RouteRequest& ask,
                                  std::shared_ptr<Session> session) {
  const SessionId id = SessionSigner::NewId();
  session->address = ask.peer_address;
  NC_RETURN_IF_ERROR(sessions_.Add(id, session, MonotonicMs()));
  session->ticket = desk_->OpenTicket(request.stream, FormatName(request.format), ask.peer_address);
  if (session->ticket != nullptr) session->ticket->Begin();
  const std::string sid = signer_.Sign(id, ScopeOf(request, ask));
  const char* here = request.name.find(':') == std::string::npos ? "" : "./";
  const std::string base = options_.base_url.empty()
                               ? absl::StrCat(here, request.name)
                               : absl::StrCat(options_.base_url, "/", request.stream);
  const std::string url = absl::StrCat(base, ".m3u8?sid=", sid);
  if (request.entry == hls::Entry::kRedirect) {
    RouteReply reply;
    reply.head = BuildHead(
        "302 Found", absl::StrCat("Location: ", url, "\r\nCache-Control: no-store\r\n"), 0, true);
    return reply;
  }
  MultivariantPlaylist playlist = session->channel->Look(
      session->kind, [&](const TrackView& view) { return Describe(*session, view); });
  playlist.uri = url;
  return BuildText(WriteMultivariantPlaylist(playlist));
}

asio::awaitable<HlsDesk::Reply> HlsDesk::SendPlaylist(const HlsRequest& request, Session* session,
                                                      egress::Worker* worker) {
  const int64_t deadline_ms =
      MonotonicMs() + kTargetsWaited * 1000 * session->window.rule().target_s;
  NewsWait news(worker, session->channel.get());
  std::optional<std::string> text;
  while (true) {
    bool lost = false, ahead = false;
    text = session->channel->Look(session->kind, [&](const TrackView& view) {
      SliceWindow& window = session->window;
      lost = !window.Holds(*view.store);
      std::optional<std::string> written;
      if (lost) return written;
      if (session->format == Format::kLowLatency && request.msn) {
        ahead = *request.msn > NextSequence(window, *view.store, view.end) + 1;
        if (!HasPart(window, *view.store, view.end, *request.msn, request.part)) return written;
      }
      window.Advance(*view.store, view.end);
      MediaPlaylist playlist{.format = session->format,
                             .name = request.name,
                             .sid = request.sid,
                             .all_independent = session->kind.wanted == stream::Wanted::kAudioOnly,
                             .skip = request.skip,
                             .end = view.end};
      if (view.mp4 != nullptr) {
        playlist.part_ms = view.mp4->cuts().part_ms;
        playlist.hold_back_ms = ChooseHoldBackMs(window.rule(), view.mp4->cuts());
      }
      written = WriteMediaPlaylist(playlist, window, *view.store);
      return written;
    });
    if (lost) co_return Expired();
    if (ahead) co_return absl::InvalidArgumentError("_HLS_msn: too far ahead");
    if (text) break;
    if (!news.listening()) {
      if (!news.Listen()) co_return TooManyWait();
      continue;
    }
    if (MonotonicMs() >= deadline_ms) {
      co_return absl::UnavailableError("the stream makes no progress: try again");
    }
    co_await news.Wait(deadline_ms);
  }
  playlists_.fetch_add(1, std::memory_order_relaxed);
  co_return BuildText(*std::move(text));
}

asio::awaitable<HlsDesk::Reply> HlsDesk::SendSlice(const HlsRequest& request, Session* session,
                                                   egress::Worker* worker) {
  const int64_t deadline_ms =
      MonotonicMs() + kTargetsWaited * 1000 * session->window.rule().target_s;
  NewsWait news(worker, session->channel.get());
  std::vector<BytesRef> body;
  while (true) {
    bool hinted = false, gone = false;
    session->channel->Look(session->kind, [&](const TrackView& view) {
      const PieceStore& store = *view.store;
      gone = request.first < store.begin_seq();
      if (gone) return;
      // The part that the playlist hints at is waited for; nothing else is.
      hinted = session->format == Format::kLowLatency && request.first == store.end_seq() &&
               request.end == request.first + 1 && view.end == StreamEnd::kGoesOn;
      if (request.end > store.end_seq()) return;
      for (uint64_t seq = request.first; seq < request.end; ++seq) {
        body.push_back(store.at(seq).bytes);
      }
      session->progress.Note(store, request.first, request.end, MonotonicMs());
    });
    if (!body.empty()) break;
    if (gone) co_return absl::NotFoundError("this slice has left the buffer");
    if (!hinted) co_return absl::NotFoundError("no such slice");
    if (!news.listening()) {
      if (!news.Listen()) co_return TooManyWait();
      continue;
    }
    if (MonotonicMs() >= deadline_ms) co_return absl::NotFoundError("no such part came in time");
    co_await news.Wait(deadline_ms);
  }
  slices_.fetch_add(1, std::memory_order_relaxed);
  uint64_t bytes = 0;
  for (const BytesRef& piece : body) bytes += piece->size();
  session->channel->stream()->AddSent(bytes);
  co_return BuildSlices(session->kind.container, std::move(body));
}

HlsDesk::Reply HlsDesk::SendInit(const HlsRequest& request, Session* session) {
  const BytesRef init = session->channel->Look(session->kind, [&](const TrackView& view) {
    return view.mp4 == nullptr ? nullptr : view.mp4->Init(request.init);
  });
  if (init == nullptr) return absl::NotFoundError("no such initialization segment");
  return BuildSlices(Container::kFmp4, {init});
}

std::shared_ptr<Channel> HlsDesk::ChannelOf(const std::shared_ptr<stream::Stream>& stream) {
  absl::MutexLock lock(&mutex_);
  if (stopped_) return nullptr;
  Held& held = channels_[stream.get()];
  if (held.channel == nullptr) {
    egress::Worker* home = workers_[next_worker_++ % workers_.size()];
    held.channel = std::make_shared<Channel>(stream, home, options_.channel);
    stream->AddListener(held.channel);
  }
  held.used_ms = MonotonicMs();
  return held.channel;
}

std::vector<egress::ViewerStatus> HlsDesk::Viewers(const std::string& stream, size_t limit) const {
  std::vector<egress::ViewerStatus> viewers;
  const int64_t now_ms = MonotonicMs();
  for (const auto& session : sessions_.List(stream, limit)) {
    viewers.push_back(session->Status(now_ms));
  }
  return viewers;
}

void HlsDesk::NoteSent(size_t bytes) { bytes_sent_.fetch_add(bytes, std::memory_order_relaxed); }

void HlsDesk::Sweep(int64_t now_ms) {
  sessions_.Sweep(now_ms);
  std::vector<std::shared_ptr<Channel>> idle;  // let go of without the lock
  absl::MutexLock lock(&mutex_);
  for (auto it = channels_.begin(); it != channels_.end();) {
    Held& held = it->second;
    // Sessions and requests hold a reference each; the map and the stream's list two.
    if (held.channel.use_count() > 2) held.used_ms = now_ms;
    if (now_ms - held.used_ms < kChannelIdleMs) {
      ++it;
      continue;
    }
    held.channel->stream()->RemoveListener(held.channel.get());
    muxed_bytes_before_ += held.channel->muxed_bytes();
    idle.push_back(std::move(held.channel));
    channels_.erase(it++);
  }
}

void HlsDesk::Stop() {
  sessions_.Clear();
  absl::MutexLock lock(&mutex_);
  stopped_ = true;
  for (const auto& [stream, held] : channels_) {
    held.channel->stream()->RemoveListener(held.channel.get());
  }
  channels_.clear();
}

HlsTotals HlsDesk::totals() const {
  HlsTotals totals;
  const SessionCounts counts = sessions_.counts();
  totals.sessions = sessions_.size();
  totals.sessions_opened = counts.opened;
  totals.sessions_expired = counts.expired;
  totals.sessions_refused = counts.refused;
  totals.bytes_sent = bytes_sent_.load(std::memory_order_relaxed);
  totals.playlists = playlists_.load(std::memory_order_relaxed);
  totals.slices = slices_.load(std::memory_order_relaxed);
  totals.refused = refused_.load(std::memory_order_relaxed);
  absl::MutexLock lock(&mutex_);
  totals.channels = channels_.size();
  totals.muxed_bytes = muxed_bytes_before_;
  for (const auto& [stream, held] : channels_) {
    totals.muxed_bytes += held.channel->muxed_bytes();
    totals.waiting += held.channel->waiters();
  }
  return totals;
}

}  // namespace nearcast::hls
