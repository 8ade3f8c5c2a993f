// RrSet: all records of one name and type, ready to be copied into an answer.
//
// Source: RFC 2181 §5 (one TTL for the set; it goes whole or not at all), RFC 1035 §4.1.3 (record
// format).
#ifndef SCHEDULERLIB_ZONE_RRSET_H_
#define SCHEDULERLIB_ZONE_RRSET_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace nearcast::scheduler::zone {

// Types that lookups and answers treat apart from the others (IANA, Domain Name System Parameters).
namespace rr_type {
inline constexpr uint16_t kA = 1;
inline constexpr uint16_t kNs = 2;
inline constexpr uint16_t kCname = 5;
inline constexpr uint16_t kSoa = 6;
inline constexpr uint16_t kHinfo = 13;
inline constexpr uint16_t kAaaa = 28;
inline constexpr uint16_t kDname = 39;
inline constexpr uint16_t kOpt = 41;
inline constexpr uint16_t kDs = 43;
inline constexpr uint16_t kRrsig = 46;
inline constexpr uint16_t kNsec = 47;
inline constexpr uint16_t kIxfr = 251;
inline constexpr uint16_t kAxfr = 252;
inline constexpr uint16_t kAny = 255;
}  // namespace rr_type

// Bytes of a record before its RDATA, the owner being a compression pointer.
inline constexpr size_t kRecordHeaderBytes = 12;

// The pointer to the first name of a message, which is the question's: offset 12.
inline constexpr uint16_t kQuestionPointer = 0xc00c;

struct RrSet {
  uint16_t type = 0;
  uint32_t ttl_s = 0;  // 0..2^31-1 (RFC 2181 §8)
  uint16_t record_count = 0;

  // The records one after another: owner kQuestionPointer, type, class IN, TTL, RDLENGTH, RDATA.
  // Names inside RDATA are not compressed, so that an owner elsewhere in the message may point into
  // them.
  std::string records;

  // The first record's RDATA. Requires record_count > 0.
  absl::string_view first_rdata() const {
    return absl::string_view(records).substr(kRecordHeaderBytes, RdataBytes(0));
  }

  // Length of the RDATA of the record that begins at `at` in `records`.
  size_t RdataBytes(size_t at) const {
    return static_cast<size_t>(static_cast<uint8_t>(records[at + 10])) << 8 |
           static_cast<uint8_t>(records[at + 11]);
  }
};

// In the order given; every RDATA at most 65535 octets.
RrSet BuildRrSet(uint16_t type, uint32_t ttl_s, const std::vector<std::string>& rdata);

}  // namespace nearcast::scheduler::zone

#endif  // SCHEDULERLIB_ZONE_RRSET_H_
