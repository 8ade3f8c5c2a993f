#include "dataplane/ingest/silence_watch.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <string>

#include "dataplane/egress/worker.h"
#include "gtest/gtest.h"

namespace nearcast::ingest {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

class SilenceWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    tcp::acceptor acceptor(io_, {asio::ip::address_v4::loopback(), 0});
    peer_.connect(acceptor.local_endpoint());
    acceptor.accept(socket_);
  }

  // Reads once; what became of it stands in error_.
  void Read() {
    socket_.async_read_some(asio::buffer(bytes_),
                            [this](const boost::system::error_code& error, size_t) {
                              error_ = error;
                              over_ = true;
                            });
  }

  asio::io_context io_;
  tcp::socket peer_{io_};
  tcp::socket socket_{io_};
  char bytes_[16];
  boost::system::error_code error_;
  bool over_ = false;
};

TEST_F(SilenceWatchTest, EndsTheReadingOfASilentPeer) {
  SilenceWatch watch(&socket_, 20);
  Read();
  while (!over_) io_.run_one();
  EXPECT_EQ(error_, asio::error::operation_aborted);
  EXPECT_TRUE(watch.fired());
}

TEST_F(SilenceWatchTest, WaitsAnewForAPeerThatWasHeard) {
  SilenceWatch watch(&socket_, 20);
  watch.Heard(egress::MonotonicMs() + 60'000);  // as if it had spoken while the timer ran
  Read();
  io_.run_for(std::chrono::milliseconds(60));
  EXPECT_FALSE(over_);
  EXPECT_FALSE(watch.fired());
}

TEST_F(SilenceWatchTest, LeavesNothingBehindWhenItsConnectionGoesFirst) {
  { SilenceWatch watch(&socket_, 60'000); }
  io_.run();  // would wait a minute for a timer that is left
  EXPECT_TRUE(socket_.is_open());
}

}  // namespace
}  // namespace nearcast::ingest
