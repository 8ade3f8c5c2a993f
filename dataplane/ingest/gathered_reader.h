// GatheredReader: reads a publisher's connection in pieces, when somebody wants what has come and not
// for each of its frames.
//
//   GatheredReader reader(&socket, &worker, 50);
//   reader.Follow(publication);
//   while (…) {
//     co_await reader.Pause();
//     size = reader.ReadSome(buffer, &error);     // would_block: nothing had come
//     … publication->Push …
//     reader.EndPiece(publication);
//   }
//
// It pauses until the stream wants frames (stream/reading_pace.h) and then to the next beat of
// gather_ms, which all publishers share; never less than gather_ms. Much data, and the end of the
// connection, are read at once. Thread rule: belongs to the socket's thread, and to the worker whose
// thread that is.
#ifndef DATAPLANE_INGEST_GATHERED_READER_H_
#define DATAPLANE_INGEST_GATHERED_READER_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>

#include "dataplane/egress/loop.h"
#include "dataplane/stream/stream.h"

namespace nearcast::ingest {

class GatheredReader {
 public:
  // Both outlive it, and `loop` what it has posted. gather_ms > 0.
  GatheredReader(boost::asio::ip::tcp::socket* socket, egress::Loop* loop, int64_t gather_ms);
  ~GatheredReader();
  GatheredReader(const GatheredReader&) = delete;
  GatheredReader& operator=(const GatheredReader&) = delete;

  // The connection publishes here from now on.
  void Follow(stream::Publication* publication);

  boost::asio::awaitable<void> Pause();

  // As socket.read_some; the socket does not block.
  size_t ReadSome(boost::asio::mutable_buffer buffer, boost::system::error_code* error);

  // What was read has been pushed. Null: it publishes nothing.
  void EndPiece(stream::Publication* publication);

 private:
  struct State;
  static void Watch(const std::shared_ptr<State>& state);
  int64_t NextMs() const;

  egress::Loop* const loop_;
  const int64_t gather_ms_;
  std::shared_ptr<State> state_;  // the timer's and the socket's, too
  bool more_there_ = false;       // the last read filled its buffer
  int64_t read_ms_ = 0;
  int64_t wanted_ms_ = 0;
};

}  // namespace nearcast::ingest

#endif  // DATAPLANE_INGEST_GATHERED_READER_H_
