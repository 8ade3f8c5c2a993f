// A server of Boost.Beast's coroutines with one constant answer: what a library gives without further thought, for
// tools/bench/httpdns.
// build: g++ -std=c++20 -O2 -o beast_server beast_server.cc -lpthread   usage: beast_server PORT   (127.0.0.1, until killed)
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstdlib>
#include <exception>
#include <utility>

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

constexpr char kBody[] =
    R"({"host":"pull.live.example","ips":["10.44.0.1"],"ttl":60,"isp":"chinatelecom"})";

asio::awaitable<void> Serve(tcp::socket socket) {
  boost::beast::flat_buffer buffer;
  try {
    while (true) {
      http::request<http::empty_body> request;
      co_await http::async_read(socket, buffer, request, asio::use_awaitable);
      http::response<http::string_body> response{http::status::ok, request.version()};
      response.set(http::field::content_type, "application/json");
      response.keep_alive(request.keep_alive());
      response.body() = kBody;
      response.prepare_payload();
      co_await http::async_write(socket, response, asio::use_awaitable);
    }
  } catch (const std::exception&) {  // the client has gone
  }
}

asio::awaitable<void> Listen(tcp::acceptor acceptor) {
  while (true) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    asio::co_spawn(acceptor.get_executor(), Serve(std::move(socket)), asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  asio::io_context io{1};
  const tcp::endpoint at(asio::ip::address_v4::loopback(),
                         static_cast<unsigned short>(std::atoi(argv[1])));
  asio::co_spawn(io, Listen(tcp::acceptor(io, at)), asio::detached);
  io.run();
}
