// Responder: the right and the duty to answer one request later, from any thread.
//
//   router.HandleLater(Method::kPost, "/slow", [&](const Request& request, Responder responder) {
//     work.Start(std::string(request.body), [responder](const Result& result) {
//       Response response;
//       response.body = result.json;
//       responder.Send(std::move(response));
//     });
//   });
#ifndef SERVICES_HTTP_RESPONDER_H_
#define SERVICES_HTTP_RESPONDER_H_

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/http/response.h"

namespace nearcast::http {

// Where the answer meets the connection. Thread-safe.
class PendingResponse {
 public:
  // `wake` is called at most once, from the thread that delivers.
  explicit PendingResponse(std::function<void()> wake) : wake_(std::move(wake)) {}

  // The first answer counts; later ones and those for a connection that is gone are dropped.
  void Deliver(Response response) {
    absl::MutexLock lock(&mutex_);
    if (wake_ == nullptr) return;
    response_ = std::move(response);
    // Under the lock: Abandon then means that wake is not running and never will.
    wake_();
    wake_ = nullptr;
  }

  // The connection's side. Nothing until Deliver.
  std::optional<Response> Take() {
    absl::MutexLock lock(&mutex_);
    return std::exchange(response_, std::nullopt);
  }

  bool ready() const {
    absl::MutexLock lock(&mutex_);
    return response_.has_value();
  }

  // The connection's side: nobody waits any longer.
  void Abandon() {
    absl::MutexLock lock(&mutex_);
    wake_ = nullptr;
  }

 private:
  mutable absl::Mutex mutex_;
  std::function<void()> wake_ ABSL_GUARDED_BY(mutex_);
  std::optional<Response> response_ ABSL_GUARDED_BY(mutex_);
};

// Copies stand for the same request. When the last one goes without an answer, the client gets a
// 500: a lost callback shows at once, and the connection goes on.
class Responder {
 public:
  explicit Responder(std::shared_ptr<PendingResponse> pending)
      : duty_(std::make_shared<Duty>(std::move(pending))) {}

  // Any thread; also inside the handler.
  void Send(Response response) const { duty_->pending->Deliver(std::move(response)); }

 private:
  struct Duty {
    explicit Duty(std::shared_ptr<PendingResponse> p) : pending(std::move(p)) {}
    Duty(const Duty&) = delete;
    Duty& operator=(const Duty&) = delete;
    ~Duty() {
      Response response;
      WriteError(500, "InternalError", "the request was dropped", response);
      pending->Deliver(std::move(response));
    }

    std::shared_ptr<PendingResponse> pending;
  };

  std::shared_ptr<Duty> duty_;
};

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_RESPONDER_H_
