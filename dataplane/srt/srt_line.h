// SrtLine: one SRT connection and the local socket that stands for it: bytes carried from one to the
// other, in one direction.
#ifndef DATAPLANE_SRT_SRT_LINE_H_
#define DATAPLANE_SRT_SRT_LINE_H_

#include <srt/srt.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "dataplane/srt/message_order.h"
#include "dataplane/srt/srt_options.h"

namespace nearcast::srt {

// What a line waits for, as srt_epoll events.
struct LineInterest {
  int srt = SRT_EPOLL_ERR;
  int local = 0;
};

// Thread rule: belongs to the port's thread.
class SrtLine {
 public:
  enum class Way : uint8_t {
    kOut,  // local → SRT: we serve
    kIn,   // SRT → local: we called
  };

  // Takes both sockets.
  SrtLine(Way way, SRTSOCKET socket, int fd, const SrtOptions& options, SrtCounters* counters);
  ~SrtLine();
  SrtLine(const SrtLine&) = delete;
  SrtLine& operator=(const SrtLine&) = delete;

  // Carries what can be carried now. An error ends the line; Cancelled: it has ended well.
  absl::Status Carry(int64_t now_ms);

  // What to wait for until the next Carry.
  LineInterest interest() const;

  // An incoming line whose call has not been answered yet.
  bool IsCalling() const;

  // Puts a refusal where the puller reads, if the other end never said anything.
  void Refuse(const std::string& why);

  SRTSOCKET socket() const { return socket_; }
  int fd() const { return fd_; }

  LineInterest watched;  // as epoll knows it; kept by the port

 private:
  absl::Status CarryOut(int64_t now_ms);
  absl::Status CarryIn();
  absl::Status SendPending();
  absl::Status DrainLocal();
  absl::Status AwaitDelivery(int64_t now_ms);
  absl::Status ReceiveMessages();
  absl::Status WriteLocal();

  const Way way_;
  const SRTSOCKET socket_;
  const int fd_;
  const SrtOptions& options_;
  SrtCounters* const counters_;
  MessageWriter writer_;
  MessageReader reader_;
  std::string pending_;  // kOut: one message; kIn: bytes for the local socket
  size_t written_ = 0;   // of pending_, kIn
  bool heard_ = false;   // something has been received
  bool local_ended_ = false;
  int64_t taken_ms_ = 0;         // kOut: when SRT last took all that there was
  int64_t linger_until_ms_ = 0;  // kOut, after the local end
};

}  // namespace nearcast::srt

#endif  // DATAPLANE_SRT_SRT_LINE_H_
