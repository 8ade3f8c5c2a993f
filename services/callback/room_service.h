// RoomService: takes callbacks and keeps what it is told, for tests.
#ifndef SERVICES_CALLBACK_ROOM_SERVICE_H_
#define SERVICES_CALLBACK_ROOM_SERVICE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/http/server.h"

namespace nearcast::callback {

// Thread rule: any thread.
class RoomService {
 public:
  struct Call {
    std::string body;
    std::string signature;
    std::string time;
  };

  // Refuses the first `refusals` calls.
  explicit RoomService(int refusals = 0) : refusals_(refusals) {
    router_.Handle(http::Method::kPost, "/hook",
                   [this](const http::Request& request, http::Response& response) {
                     absl::MutexLock lock(&mutex_);
                     if (refusals_-- > 0) {
                       response.status = 503;
                       return;
                     }
                     calls_.push_back({std::string(request.body),
                                       std::string(request.header("X-Nearcast-Signature")),
                                       std::string(request.header("X-Nearcast-Time"))});
                   });
    http::ServerOptions options;
    options.address = "127.0.0.1";
    options.port = 0;
    server_ = http::Server::Listen(options, &router_, Clock::System()).value();
  }
  ~RoomService() { server_->Stop(); }

  std::string url() const { return absl::StrCat("http://127.0.0.1:", server_->port(), "/hook"); }

  // What has come when there are `count`, or after 20 s.
  std::vector<Call> WaitForCalls(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [this, count]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return calls_.size() >= count;
    };
    mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20));
    return calls_;
  }

  std::vector<std::string> WaitForBodies(size_t count) {
    std::vector<std::string> bodies;
    for (Call& call : WaitForCalls(count)) bodies.push_back(std::move(call.body));
    return bodies;
  }

 private:
  absl::Mutex mutex_;
  int refusals_ ABSL_GUARDED_BY(mutex_);
  std::vector<Call> calls_ ABSL_GUARDED_BY(mutex_);
  http::Router router_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace nearcast::callback

#endif  // SERVICES_CALLBACK_ROOM_SERVICE_H_
