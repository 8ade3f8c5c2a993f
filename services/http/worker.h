// Worker: one thread of a Server: its event loop, listening socket, connections and reused memory.
// Internal to services/http; pulls in Asio, so include server.h instead.
#ifndef SERVICES_HTTP_WORKER_H_
#define SERVICES_HTTP_WORKER_H_

#include <array>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "services/http/connection_limits.h"
#include "services/http/http_counters.h"
#include "services/http/readiness.h"
#include "services/http/request.h"
#include "services/http/response.h"
#include "services/http/router.h"
#include "services/http/server_options.h"

namespace nearcast::http {

using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;
using Timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

// What a connection is doing; each has its deadline.
enum class Phase : uint8_t { kIdle, kHead, kBody, kHandler, kWrite, kLinger };
inline constexpr size_t kPhases = 6;

// A place in a worker's list, and what the worker may do to a connection from outside its
// coroutine.
class Connection {
 public:
  virtual ~Connection() = default;

  // The deadline has passed.
  virtual void OnDeadline() = 0;
  // The server stops: an idle connection ends now, a busy one after its answer.
  virtual void OnStop() = 0;
  // Ends now, whatever it does.
  virtual void Abort() = 0;
  // Not while it works for it.
  virtual bool waits_for_client() const = 0;
  // Ends now, to make room for another: its place in the limits is free at once.
  virtual void Evict() = 0;

  uint64_t deadline_tick = 0;
  uint64_t served_tick = 0;  // about when the last request ended
  Connection* previous = nullptr;
  Connection* next = nullptr;
};

class TlsContext;
class Worker;

// Serves one admitted client until it or the server ends the connection.
// It owns `fd`, a connected socket that does not block.
using ServeFunction = Task<void> (*)(int fd, ipdb::IpAddress client, Worker* worker);

// Everything but Start, RequestStop, Join and counters belongs to the worker's own thread.
class Worker {
 public:
  struct Shared {
    const ServerOptions* options;
    const Router* router;
    const Clock* clock;
    ConnectionLimits* limits;
    ServeFunction serve;
    const TlsContext* tls = nullptr;  // not null for what serves TLS
  };

  Worker(const Shared& shared, uint32_t index);
  ~Worker();

  // Before Start. On success `endpoint` has the port that was bound.
  absl::Status Listen(boost::asio::ip::tcp::endpoint* endpoint);
  void Start();
  void RequestStop();
  void Join();

  const ServerOptions& options() const { return *shared_.options; }
  const Router& router() const { return *shared_.router; }
  const TlsContext* tls() const { return shared_.tls; }
  ConnectionLimits& limits() { return *shared_.limits; }
  uint32_t index() const { return index_; }
  bool stopping() const { return stopping_; }
  boost::asio::io_context& io() { return io_; }
  Readiness& readiness() { return readiness_; }
  HttpCounters& counters() { return counters_; }

  // The Date field's value, renewed by the tick.
  const std::string& date() const { return date_; }
  // The tick by which a phase that begins now must be done.
  uint64_t DeadlineOf(Phase phase) const {
    return tick_ + 1 + phase_ticks_[static_cast<size_t>(phase)];
  }

  void Link(Connection* connection);
  void Unlink(Connection* connection);
  // It has served a request: to the front of the list, at most once a tick.
  void Touch(Connection* connection);

  // Scratch for the connection that is running; empty again before it waits.
  Request request;
  Response response;
  std::string out;

 private:
  Task<void> Accept();
  Task<void> Tick();
  void PutFirst(Connection* connection);
  void TakeOut(Connection* connection);
  enum class Accepted { kAll, kNotAll };
  Accepted AcceptAll();
  void Admit(int fd, const ipdb::IpAddress& client);
  ConnectionLimits::Verdict AdmitOrMakeRoom(const ipdb::IpAddress& client);
  // Evicts the connection that has waited longest for its client.
  enum class Room { kMade, kNone };
  Room MakeRoom();
  void Sweep();
  void Stop();

  const Shared shared_;
  const uint32_t index_;
  boost::asio::io_context io_{1};
  Readiness readiness_;
  Acceptor acceptor_;
  Timer tick_timer_;
  Timer accept_pause_;
  std::thread thread_;
  HttpCounters counters_;
  std::string date_;
  absl::Time date_at_ = absl::InfinitePast();
  std::array<uint64_t, kPhases> phase_ticks_;
  uint64_t tick_ = 0;
  uint64_t stop_tick_ = 0;
  uint64_t next_sweep_tick_ = 0;
  bool stopping_ = false;
  Connection* first_ = nullptr;
  Connection* last_ = nullptr;  // the longest without a served request
  uint32_t open_ = 0;           // admitted and not yet unlinked
};

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_WORKER_H_
