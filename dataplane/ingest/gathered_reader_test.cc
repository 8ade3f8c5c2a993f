#include "dataplane/ingest/gathered_reader.h"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "dataplane/egress/worker.h"
#include "dataplane/stream/hub.h"
#include "gtest/gtest.h"

namespace nearcast::ingest {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

// Its clock may be ahead: timers that are set by it do not fire then.
class IoLoop : public egress::Loop {
 public:
  explicit IoLoop(asio::io_context* io) : io_(io) {}
  void Post(std::function<void()> task) override { asio::post(*io_, std::move(task)); }
  int64_t NowMs() const override { return egress::MonotonicMs() + ahead_ms; }

  int64_t ahead_ms = 0;

 private:
  asio::io_context* const io_;
};

class Listener : public stream::StreamListener {
 public:
  void OnFrames() override { ++told; }
  int64_t WantsMs() const override { return wants_ms; }

  int told = 0;
  int64_t wants_ms = INT64_MAX;
};

class GatheredReaderTest : public testing::Test {
 protected:
  void SetUp() override {
    tcp::acceptor acceptor(io_, {asio::ip::address_v4::loopback(), 0});
    peer_.connect(acceptor.local_endpoint());
    acceptor.accept(socket_);
    publication_ = hub_.Publish("live/a", {}, loop_.NowMs()).value();
    publication_->stream()->AddListener(listener_);
  }

  void Begin(int64_t gather_ms) {
    reader_.emplace(&socket_, &loop_, gather_ms);
    reader_->Follow(publication_.get());
  }

  void Send(size_t bytes) { asio::write(peer_, asio::buffer(std::string(bytes, 'x'))); }

  // Pauses and reads once.
  void Read() {
    read_ = false;
    asio::co_spawn(
        io_,
        [this]() -> asio::awaitable<void> {
          co_await reader_->Pause();
          size_ = reader_->ReadSome(asio::buffer(bytes_), &error_);
          read_at_ms_ = loop_.NowMs();
          reader_->EndPiece(publication_.get());
          read_ = true;
        },
        asio::detached);
  }

  void RunUntilRead() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!read_ && std::chrono::steady_clock::now() < deadline) {
      io_.run_one_for(std::chrono::seconds(1));
    }
    ASSERT_TRUE(read_);
  }

  asio::io_context io_;
  tcp::socket peer_{io_};
  tcp::socket socket_{io_};
  IoLoop loop_{&io_};
  stream::Hub hub_{stream::HubOptions{}};
  std::unique_ptr<stream::Publication> publication_;
  std::shared_ptr<Listener> listener_ = std::make_shared<Listener>();
  std::optional<GatheredReader> reader_;
  std::array<char, 1 << 20> bytes_;
  boost::system::error_code error_;
  size_t size_ = 0;
  int64_t read_at_ms_ = 0;
  bool read_ = false;
};

TEST_F(GatheredReaderTest, ReadsWhatGatheredOnceSomebodyWantsIt) {
  listener_->wants_ms = loop_.NowMs() + 130;
  Begin(20);
  Send(100);
  Read();
  Send(100);
  RunUntilRead();
  EXPECT_EQ(size_, 200u);
  EXPECT_GE(read_at_ms_, listener_->wants_ms);
}

TEST_F(GatheredReaderTest, ReadsAtTheNextBeatWhatIsWantedAtOnce) {
  listener_->wants_ms = 0;
  Begin(20);
  const int64_t begun_ms = loop_.NowMs();
  Read();
  RunUntilRead();
  EXPECT_EQ(error_, asio::error::would_block);
  EXPECT_GE(read_at_ms_, begun_ms / 20 * 20);
}

TEST_F(GatheredReaderTest, ReadsMuchDataAtOnceAndGoesOnWatching) {
  loop_.ahead_ms = 3'600'000;
  Begin(50);
  for (int i = 0; i < 3; ++i) {
    Read();
    Send(200 << 10);
    RunUntilRead();
    EXPECT_GE(size_, size_t{128} << 10);
    while (!error_) size_ = reader_->ReadSome(asio::buffer(bytes_), &error_);
  }
}

TEST_F(GatheredReaderTest, LearnsAtOnceThatThePeerHasGone) {
  loop_.ahead_ms = 3'600'000;
  Begin(50);
  Read();
  peer_.close();
  RunUntilRead();
  EXPECT_EQ(error_, asio::error::eof);
}

TEST_F(GatheredReaderTest, IsHastenedByWhoeverWantsFramesEarlier) {
  loop_.ahead_ms = 3'600'000;
  Begin(1);
  Send(100);
  Read();
  io_.run_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(read_);
  publication_->stream()->Hasten(loop_.NowMs());
  RunUntilRead();
  EXPECT_EQ(size_, 100u);
}

TEST_F(GatheredReaderTest, LeavesNothingBehindWhenItsConnectionGoesFirst) {
  Begin(60'000);
  reader_.reset();
  publication_->stream()->Hasten(0);
  socket_.close();
  io_.run();  // would wait a minute for a timer that is left
}

TEST_F(GatheredReaderTest, ListenersAreToldOnceForEachPiece) {
  Begin(50);
  for (uint32_t i = 0; i < 5; ++i) {
    ASSERT_TRUE(
        publication_->Push(stream::FrameRole::kVideoKey, i * 40, "frame", loop_.NowMs()).ok());
  }
  EXPECT_EQ(listener_->told, 0);
  reader_->EndPiece(publication_.get());
  reader_->EndPiece(publication_.get());
  EXPECT_EQ(listener_->told, 1);
}

}  // namespace
}  // namespace nearcast::ingest
