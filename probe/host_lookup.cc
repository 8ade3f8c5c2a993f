#include "probe/host_lookup.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "base/socket_address.h"

namespace nearcast::probe {
namespace {

std::atomic<int> lookups{0};

// What the asker and the thread that waits for the system share: either may go first.
struct Lookup {
  absl::Mutex mutex;
  bool done ABSL_GUARDED_BY(mutex) = false;
  int error ABSL_GUARDED_BY(mutex) = 0;
  std::vector<std::string> found ABSL_GUARDED_BY(mutex);
};

std::vector<std::string> TextsOf(const addrinfo* first) {
  std::vector<std::string> texts;
  for (const addrinfo* each = first; each != nullptr; each = each->ai_next) {
    char text[INET6_ADDRSTRLEN] = "";
    const void* address =
        each->ai_family == AF_INET
            ? static_cast<const void*>(&reinterpret_cast<sockaddr_in*>(each->ai_addr)->sin_addr)
            : &reinterpret_cast<sockaddr_in6*>(each->ai_addr)->sin6_addr;
    if (inet_ntop(each->ai_family, address, text, sizeof text) != nullptr) texts.push_back(text);
  }
  return texts;
}

void Ask(const std::string& host, Lookup& lookup) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &first);
  absl::MutexLock lock(&lookup.mutex);
  lookup.error = error;
  if (error == 0) lookup.found = TextsOf(first);
  lookup.done = true;
  if (first != nullptr) freeaddrinfo(first);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> LookUpHost(const std::string& host,
                                                    absl::Duration deadline) {
  if (ParseSocketAddress(host, 0)) return std::vector<std::string>{host};
  if (lookups.fetch_add(1) >= kLookupsMax) {
    lookups.fetch_sub(1);
    return absl::UnavailableError("too many names are being looked up; is the resolver alive?");
  }
  const auto lookup = std::make_shared<Lookup>();
  std::thread([lookup, host] {
    Ask(host, *lookup);
    lookups.fetch_sub(1);
  }).detach();
  absl::MutexLock lock(&lookup->mutex);
  const absl::Duration left = deadline - Clock::System()->Monotonic();
  if (!lookup->mutex.AwaitWithTimeout(absl::Condition(&lookup->done), left)) {
    return absl::DeadlineExceededError("too late");
  }
  if (lookup->error == 0 && !lookup->found.empty()) return std::move(lookup->found);
  return absl::UnavailableError(
      absl::StrCat("\"", host, "\" cannot be looked up: ",
                   lookup->error == 0 ? "it has no address" : gai_strerror(lookup->error)));
}

}  // namespace nearcast::probe
