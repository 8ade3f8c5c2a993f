#include "dataplane/ingest/rtmp_server.h"

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "dataplane/admission/attempt.h"
#include "dataplane/egress/tcp_acceptor.h"
#include "dataplane/egress/tcp_listener.h"
#include "dataplane/ingest/gathered_reader.h"
#include "dataplane/ingest/media_intake.h"
#include "dataplane/ingest/rtmp_play.h"
#include "dataplane/ingest/silence_watch.h"
#include "dataplane/media/rtmp_server_session.h"

namespace nearcast::ingest {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;

constexpr size_t kReadBytes = 32u << 10;
// Of all publishers that are read in pieces: more than what wakes one of them.
constexpr size_t kGatheredBytes = 256u << 10;

media::RtmpSessionOptions SessionOptions() {
  media::RtmpSessionOptions options;
  options.chunk_size = stream::kRtmpChunkBytes;
  return options;
}

std::string NameOf(const media::RtmpStreamName& name) {
  return absl::StrCat(name.app, "/", name.stream);
}

admission::Attempt AttemptOf(const media::RtmpStreamName& name, const std::string& address) {
  const std::string stream = NameOf(name);
  return {.stream = stream,
          .path = absl::StrCat("/", stream),
          .path_signature = "",
          .query = name.query,
          .host = name.host,
          .address = address};
}

std::string Text(absl::string_view view) { return std::string(view.data(), view.size()); }

// One connection before it is known to be a player.
struct Peer {
  explicit Peer(tcp::socket connected)
      : stream(std::move(connected)), address(egress::PeerText(stream.socket().native_handle())) {}

  beast::tcp_stream stream;
  std::string address;
  std::unique_ptr<media::RtmpServerSession> session;
  std::unique_ptr<MediaIntake> intake;
  std::optional<SilenceWatch> silence;        // from when it publishes
  std::optional<GatheredReader> gathered;     // likewise, where reads are merged
  std::optional<media::RtmpPublish> publish;  // set while it waits to be admitted
  std::optional<egress::PlayRequest> play;    // set when it turned out to be a player
  admission::Attempt attempt;                 // of a player

  stream::Publication* publication() {
    return intake == nullptr ? nullptr : &intake->publication();
  }
};

}  // namespace

class RtmpServer::Connections {
 public:
  Connections(const RtmpServerOptions& options, egress::Worker* worker,
              const RtmpServices& services, int listen_fd)
      : options_(options),
        worker_(worker),
        services_(services),
        random_(std::random_device()()),
        acceptor_(&worker->io(), listen_fd,
                  [this](tcp::socket socket) { Take(std::move(socket)); }) {}

  uint64_t accepts_failed() const { return acceptor_.failed(); }

  IngestCounters counters;

 private:
  void Take(tcp::socket socket);
  asio::awaitable<void> Serve(tcp::socket socket);
  asio::awaitable<absl::Status> ServePeer(Peer* peer);
  void BeginPublishing(Peer* peer);
  asio::awaitable<size_t> ReadPublisher(Peer* peer, asio::mutable_buffer buffer,
                                        boost::system::error_code* error);
  absl::Status TakePiece(Peer* peer, absl::string_view* input);
  asio::awaitable<absl::Status> Flush(Peer* peer);
  asio::awaitable<absl::Status> Publish(Peer* peer, absl::string_view* input);
  absl::Status ReadEvents(Peer* peer, absl::string_view* input);
  absl::Status OnEvent(Peer* peer, const media::RtmpEvent& event);
  asio::awaitable<absl::Status> Begin(Peer* peer);
  absl::Status CheckVia(const media::RtmpPublish& publish) const;
  absl::Status OnPlay(Peer* peer, const media::RtmpStreamName& name);
  void PassOn(Peer* peer, absl::string_view unread);

  const RtmpServerOptions options_;
  egress::Worker* const worker_;
  const RtmpServices services_;
  std::mt19937_64 random_;
  size_t open_ = 0;
  std::vector<char> gathered_;  // what one publisher sent, while it is taken: never across a wait
  egress::TcpAcceptor acceptor_;
};

void RtmpServer::Connections::Take(tcp::socket socket) {
  counters.connections.Add();
  if (open_ >= options_.connections_max) {
    counters.refused.Add();
    return;  // closed
  }
  asio::co_spawn(worker_->io(), Serve(std::move(socket)), asio::detached);
}

asio::awaitable<void> RtmpServer::Connections::Serve(tcp::socket socket) {
  ++open_;
  Peer peer(std::move(socket));
  const ConnectionLimiter::Place place =
      services_.limiter->Enter(peer.address.substr(0, peer.address.rfind(':')));
  absl::Status status = absl::ResourceExhaustedError("too many connections from this address");
  if (place) status = co_await ServePeer(&peer);
  if (!status.ok()) {
    counters.refused.Add();
    services_.publish->log().refused.Info("rtmp {}: {}", peer.address, Text(status.message()));
  }
  --open_;
}

asio::awaitable<absl::Status> RtmpServer::Connections::ServePeer(Peer* peer) {
  peer->session = std::make_unique<media::RtmpServerSession>(SessionOptions(), random_());
  peer->stream.expires_after(std::chrono::milliseconds(options_.request_ms_max));
  std::vector<char> buffer(kReadBytes);
  while (true) {
    boost::system::error_code error;
    size_t size = 0;
    std::vector<char>& bytes = peer->gathered ? gathered_ : buffer;
    if (peer->silence) {
      size = co_await ReadPublisher(peer, asio::buffer(bytes), &error);
    } else {
      size = co_await peer->stream.async_read_some(
          asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
    }
    if (error == beast::error::timeout || (peer->silence && peer->silence->fired()))
      co_return absl::DeadlineExceededError("silent for too long");
    if (error)
      co_return absl::OkStatus();  // it went; the intake's end says that the publisher is lost
    counters.bytes_received.Add(size);
    absl::string_view input(bytes.data(), size);
    absl::Status read = peer->gathered ? TakePiece(peer, &input) : ReadEvents(peer, &input);
    std::string rest;  // others read into gathered_ while this one waits
    if (peer->gathered && !input.empty()) input = rest = Text(input);
    if (read.ok() && peer->publish) read = co_await Publish(peer, &input);
    const absl::Status flushed = co_await Flush(peer);
    if (!read.ok()) co_return read;
    if (!flushed.ok()) co_return flushed;
    if (peer->play) {
      PassOn(peer, input);
      co_return absl::OkStatus();
    }
    if (peer->intake != nullptr && !peer->silence) {
      BeginPublishing(peer);
      if (peer->gathered) buffer = {};
    }
  }
}

void RtmpServer::Connections::BeginPublishing(Peer* peer) {
  tcp::socket& socket = peer->stream.socket();
  peer->stream.expires_never();
  peer->silence.emplace(&socket, options_.idle_ms_max);
  if (options_.merge_read_ms <= 0) return;
  gathered_.resize(kGatheredBytes);
  peer->gathered.emplace(&socket, worker_, options_.merge_read_ms);
  peer->gathered->Follow(&peer->intake->publication());
}

// What is there, gathered where that is asked for.
asio::awaitable<size_t> RtmpServer::Connections::ReadPublisher(Peer* peer,
                                                               asio::mutable_buffer buffer,
                                                               boost::system::error_code* error) {
  size_t size = 0;
  if (!peer->gathered) {
    size = co_await peer->stream.socket().async_read_some(
        buffer, asio::redirect_error(asio::use_awaitable, *error));
  } else {
    while (true) {
      co_await peer->gathered->Pause();
      if (peer->silence->fired()) co_return 0;
      size = peer->gathered->ReadSome(buffer, error);
      if (*error != asio::error::would_block) break;
      peer->gathered->EndPiece(peer->publication());
    }
  }
  peer->silence->Heard(egress::MonotonicMs());
  co_return size;
}

// And has it sent to those who wait for it, while the caches hold it.
absl::Status RtmpServer::Connections::TakePiece(Peer* peer, absl::string_view* input) {
  absl::Status read;
  worker_->RunWithPosts([&] {
    read = ReadEvents(peer, input);
    peer->gathered->EndPiece(peer->publication());
  });
  return read;
}

asio::awaitable<absl::Status> RtmpServer::Connections::Flush(Peer* peer) {
  const std::string output = peer->session->TakeOutput();
  if (output.empty()) co_return absl::OkStatus();
  boost::system::error_code error;
  co_await asio::async_write(peer->stream, asio::buffer(output),
                             asio::redirect_error(asio::use_awaitable, error));
  if (!error) co_return absl::OkStatus();
  co_return absl::UnavailableError(absl::StrCat("cannot answer: ", error.message()));
}

// And reads what it has sent behind that.
asio::awaitable<absl::Status> RtmpServer::Connections::Publish(Peer* peer,
                                                               absl::string_view* input) {
  while (peer->publish) {
    absl::Status begun = co_await Begin(peer);
    if (begun.ok()) begun = ReadEvents(peer, input);
    if (!begun.ok()) co_return begun;
  }
  co_return absl::OkStatus();
}

absl::Status RtmpServer::Connections::ReadEvents(Peer* peer, absl::string_view* input) {
  while (!peer->play && !peer->publish) {
    NC_ASSIGN_OR_RETURN(const std::optional<media::RtmpEvent> event, peer->session->Read(input));
    if (!event) return absl::OkStatus();
    NC_RETURN_IF_ERROR(OnEvent(peer, *event));
  }
  return absl::OkStatus();
}

absl::Status RtmpServer::Connections::OnEvent(Peer* peer, const media::RtmpEvent& event) {
  if (const auto* item = std::get_if<media::RtmpMedia>(&event)) {
    if (peer->intake == nullptr) return absl::OkStatus();
    return peer->intake->Take(item->kind, item->dts_ms, item->payload, egress::MonotonicMs());
  }
  if (const auto* publish = std::get_if<media::RtmpPublish>(&event)) {
    peer->publish = *publish;
    return absl::OkStatus();
  }
  if (const auto* play = std::get_if<media::RtmpPlay>(&event)) return OnPlay(peer, play->name);
  if (std::holds_alternative<media::RtmpStreamEnd>(event) && peer->intake != nullptr) {
    services_.publish->log().ended.Info(
        "publish {} from {}: ended", peer->intake->publication().stream()->name(), peer->address);
    peer->intake->Finish(stream::EndReason::kOnPurpose, egress::MonotonicMs());
    peer->intake.reset();
  }
  return absl::OkStatus();
}

// What nodes forward must not come back to one of them.
absl::Status RtmpServer::Connections::CheckVia(const media::RtmpPublish& publish) const {
  for (absl::string_view node : absl::StrSplit(publish.via, absl::ByAnyChar(", "))) {
    if (node.empty() || node != options_.node) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("loop: this stream has come through ", node, " before"));
  }
  return absl::OkStatus();
}

asio::awaitable<absl::Status> RtmpServer::Connections::Begin(Peer* peer) {
  const absl::Status loop = CheckVia(*peer->publish);
  admission::Attempt attempt = AttemptOf(peer->publish->name, peer->address);
  attempt.via = peer->publish->via;
  peer->publish.reset();
  absl::StatusOr<std::unique_ptr<MediaIntake>> intake = absl::UnknownError("not asked");
  if (loop.ok()) {
    intake = co_await services_.publish->Admit(attempt, worker_);
  } else {
    intake = loop;
  }
  if (!intake.ok()) {
    // The one refusal that every publisher understands.
    peer->session->Refuse("NetStream.Publish.BadName", intake.status().message());
    co_return intake.status();
  }
  peer->intake = *std::move(intake);
  peer->session->AcceptPublish();
  if (peer->gathered) peer->gathered->Follow(peer->publication());
  counters.publishes.Add();
  services_.publish->log().begun.Info("publish {} from {}: begins", attempt.stream, peer->address);
  co_return absl::OkStatus();
}

absl::Status RtmpServer::Connections::OnPlay(Peer* peer, const media::RtmpStreamName& name) {
  auto request = egress::ParsePlayRequest(NameOf(name), name.query, options_.play);
  if (!request.ok()) {
    peer->session->Refuse("NetStream.Play.Failed", request.status().message());
    return request.status();
  }
  peer->play = *std::move(request);
  peer->attempt = AttemptOf(name, peer->address);
  return absl::OkStatus();
}

void RtmpServer::Connections::PassOn(Peer* peer, absl::string_view unread) {
  boost::system::error_code error;
  const int fd = peer->stream.release_socket().release(error);
  if (error) return;
  auto protocol = std::make_shared<RtmpPlay>(std::move(peer->session), Text(unread));
  services_.play->Admit(
      worker_, {fd, std::move(protocol), *std::move(peer->play), std::move(peer->attempt), {}});
}

RtmpServer::RtmpServer(const RtmpServerOptions& options, egress::Worker* worker,
                       const RtmpServices& services, int listen_fd)
    : connections_(std::make_unique<Connections>(options, worker, services, listen_fd)) {}

RtmpServer::~RtmpServer() = default;

const IngestCounters& RtmpServer::counters() const { return connections_->counters; }
uint64_t RtmpServer::accepts_failed() const { return connections_->accepts_failed(); }

}  // namespace nearcast::ingest
