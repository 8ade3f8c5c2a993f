// MessageWriter: puts one reply together in a caller's buffer.
//
//   MessageWriter writer(out, bytes_max, edns);
//   writer.WriteQuestion(packet, query);
//   writer.AddRrSet(Section::kAnswer, set, kQuestionPointer);
//   const size_t bytes = writer.Finish(Rcode::kNoError, {.authoritative = true});
//
// RRsets go in whole or not at all (RFC 2181 §5). Room for the OPT record is set aside from the
// beginning, so that it is in every reply that needs one, truncated ones included (RFC 6891 §7).
// Owners are pointers (RFC 1035 §4.1.4); names inside RDATA stay uncompressed, so that later owners
// can point at them.
#ifndef SERVICES_DNS_MESSAGE_WRITER_H_
#define SERVICES_DNS_MESSAGE_WRITER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "absl/strings/string_view.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/place/steering.h"
#include "schedulerlib/zone/rrset.h"
#include "services/dns/message.h"

namespace nearcast::dns {

enum class Section : uint8_t { kAnswer, kAuthority, kAdditional };

// Whether something was written.
enum class Fit : uint8_t { kFits, kTooLong };

// RFC 8914 §4, as far as they are used here.
enum class ExtendedError : uint16_t {
  kOther = 0,
  kNotReady = 14,
  kNotAuthoritative = 20,
  kNotSupported = 21,
  kInvalidQueryType = 30,
  kNone = 0xffff,
};

// Replies over encrypted transports to queries with a padding option are as long as a multiple of
// this (RFC 8467 §4.1).
inline constexpr size_t kPaddingBlockBytes = 468;

// What the OPT record of a reply says.
struct EdnsReply {
  bool present = false;
  bool dnssec_ok = false;                // as in the query (RFC 6891 §6.1.4)
  const ClientSubnet* subnet = nullptr;  // echoed (RFC 7871 §7.2.1); null without one
  uint8_t scope_bits = 0;                // in bits of the subnet's family
  absl::string_view nsid;                // empty = none
  std::span<const uint8_t> cookie;       // empty = none
  // Left out where there is no room (RFC 8914 §3).
  ExtendedError error = ExtendedError::kNone;
  absl::string_view error_text;
  bool is_padded = false;

  // Of the record without error and padding; does not depend on scope_bits.
  size_t bytes() const {
    if (!present) return 0;
    return 11 + (subnet == nullptr ? 0 : 8u + subnet->address_bytes) +
           (nsid.empty() ? 0 : 4 + nsid.size()) + (cookie.empty() ? 0 : 4 + cookie.size());
  }
};

// A compression pointer to `offset`, which lies before 16384.
constexpr uint16_t PointerTo(size_t offset) { return static_cast<uint16_t>(0xc000 | offset); }

class MessageWriter {
 public:
  struct Flags {
    bool authoritative = false;
  };

  // `bytes_max` >= kPlainUdpBytesMax and `out` holds as many. `edns` is read at Finish and must
  // live until then; its size must not change.
  MessageWriter(std::span<uint8_t> out, size_t bytes_max, const EdnsReply& edns)
      : out_(out.data()), bytes_max_(bytes_max), limit_(bytes_max - edns.bytes()), edns_(edns) {}

  // First. The header's ID, opcode and RD, and the question byte for byte, case included; no
  // question if the query has none that can be read.
  void WriteQuestion(std::span<const uint8_t> packet, const Query& query);

  Fit AddRrSet(Section section, const scheduler::zone::RrSet& set, uint16_t owner);

  // One RRset of addresses in network order, A (4 octets) or AAAA (16).
  template <size_t kBytes>
  Fit AddAddresses(uint16_t owner, uint32_t ttl_s,
                   std::span<const std::array<uint8_t, kBytes>> addresses);

  // One CNAME record. `target` is a name as configuration has it: without the dot at the end.
  Fit AddAlias(uint16_t owner, uint32_t ttl_s, absl::string_view target);

  // One HTTPS record in ServiceMode for the owner itself (RFC 9460 §2.2); hints that are empty are
  // left out.
  Fit AddService(uint16_t owner, uint32_t ttl_s, const scheduler::HttpsRecord& service,
                 const scheduler::NameAnswer& hints);

  // Where the next record will begin.
  size_t size() const { return at_; }

  // RFC 2181 §9: back to the question, with TC. An empty truncated reply is legal, and no reader is
  // tempted by a part.
  void Truncate();
  bool truncated() const { return truncated_; }

  // Writes the OPT record and the header's counts; the length of the message.
  size_t Finish(Rcode rcode, Flags flags);

 private:
  void Put16(size_t at, uint32_t value) {
    out_[at] = static_cast<uint8_t>(value >> 8);
    out_[at + 1] = static_cast<uint8_t>(value);
  }
  void Put8(uint8_t value) { out_[at_++] = value; }
  void Append16(uint32_t value) {
    Put16(at_, value);
    at_ += 2;
  }
  void AppendHeader(uint16_t owner, uint16_t type, uint32_t ttl_s, size_t rdata_bytes);
  template <typename Address>
  void AppendHints(uint16_t key, const std::vector<Address>& addresses);
  void AppendBytes(const void* bytes, size_t count) {
    // Empty ones have no address that memcpy would take.
    if (count > 0) std::memcpy(out_ + at_, bytes, count);
    at_ += count;
  }
  void WriteOpt(uint16_t rcode);
  void AppendOption(uint16_t code, std::span<const uint8_t> value);
  void AppendSubnet(const ClientSubnet& subnet);
  void AppendError();
  void AppendPadding();

  uint8_t* const out_;
  const size_t bytes_max_;
  const size_t limit_;
  const EdnsReply& edns_;
  size_t at_ = 0;
  size_t question_end_ = 0;
  bool truncated_ = false;
  std::array<uint16_t, 3> counts_ = {};
};

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_MESSAGE_WRITER_H_
