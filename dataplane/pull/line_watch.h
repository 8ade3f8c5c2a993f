// LineWatch: gives up a line that is kept alive and has fallen silent (silence_bound.h).
//
//   LineWatch watch(executor, {500, 3'000}, [&] { socket.cancel(); });
//   … each time that something has come: watch.Note(now_ms);
//   … when a read has failed: if (watch.given_up()) it was for silence
//
// Silence is counted in turns of a clock on the line's own thread: a thread that was kept from
// running does not take its own absence for the other end's.
#ifndef DATAPLANE_PULL_LINE_WATCH_H_
#define DATAPLANE_PULL_LINE_WATCH_H_

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <memory>

#include "dataplane/pull/silence_bound.h"

namespace nearcast::pull {

// Thread rule: belongs to the thread of its executor.
class LineWatch {
 public:
  // `give_up` runs once, on the executor, and never after the watch is destroyed.
  LineWatch(const boost::asio::any_io_executor& executor, SilenceBound bound,
            std::function<void()> give_up);
  ~LineWatch();
  LineWatch(const LineWatch&) = delete;
  LineWatch& operator=(const LineWatch&) = delete;

  // Something has come.
  void Note(int64_t now_ms);

  bool given_up() const;
  int64_t silent_ms() const;

 private:
  struct Clock;

  SilenceBound bound_;
  std::shared_ptr<Clock> clock_;
};

}  // namespace nearcast::pull

#endif  // DATAPLANE_PULL_LINE_WATCH_H_
