// DecodedMessage: a message taken apart without any thrift, and shown as text: what tests compare.
//
// Written apart from message.{h,cc} on purpose, so that a mistake there is not made twice.
#ifndef SERVICES_DNS_DECODED_MESSAGE_H_
#define SERVICES_DNS_DECODED_MESSAGE_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace nearcast::dns {

struct DecodedRecord {
  std::string owner;  // as text in the case of the message, with the dot at the end
  uint16_t type = 0;
  uint16_t record_class = 0;
  uint32_t ttl_s = 0;
  std::string rdata;  // as it stands in the message

  friend bool operator==(const DecodedRecord&, const DecodedRecord&) = default;
};

struct DecodedMessage {
  uint16_t id = 0;
  uint16_t flags = 0;
  std::vector<DecodedRecord>
      sections[4];  // questions (ttl 0, no rdata), answer, authority, additional

  friend bool operator==(const DecodedMessage&, const DecodedMessage&) = default;
};

// kInvalidArgument if the message is malformed anywhere, or goes on after its end.
absl::StatusOr<DecodedMessage> DecodeMessage(std::span<const uint8_t> bytes);

// "NOERROR aa rd; Pull.live.example. A; pull.live.example. 60 A 10.44.0.1; -; -; edns 1232 do
// ecs 14.0.0.0/8/8": RCODE and flags without QR, question, answer, authority, additional, EDNS.
// Sections that are empty are "-", several records are separated by ", "; owners that are the
// question's name are "@". Without EDNS the last part is missing.
std::string ToText(const DecodedMessage& message);

// The two together; a malformed message gives "malformed: …", no bytes "no reply".
std::string MessageText(std::span<const uint8_t> bytes);

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_DECODED_MESSAGE_H_
