#include "dataplane/ingest/silence_watch.h"

#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "dataplane/egress/worker.h"

namespace nearcast::ingest {

struct SilenceWatch::State {
  boost::asio::steady_timer timer;
  boost::asio::ip::tcp::socket* socket;  // null: over
  int64_t silence_ms_max;
  int64_t heard_ms;
  bool fired = false;
};

SilenceWatch::SilenceWatch(boost::asio::ip::tcp::socket* socket, int64_t silence_ms_max) {
  const int64_t now_ms = egress::MonotonicMs();
  state_ = std::make_shared<State>(
      State{boost::asio::steady_timer(socket->get_executor()), socket, silence_ms_max, now_ms});
  Wait(state_, now_ms);
}

SilenceWatch::~SilenceWatch() {
  state_->socket = nullptr;
  state_->timer.cancel();
}

void SilenceWatch::Heard(int64_t now_ms) { state_->heard_ms = now_ms; }

bool SilenceWatch::fired() const { return state_->fired; }

void SilenceWatch::Wait(const std::shared_ptr<State>& state, int64_t now_ms) {
  const int64_t left_ms = state->heard_ms + state->silence_ms_max - now_ms;
  state->timer.expires_after(std::chrono::milliseconds(left_ms));
  state->timer.async_wait([state](const boost::system::error_code& error) {
    if (error || state->socket == nullptr) return;
    const int64_t then_ms = egress::MonotonicMs();
    if (then_ms - state->heard_ms < state->silence_ms_max) return Wait(state, then_ms);
    state->fired = true;
    boost::system::error_code ignored;
    state->socket->cancel(ignored);
  });
}

}  // namespace nearcast::ingest
