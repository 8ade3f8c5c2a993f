#include "dataplane/pull/line_watch.h"

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

namespace nearcast::pull {
namespace {

constexpr int64_t kTurnMs = 50;

}  // namespace

struct LineWatch::Clock : std::enable_shared_from_this<LineWatch::Clock> {
  explicit Clock(const boost::asio::any_io_executor& executor) : timer(executor) {}

  void Turn() {
    timer.expires_after(std::chrono::milliseconds(kTurnMs));
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (error || !self->give_up) return;
      self->silent_ms += kTurnMs;
      if (self->silent_ms < self->bound_ms) {
        self->Turn();
      } else {
        self->given_up = true;
        self->give_up();
      }
    });
  }

  boost::asio::steady_timer timer;
  std::function<void()> give_up;  // empty when there is nothing to watch any more
  int64_t bound_ms = 0;
  int64_t silent_ms = 0;
  bool given_up = false;
};

LineWatch::LineWatch(const boost::asio::any_io_executor& executor, SilenceBound bound,
                     std::function<void()> give_up)
    : bound_(bound), clock_(std::make_shared<Clock>(executor)) {
  clock_->bound_ms = bound_.bound_ms();
  clock_->give_up = std::move(give_up);
  clock_->Turn();
}

LineWatch::~LineWatch() {
  clock_->give_up = nullptr;
  clock_->timer.cancel();
}

void LineWatch::Note(int64_t now_ms) {
  bound_.Add(std::exchange(clock_->silent_ms, 0), now_ms);
  clock_->bound_ms = bound_.bound_ms();
}

bool LineWatch::given_up() const { return clock_->given_up; }
int64_t LineWatch::silent_ms() const { return clock_->silent_ms; }

}  // namespace nearcast::pull
