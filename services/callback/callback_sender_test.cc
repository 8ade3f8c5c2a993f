#include "services/callback/callback_sender.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "services/http/server.h"

namespace nearcast::callback {
namespace {

// A room service: refuses the first `refusals` calls, then keeps what it is told.
class RoomService {
 public:
  explicit RoomService(int refusals) : refusals_(refusals) {
    router_.Handle(http::Method::kPost, "/hook",
                   [this](const http::Request& request, http::Response& response) {
                     absl::MutexLock lock(&mutex_);
                     if (refusals_-- > 0) {
                       response.status = 503;
                       return;
                     }
                     signatures_.emplace_back(request.header("X-Nearcast-Signature"));
                     times_.emplace_back(request.header("X-Nearcast-Time"));
                     bodies_.emplace_back(request.body);
                   });
    http::ServerOptions options;
    options.address = "127.0.0.1";
    options.port = 0;
    server_ = http::Server::Listen(options, &router_, Clock::System()).value();
  }
  ~RoomService() { server_->Stop(); }

  std::string url() const { return absl::StrCat("http://127.0.0.1:", server_->port(), "/hook"); }

  std::vector<std::string> WaitForBodies(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [this, count]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return bodies_.size() >= count;
    };
    mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20));
    return bodies_;
  }

  absl::Mutex mutex_;
  std::vector<std::string> signatures_;
  std::vector<std::string> times_;

 private:
  int refusals_;
  std::vector<std::string> bodies_;
  http::Router router_;
  std::unique_ptr<http::Server> server_;
};

TEST(CallbackSenderTest, TellsEventsInOrderSignedAndAgainWhenRefused) {
  RoomService room(1);
  CallbackSender sender(Clock::System(), {.threads = 2});
  for (const char* body : {"{\"n\":1}", "{\"n\":2}", "{\"n\":3}"}) {
    sender.Send({"s1", room.url(), "secret", body});
  }
  EXPECT_EQ(room.WaitForBodies(3),
            (std::vector<std::string>{"{\"n\":1}", "{\"n\":2}", "{\"n\":3}"}));
  absl::MutexLock lock(&room.mutex_);
  int64_t time_s = 0;
  ASSERT_TRUE(absl::SimpleAtoi(room.times_[0], &time_s));
  EXPECT_EQ(room.signatures_[0], SignCallback("secret", time_s, "{\"n\":1}"));
  EXPECT_EQ(sender.totals().retried, 1u);
}

TEST(CallbackSenderTest, AServerThatIsNotThereHoldsUpNoOtherStream) {
  RoomService room(0);
  CallbackSender sender(Clock::System(), {.threads = 1});
  sender.Send({"s1", "http://127.0.0.1:1/", "", "{}"});
  sender.Send({"s2", room.url(), "", "{}"});
  EXPECT_EQ(room.WaitForBodies(1).size(), 1u);
}

}  // namespace
}  // namespace nearcast::callback
