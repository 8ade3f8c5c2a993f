// HostileClients: many TCP connections to one port of this machine, which ask nothing, or as slowly
// as they can.
//
//   HostileClients clients;
//   clients.Connect(port, 10'000);
//   clients.Trickle("GET / HT");   // the next octet to each
#ifndef TESTS_ROBUSTNESS_HOSTILE_CLIENTS_H_
#define TESTS_ROBUSTNESS_HOSTILE_CLIENTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace nearcast {

// Not thread-safe.
class HostileClients {
 public:
  HostileClients() = default;
  ~HostileClients() { CloseAll(); }
  HostileClients(const HostileClients&) = delete;
  HostileClients& operator=(const HostileClients&) = delete;

  // Opens up to `count` more, a hundred from each loopback address, so that limits by address do not
  // see one. Returns how many it opened.
  size_t Connect(uint16_t port, size_t count);

  // Sends `text` to each, or one octet of it: the first at the first call, and so on, the last for
  // ever. What does not fit and who is gone does not matter.
  void SendAll(absl::string_view text);
  void Trickle(absl::string_view text);

  // How many the server has ended so far.
  size_t CountEnded() const;

  // Without a farewell (RST).
  void CloseAll();

 private:
  std::vector<int> fds_;
  size_t trickled_ = 0;
};

}  // namespace nearcast

#endif  // TESTS_ROBUSTNESS_HOSTILE_CLIENTS_H_
