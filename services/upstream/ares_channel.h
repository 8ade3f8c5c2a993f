// AresChannel: messages to name servers and back, by c-ares: several servers in turn, timeouts,
// retries, replies matched to queries by server address, ID and question.
//
// c-ares 1.18 has no interface for EDNS options, so it sends messages that are made elsewhere
// (ares_send), and gives back what comes as it came. Its own retry over TCP is off, for it takes
// every reply over 512 octets for one that has been cut: open a second channel with kTcp instead.
// Between times of rest each server has a socket with a new random port.
//
// Thread rule: one thread; callbacks come from Process and also from Send.
#ifndef SERVICES_UPSTREAM_ARES_CHANNEL_H_
#define SERVICES_UPSTREAM_ARES_CHANNEL_H_

#include <ares.h>
#include <poll.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace nearcast::upstream {

enum class Carrier : uint8_t { kUdp, kTcp };

struct ServerOptions {
  // "192.0.2.53", "192.0.2.53:5353", "[2001:db8::53]:53". None = those of /etc/resolv.conf.
  std::vector<std::string> servers;
  // Of the first try of each server; each further round waits twice as long.
  absl::Duration timeout = absl::Milliseconds(700);
  int tries = 2;  // for each server
};

class AresChannel {
 public:
  // One of the two has something.
  struct Result {
    std::span<const uint8_t> reply;  // until the callback returns
    // kDeadlineExceeded: silence; kUnavailable: no server can be reached, or each said SERVFAIL,
    // NOTIMP or REFUSED.
    absl::Status failure;
  };
  using Callback = std::function<void(const Result&)>;

  // kInvalidArgument for servers that cannot be read.
  static absl::StatusOr<std::unique_ptr<AresChannel>> Open(const ServerOptions& options,
                                                           Carrier carrier);
  // Callbacks that are still to come do not come.
  ~AresChannel();
  AresChannel(const AresChannel&) = delete;
  AresChannel& operator=(const AresChannel&) = delete;

  // The callback comes once. Requires a whole message with a header.
  void Send(std::span<const uint8_t> message, Callback callback);

  // What to wait for, and for how long at most.
  void AddPollFds(std::vector<pollfd>* fds) const;
  absl::Duration UntilTimeout(absl::Duration most) const;

  // After a wait: descriptors of other owners are passed over. Timeouts are looked at always.
  void Process(std::span<const pollfd> fds);

 private:
  AresChannel() = default;

  static void OnSocketState(void* self, ares_socket_t fd, int readable, int writable);
  static void OnReply(void* pending, int status, int timeouts, unsigned char* reply, int bytes);

  ares_channel channel_ = nullptr;
  std::map<int, short> events_;  // by descriptor
};

}  // namespace nearcast::upstream

#endif  // SERVICES_UPSTREAM_ARES_CHANNEL_H_
