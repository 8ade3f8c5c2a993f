#include "services/callback/callback_sender.h"

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace nearcast::callback {
namespace {

size_t Discard(char*, size_t size, size_t count, void*) { return size * count; }

// One connection kept alive per thread, as long as the URL stays the same server's.
class Poster {
 public:
  explicit Poster(absl::Duration timeout)
      : curl_(curl_easy_init()), timeout_ms_(absl::ToInt64Milliseconds(timeout)) {
    NC_CHECK(curl_ != nullptr);
  }
  ~Poster() { curl_easy_cleanup(curl_); }
  Poster(const Poster&) = delete;
  Poster& operator=(const Poster&) = delete;

  bool Post(const CallbackEvent& event, int64_t time_s) {
    const auto headers = HeadersOf(event, time_s);
    curl_easy_reset(curl_);
    curl_easy_setopt(curl_, CURLOPT_URL, event.url.c_str());
    curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl_, CURLOPT_PROXY, "");
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, timeout_ms_);
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, event.body.data());
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(event.body.size()));
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, &Discard);
    if (curl_easy_perform(curl_) != CURLE_OK) return false;
    long status = 0;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    return status >= 200 && status < 300;
  }

 private:
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  using List = std::unique_ptr<curl_slist, FreeList>;

  static void Append(List& list, const std::string& header) {
    list.reset(curl_slist_append(list.release(), header.c_str()));
  }

  static List HeadersOf(const CallbackEvent& event, int64_t time_s) {
    List list;
    Append(list, "Content-Type: application/json");
    Append(list, "Expect:");
    Append(list, absl::StrCat("X-Nearcast-Time: ", time_s));
    if (!event.secret.empty()) {
      Append(list, absl::StrCat("X-Nearcast-Signature: ",
                                SignCallback(event.secret, time_s, event.body)));
    }
    return list;
  }

  CURL* const curl_;
  const long timeout_ms_;
};

}  // namespace

CallbackSender::CallbackSender(const Clock* clock, const CallbackSenderOptions& options,
                               DoneWith done_with)
    : clock_(clock),
      options_(options),
      done_with_(std::move(done_with)),
      queue_(options.events_max) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  for (int i = 0; i < options.threads; ++i) threads_.emplace_back([this] { Run(); });
}

CallbackSender::~CallbackSender() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.SignalAll();
  }
  for (std::thread& thread : threads_) thread.join();
}

bool CallbackSender::Send(CallbackEvent event) {
  absl::MutexLock lock(&mutex_);
  const bool taken = queue_.Push(std::move(event), clock_->Monotonic());
  changed_.Signal();
  return taken;
}

CallbackTotals CallbackSender::totals() const {
  absl::MutexLock lock(&mutex_);
  return queue_.totals();
}

void CallbackSender::Run() {
  Poster poster(options_.timeout);
  absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    const std::optional<CallbackEvent> event = queue_.Take(clock_->Monotonic());
    if (!event) {
      changed_.WaitWithTimeout(&mutex_, queue_.NextDue() - clock_->Monotonic());
      continue;
    }
    mutex_.Unlock();
    const bool delivered = poster.Post(*event, absl::ToUnixSeconds(clock_->Now()));
    mutex_.Lock();
    const bool is_done = queue_.Done(event->stream, delivered, clock_->Monotonic());
    changed_.Signal();
    if (!is_done) continue;
    mutex_.Unlock();
    done_with_(*event);
    mutex_.Lock();
  }
}

}  // namespace nearcast::callback
