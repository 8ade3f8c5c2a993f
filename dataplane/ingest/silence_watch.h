// SilenceWatch: ends the reading of a connection that has said nothing for too long.
//
//   SilenceWatch watch(&socket, 30'000);
//   co_await socket.async_read_some(…);    // operation_aborted, and watch.fired(), after the silence
//   watch.Heard(MonotonicMs());
//
// One timer per silence and not one per read: what a publisher's reading costs is counted by the
// frame. Thread rule: belongs to the socket's thread.
#ifndef DATAPLANE_INGEST_SILENCE_WATCH_H_
#define DATAPLANE_INGEST_SILENCE_WATCH_H_

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>

namespace nearcast::ingest {

class SilenceWatch {
 public:
  // Begins now. `socket` outlives this.
  SilenceWatch(boost::asio::ip::tcp::socket* socket, int64_t silence_ms_max);
  ~SilenceWatch();
  SilenceWatch(const SilenceWatch&) = delete;
  SilenceWatch& operator=(const SilenceWatch&) = delete;

  void Heard(int64_t now_ms);

  // The socket's operations have been cancelled.
  bool fired() const;

 private:
  struct State;
  static void Wait(const std::shared_ptr<State>& state, int64_t now_ms);

  std::shared_ptr<State> state_;  // the timer's, too
};

}  // namespace nearcast::ingest

#endif  // DATAPLANE_INGEST_SILENCE_WATCH_H_
