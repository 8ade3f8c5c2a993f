#include "dataplane/ingest/gathered_reader.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace nearcast::ingest {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

// More than this is read at once: it must not fill what the kernel keeps for the connection.
constexpr int kWakeBytes = 128 << 10;

}  // namespace

struct GatheredReader::State {
  asio::steady_timer timer;
  tcp::socket* socket;    // null: over
  bool readable = false;  // much has come, or the end
  bool hastened = false;
};

GatheredReader::GatheredReader(tcp::socket* socket, egress::Loop* loop, int64_t gather_ms)
    : loop_(loop),
      gather_ms_(gather_ms),
      state_(std::make_shared<State>(
          State{asio::steady_timer(socket->get_executor()), socket, false, false})),
      read_ms_(loop->NowMs()),
      wanted_ms_(read_ms_) {
  boost::system::error_code ignored;  // only costs more without
  socket->non_blocking(true, ignored);
  socket->set_option(asio::socket_base::receive_low_watermark(kWakeBytes), ignored);
  Watch(state_);
}

GatheredReader::~GatheredReader() {
  state_->socket = nullptr;
  state_->timer.cancel();
}

void GatheredReader::Watch(const std::shared_ptr<State>& state) {
  state->socket->async_wait(tcp::socket::wait_read,
                            [state](const boost::system::error_code& error) {
                              if (error || state->socket == nullptr) return;
                              state->readable = true;
                              state->timer.cancel();
                            });
}

void GatheredReader::Follow(stream::Publication* publication) {
  std::weak_ptr<State> held = state_;
  publication->BeginPieces(
      [loop = loop_, held = std::move(held)] {
        loop->Post([held] {
          const std::shared_ptr<State> state = held.lock();
          if (state == nullptr || state->socket == nullptr) return;
          state->hastened = true;
          state->timer.cancel();
        });
      },
      loop_->NowMs());
  EndPiece(publication);
}

// Those who hasten wait for no beat.
int64_t GatheredReader::NextMs() const {
  if (state_->hastened) return read_ms_ + gather_ms_;
  const int64_t wanted_ms = std::max(wanted_ms_, read_ms_ + 1);
  return (wanted_ms + gather_ms_ - 1) / gather_ms_ * gather_ms_;
}

asio::awaitable<void> GatheredReader::Pause() {
  while (!more_there_ && !state_->readable && loop_->NowMs() < NextMs()) {
    state_->timer.expires_at(asio::steady_timer::time_point(std::chrono::milliseconds(NextMs())));
    boost::system::error_code cancelled;
    co_await state_->timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
}

size_t GatheredReader::ReadSome(asio::mutable_buffer buffer, boost::system::error_code* error) {
  const size_t size = state_->socket->read_some(buffer, *error);
  more_there_ = size == buffer.size();
  if (state_->readable && !more_there_) {
    state_->readable = false;
    if (!*error || *error == asio::error::would_block) Watch(state_);
  }
  return size;
}

void GatheredReader::EndPiece(stream::Publication* publication) {
  read_ms_ = loop_->NowMs();
  state_->hastened = false;
  wanted_ms_ = publication == nullptr ? read_ms_ : publication->EndPiece(read_ms_);
}

}  // namespace nearcast::ingest
