#include "dataplane/egress/tcp_acceptor.h"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "dataplane/egress/tcp_listener.h"

namespace nearcast::egress {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

TcpAcceptor::TcpAcceptor(asio::io_context* io, int listen_fd, Take take, TakeAtOnce at_once)
    : io_(io), acceptor_(*io), take_(std::move(take)), at_once_(std::move(at_once)) {
  acceptor_.assign(tcp::v4(), listen_fd);
  asio::co_spawn(*io_, Accept(), asio::detached);
}

asio::awaitable<void> TcpAcceptor::Accept() {
  error_code error;
  asio::steady_timer pause(*io_);
  while (true) {
    co_await acceptor_.async_wait(tcp::acceptor::wait_read,
                                  asio::redirect_error(asio::use_awaitable, error));
    if (!absl::IsResourceExhausted(AcceptWaiting())) continue;
    failed_.Add();
    pause.expires_after(std::chrono::milliseconds(kAcceptPauseMs));
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

absl::Status TcpAcceptor::AcceptWaiting() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) NC_RETURN_IF_ERROR(AcceptOne());
  return absl::OkStatus();
}

// The socket's constructor that takes a descriptor throws where assign gives an error.
absl::Status TcpAcceptor::AcceptOne() {
  NC_ASSIGN_OR_RETURN(const int fd, AcceptTcp(acceptor_.native_handle()));
  if (at_once_ != nullptr && at_once_(fd)) return absl::OkStatus();
  tcp::socket socket(*io_);
  error_code error;
  socket.assign(tcp::v4(), fd, error);
  if (error) {
    ::close(fd);
    return absl::ResourceExhaustedError(absl::StrCat("watch a connection: ", error.message()));
  }
  take_(std::move(socket));
  return absl::OkStatus();
}

}  // namespace nearcast::egress
