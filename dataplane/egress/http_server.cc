#include "dataplane/egress/http_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/socket_address.h"
#include "dataplane/egress/link_protocol.h"
#include "dataplane/egress/tcp_acceptor.h"
#include "dataplane/egress/tcp_listener.h"
#include "dataplane/egress/viewer_list.h"
#include "dataplane/egress/ws_flv_protocol.h"
#include "dataplane/media/link_record.h"
#include "signing/url_verifier.h"

namespace nearcast::egress {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using Request = http::request<http::empty_body>;

constexpr size_t kHeaderBytesMax = 8192;
constexpr int64_t kLingerMs = 1'000;
constexpr size_t kLingerBytesMax = 4u << 20;
constexpr char kViewersPath[] = "/api/viewers";
constexpr int64_t kViewersMsMax = 2'000;  // for every worker to answer

absl::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

// What a request asks for, taken apart.
struct Target {
  explicit Target(const Request& request) {
    const absl::string_view whole = View(request.target());
    const size_t mark = whole.find('?');
    path = whole.substr(0, mark);
    if (mark != absl::string_view::npos) query = whole.substr(mark + 1);
    signature = ConsumePathSignature(&path);
  }

  absl::string_view signature;  // before the path
  absl::string_view path;
  absl::string_view query;
};

std::string Text(absl::string_view view) { return std::string(view.data(), view.size()); }

std::vector<std::string> ViaOf(const Request& request) {
  return absl::StrSplit(View(request[kViaHeader]), absl::ByAnyChar(", "), absl::SkipEmpty());
}

absl::Status CheckVia(const std::vector<std::string>& via, const std::string& node) {
  if (std::find(via.begin(), via.end(), node) != via.end()) {
    return absl::FailedPreconditionError(
        absl::StrCat("loop: this request has come through ", node, " before"));
  }
  if (via.size() > kViaNodesMax) {
    return absl::FailedPreconditionError(
        absl::StrCat("the request has come through more than ", kViaNodesMax, " nodes"));
  }
  return absl::OkStatus();
}

// Names belong to somebody, who may let them point here (DNS rebinding).
bool IsAddress(absl::string_view host) {
  host = host.substr(0, host.rfind(':') == host.find_last_of(":]") ? host.rfind(':') : host.npos);
  if (host == "localhost") return true;
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  asio::ip::make_address(std::string(host), error);
  return !error;
}

// LocalAdmin's rule.
bool IsLocal(const Request& request, const beast::tcp_stream& stream) {
  if (!IsAddress(View(request[http::field::host]))) return false;
  for (const char* field : {"Origin", "Forwarded", "X-Forwarded-For"}) {
    if (request.find(field) != request.end()) return false;
  }
  boost::system::error_code error;
  const asio::ip::address peer = stream.socket().remote_endpoint(error).address();
  if (error) return false;
  return peer.is_loopback() || peer == stream.socket().local_endpoint(error).address();
}

std::string PeerIp(const beast::tcp_stream& stream) {
  boost::system::error_code error;
  const tcp::endpoint peer = stream.socket().remote_endpoint(error);
  return error ? std::string() : peer.address().to_string();
}

// The same of a descriptor.
std::string PeerIp(int fd) {
  const std::optional<SocketAddress> peer = nearcast::PeerAddress(fd);
  if (!peer) return "";
  const std::string text = SocketAddressText(*peer);  // ip:port, [ip]:port
  const std::string ip = text.substr(0, text.rfind(':'));
  return ip.front() == '[' ? ip.substr(1, ip.size() - 2) : ip;
}

enum class KeepAlive : uint8_t { kNo, kYes };

std::string BuildResponse(absl::string_view type, absl::string_view body, KeepAlive keep_alive) {
  return absl::StrCat("HTTP/1.1 200 OK\r\nServer: nearcast\r\nContent-Type: ", type,
                      "\r\nContent-Length: ", body.size(),
                      "\r\nAccess-Control-Allow-Origin: *\r\nConnection: ",
                      keep_alive == KeepAlive::kYes ? "keep-alive" : "close", "\r\n\r\n", body);
}

constexpr char kCorsAnswer[] =
    "HTTP/1.1 204 No Content\r\nServer: nearcast\r\nAccess-Control-Allow-Origin: *\r\n"
    "Access-Control-Allow-Methods: GET, POST, OPTIONS\r\nAccess-Control-Allow-Headers: *\r\n"
    "Access-Control-Max-Age: 86400\r\nConnection: close\r\n\r\n";

constexpr char kMethodAnswer[] =
    "HTTP/1.1 405 Method Not Allowed\r\nServer: nearcast\r\nAllow: GET, POST, OPTIONS\r\n"
    "Content-Length: 0\r\nConnection: close\r\n\r\n";

}  // namespace

class HttpServer::Connections {
 public:
  Connections(const HttpServerOptions& options, Worker* worker, PlayDesk* desk, int listen_fd)
      : options_(options),
        worker_(worker),
        desk_(desk),
        acceptor_(
            &worker->io(), listen_fd, [this](tcp::socket socket) { Take(std::move(socket)); },
            [this](int fd) { return TakeViewer(fd); }) {}

  uint64_t accepts_failed() const { return acceptor_.failed(); }

 private:
  bool TakeViewer(int fd);
  void Take(tcp::socket socket);
  asio::awaitable<void> Serve(tcp::socket socket);
  std::string Answer(const Request& request, const beast::tcp_stream& stream) const;
  std::string AnswerAdmin(const Request& request, bool is_local) const;
  asio::awaitable<std::string> AnswerViewers(const Request& request);
  bool IsRouted(const Request& request) const;
  asio::awaitable<bool> AnswerRouted(const Request& request, beast::tcp_stream* stream);
  absl::StatusOr<Arrival> BuildArrival(const Request& request, std::string address) const;
  absl::StatusOr<std::shared_ptr<ViewerProtocol>> BuildProtocol(const Request& request) const;
  void Play(Arrival arrival, beast::tcp_stream* stream);
  asio::awaitable<void> CloseGently(beast::tcp_stream* stream);
  asio::awaitable<void> TakeUpload(http::request_parser<http::empty_body>* parser,
                                   beast::flat_buffer* buffer, beast::tcp_stream* stream);

  const HttpServerOptions options_;
  Worker* const worker_;
  PlayDesk* const desk_;
  size_t open_ = 0;
  const std::shared_ptr<FlvProtocol> flv_ = std::make_shared<FlvProtocol>();
  TcpAcceptor acceptor_;
};

// A viewer whose request is there whole, as it nearly always is (connections are accepted with the
// first bytes), costs no coroutine, timer or place in the loop. All else is left as it was, unread.
bool HttpServer::Connections::TakeViewer(int fd) {
  std::array<char, kHeaderBytesMax> bytes;
  const ssize_t size = ::recv(fd, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
  if (size <= 0) return false;
  http::request_parser<http::empty_body> parser;
  parser.header_limit(kHeaderBytesMax);
  parser.eager(false);
  boost::system::error_code error;
  parser.put(asio::buffer(bytes.data(), static_cast<size_t>(size)), error);
  if (error || !parser.is_header_done()) return false;
  const Request& request = parser.get();
  if (request.method() != http::verb::get || IsRouted(request)) return false;
  absl::StatusOr<Arrival> arrival = BuildArrival(request, PeerIp(fd));
  if (!arrival.ok()) return false;
  if (::recv(fd, bytes.data(), static_cast<size_t>(size), MSG_DONTWAIT) != size) return false;
  arrival->fd = fd;
  desk_->Admit(worker_, *std::move(arrival));
  return true;
}

void HttpServer::Connections::Take(tcp::socket socket) {
  if (open_ >= options_.connections_max) return;  // closed
  asio::co_spawn(worker_->io(), Serve(std::move(socket)), asio::detached);
}

asio::awaitable<void> HttpServer::Connections::Serve(tcp::socket socket) {
  ++open_;
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer buffer(kHeaderBytesMax);
  boost::system::error_code error;
  bool again = true;
  while (again) {
    http::request_parser<http::empty_body> parser;
    parser.header_limit(kHeaderBytesMax);
    stream.expires_after(std::chrono::milliseconds(options_.request_ms_max));
    co_await http::async_read_header(stream, buffer, parser,
                                     asio::redirect_error(asio::use_awaitable, error));
    if (error) break;
    const Request& request = parser.get();
    if (IsRouted(request)) {
      again = co_await AnswerRouted(request, &stream) && parser.is_done();
      continue;
    }
    if (request.method() == http::verb::get) {
      absl::StatusOr<Arrival> arrival = BuildArrival(request, PeerIp(stream));
      if (arrival.ok()) {
        Play(*std::move(arrival), &stream);
        break;
      }
    }
    if (request.method() == http::verb::post && options_.upload != nullptr) {
      co_await TakeUpload(&parser, &buffer, &stream);
      break;
    }
    const bool asks_viewers = request.method() == http::verb::get &&
                              absl::StartsWith(View(request.target()), kViewersPath);
    // GCC 12 destroys the other branch's value twice where co_await stands in a conditional operator.
    std::string answer;
    if (asks_viewers) {
      answer = co_await AnswerViewers(request);
    } else {
      answer = Answer(request, stream);
    }
    again = absl::StrContains(answer, "Connection: keep-alive") && parser.is_done();
    co_await asio::async_write(stream, asio::buffer(answer),
                               asio::redirect_error(asio::use_awaitable, error));
    if (error) break;
  }
  --open_;
}

bool HttpServer::Connections::IsRouted(const Request& request) const {
  if (options_.route == nullptr || request.method() != http::verb::get) return false;
  return options_.route->Owns(Target(request).path);
}

// Whether the connection may go on.
asio::awaitable<bool> HttpServer::Connections::AnswerRouted(const Request& request,
                                                            beast::tcp_stream* stream) {
  const Target target(request);
  RouteRequest routed;
  routed.path = Text(target.path);
  routed.path_signature = Text(target.signature);
  routed.query = Text(target.query);
  routed.host = Text(View(request[http::field::host]));
  routed.peer_address = PeerIp(*stream);
  routed.via = ViaOf(request);
  stream->expires_never();
  RouteReply reply;
  if (absl::Status loop = CheckVia(routed.via, options_.node); loop.ok()) {
    reply = co_await options_.route->Answer(std::move(routed), worker_);
  } else {
    reply.head = BuildHttpRefusal(loop);
    reply.keep_alive = false;
  }
  if (!request.keep_alive()) {
    reply.head =
        absl::StrReplaceAll(reply.head, {{"\r\nConnection: keep-alive", "\r\nConnection: close"}});
  }
  std::vector<asio::const_buffer> pieces = {asio::buffer(reply.head)};
  for (const auto& piece : reply.body) pieces.push_back(asio::buffer(*piece));
  boost::system::error_code error;
  stream->expires_after(std::chrono::milliseconds(options_.reply_ms_max));
  const size_t sent =
      co_await asio::async_write(*stream, pieces, asio::redirect_error(asio::use_awaitable, error));
  options_.route->NoteSent(sent);
  co_return !error && reply.keep_alive && request.keep_alive();
}

// The answer of every worker, and behind it the route's.
asio::awaitable<std::string> HttpServer::Connections::AnswerViewers(const Request& request) {
  absl::StatusOr<ViewerQuestion> question = ParseViewerQuestion(Target(request).query);
  if (!question.ok()) co_return BuildHttpRefusal(question.status());
  struct Asked {
    explicit Asked(asio::io_context& io) : answered(io) {}
    asio::steady_timer answered;  // cancelled when it has been
    std::optional<std::vector<ViewerStatus>> viewers;
  };
  auto asked = std::make_shared<Asked>(worker_->io());
  asked->answered.expires_after(std::chrono::milliseconds(kViewersMsMax));
  ListViewers(options_.workers, worker_, *question, [asked](std::vector<ViewerStatus> viewers) {
    asked->viewers = std::move(viewers);
    asked->answered.cancel();
  });
  boost::system::error_code error;
  co_await asked->answered.async_wait(asio::redirect_error(asio::use_awaitable, error));
  if (!asked->viewers) co_return BuildHttpRefusal(absl::UnavailableError("a thread is too busy"));
  if (options_.route != nullptr) {
    const size_t room = question->limit - std::min(question->limit, asked->viewers->size());
    for (ViewerStatus& viewer : options_.route->Viewers(question->stream, room)) {
      asked->viewers->push_back(std::move(viewer));
    }
  }
  const KeepAlive keep_alive = request.keep_alive() ? KeepAlive::kYes : KeepAlive::kNo;
  co_return BuildResponse("application/json", WriteViewersJson(*asked->viewers), keep_alive);
}

std::string HttpServer::Connections::AnswerAdmin(const Request& request, bool is_local) const {
  const absl::string_view target = View(request.target());
  const size_t mark = std::min(target.find('?'), target.size());
  AdminRequest asked{.method = std::string(View(request.method_string())),
                     .path = std::string(target.substr(0, mark)),
                     .is_local = is_local};
  if (mark < target.size()) asked.query = std::string(target.substr(mark + 1));
  const absl::StatusOr<std::string> answer = options_.admin->Answer(asked);
  if (!answer.ok()) return BuildHttpRefusal(answer.status());
  const KeepAlive keep_alive = request.keep_alive() ? KeepAlive::kYes : KeepAlive::kNo;
  return BuildResponse("application/json", *answer, keep_alive);
}

std::string HttpServer::Connections::Answer(const Request& request,
                                            const beast::tcp_stream& stream) const {
  if (request.method() == http::verb::options) return kCorsAnswer;
  const absl::string_view whole = View(request.target());
  if (options_.admin != nullptr && options_.admin->Owns(whole.substr(0, whole.find('?')))) {
    return AnswerAdmin(request, IsLocal(request, stream));
  }
  if (request.method() != http::verb::get) return kMethodAnswer;
  const KeepAlive keep_alive = request.keep_alive() ? KeepAlive::kYes : KeepAlive::kNo;
  const absl::string_view path = Target(request).path;
  if (path == "/healthz") return BuildResponse("text/plain", "ok\n", keep_alive);
  if (path == "/metrics") {
    return BuildResponse("text/plain; version=0.0.4", options_.metrics(), keep_alive);
  }
  if (path == "/api/streams") {
    return BuildResponse("application/json", options_.streams_json(), keep_alive);
  }
  return BuildHttpRefusal(BuildArrival(request, "").status());
}

absl::StatusOr<Arrival> HttpServer::Connections::BuildArrival(const Request& request,
                                                              std::string address) const {
  const Target target(request);
  absl::StatusOr<std::string> name = ParseFlvPath(target.path);
  if (!name.ok()) return name.status();
  absl::StatusOr<PlayRequest> play = ParsePlayRequest(*name, target.query, options_.play);
  if (!play.ok()) return play.status();
  std::vector<std::string> via = ViaOf(request);
  if (absl::Status loop = CheckVia(via, options_.node); !loop.ok()) return loop;
  auto protocol = BuildProtocol(request);
  if (!protocol.ok()) return protocol.status();
  admission::Attempt attempt{.stream = *std::move(name),
                             .path = Text(target.path),
                             .path_signature = Text(target.signature),
                             .query = Text(target.query),
                             .host = Text(View(request[http::field::host])),
                             .address = std::move(address)};
  return Arrival{-1, *std::move(protocol), *std::move(play), std::move(attempt), std::move(via)};
}

absl::StatusOr<std::shared_ptr<ViewerProtocol>> HttpServer::Connections::BuildProtocol(
    const Request& request) const {
  if (absl::StrContains(View(request[http::field::accept]), media::kLinkMediaType)) {
    return std::make_shared<LinkProtocol>(LinkDoor::kHttp);
  }
  if (!absl::EqualsIgnoreCase(View(request[http::field::upgrade]), "websocket")) return flv_;
  auto protocol = WsFlvProtocol::Make(View(request[http::field::sec_websocket_key]),
                                      View(request[http::field::sec_websocket_version]));
  if (!protocol.ok()) return protocol.status();
  return *std::move(protocol);
}

// The connection ends with the body: whoever publishes has nothing else to ask.
asio::awaitable<void> HttpServer::Connections::TakeUpload(
    http::request_parser<http::empty_body>* header, beast::flat_buffer* buffer,
    beast::tcp_stream* stream) {
  const Target target(header->get());
  HttpUpload upload;
  upload.path = Text(target.path);
  upload.path_signature = Text(target.signature);
  upload.query = Text(target.query);
  upload.host = Text(View(header->get()[http::field::host]));
  upload.peer_address = PeerText(stream->socket().native_handle());
  upload.expects_continue =
      absl::EqualsIgnoreCase(View(header->get()[http::field::expect]), "100-continue");
  http::request_parser<http::buffer_body> parser(std::move(*header));
  upload.connection = stream;
  upload.buffer = buffer;
  upload.parser = &parser;
  const absl::Status status = co_await options_.upload->Take(std::move(upload));
  if (status.code() == absl::StatusCode::kUnavailable) co_return;  // it has gone
  const std::string answer = status.ok() ? BuildResponse("application/json", "{}\n", KeepAlive::kNo)
                                         : BuildHttpRefusal(status);
  boost::system::error_code error;
  stream->expires_after(std::chrono::milliseconds(options_.request_ms_max));
  co_await asio::async_write(*stream, asio::buffer(answer),
                             asio::redirect_error(asio::use_awaitable, error));
  if (!error) co_await CloseGently(stream);
}

// A peer that is still sending would lose the answer if the connection were closed on what it has
// sent (RFC 9112, 9.6): that is taken for a moment, and thrown away.
asio::awaitable<void> HttpServer::Connections::CloseGently(beast::tcp_stream* stream) {
  boost::system::error_code error;
  stream->socket().shutdown(tcp::socket::shutdown_send, error);
  stream->expires_after(std::chrono::milliseconds(kLingerMs));
  std::array<char, 16 << 10> thrown_away;
  for (size_t taken = 0; !error && taken < kLingerBytesMax;) {
    taken += co_await stream->async_read_some(asio::buffer(thrown_away),
                                              asio::redirect_error(asio::use_awaitable, error));
  }
}

void HttpServer::Connections::Play(Arrival arrival, beast::tcp_stream* stream) {
  boost::system::error_code error;
  arrival.fd = stream->release_socket().release(error);
  if (!error) desk_->Admit(worker_, std::move(arrival));
}

HttpServer::HttpServer(const HttpServerOptions& options, Worker* worker, PlayDesk* desk,
                       int listen_fd)
    : connections_(std::make_unique<Connections>(options, worker, desk, listen_fd)) {}

HttpServer::~HttpServer() = default;

uint64_t HttpServer::accepts_failed() const { return connections_->accepts_failed(); }

}  // namespace nearcast::egress
