// The RTMP handshake as byte state machines, for the server and for the client.
// Source: Adobe RTMP Specification 1.0, 5.2 (simple form). The digest form is not in the
// specification: C1 and S1 carry an HMAC-SHA256 over their other bytes at an offset that four of
// the bytes give, S2 and C2 one over theirs. The server uses it when C1 has a non-zero version
// field and a right digest in either layout, else it answers in the simple form.
//
// Both sides take a seed for their filler bytes: the specification asks for variety there, not for
// secrecy (5.2.3).
#ifndef DATAPLANE_MEDIA_RTMP_HANDSHAKE_H_
#define DATAPLANE_MEDIA_RTMP_HANDSHAKE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace nearcast::media {

enum class HandshakeForm { kUndecided, kSimple, kDigest };

// C0 C1 in, S0 S1 S2 out, C2 in. Holds at most 1537 bytes. Thread rule: any thread, one at a time.
class ServerHandshake {
 public:
  explicit ServerHandshake(uint64_t seed) : seed_(seed) {}

  // Takes the handshake's bytes from the front of *input and appends what must be sent to *output.
  // Bytes behind C2 stay in *input. InvalidArgument for a version other than 3; the first byte is
  // enough to tell. C2's content is not compared: too many clients send another echo.
  absl::Status Read(absl::string_view* input, std::string* output);

  bool done() const { return state_ == State::kDone; }
  HandshakeForm form() const { return form_; }

 private:
  enum class State { kC0C1, kC2, kDone };

  void Answer(std::string* output);

  uint64_t seed_;
  State state_ = State::kC0C1;
  HandshakeForm form_ = HandshakeForm::kUndecided;
  std::string buffer_;
};

// C0 C1 out, S0 S1 S2 in, C2 out. Holds at most 3073 bytes. Thread rule: any thread, one at a time.
class ClientHandshake {
 public:
  // `form` kSimple or kDigest: what to offer.
  ClientHandshake(HandshakeForm form, uint64_t seed) : form_(form), seed_(seed) {}

  // Appends C0 and C1. Call once, first.
  void Start(std::string* output);

  // As ServerHandshake::Read.
  absl::Status Read(absl::string_view* input, std::string* output);

  bool done() const { return done_; }

  // The form that the server answered in.
  HandshakeForm answered_form() const { return answered_form_; }

 private:
  HandshakeForm form_;
  uint64_t seed_;
  bool done_ = false;
  HandshakeForm answered_form_ = HandshakeForm::kUndecided;
  std::string buffer_;
};

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_RTMP_HANDSHAKE_H_
