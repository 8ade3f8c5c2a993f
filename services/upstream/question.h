// What is asked upstream, and what is known of it: the words that services/upstream shares.
#ifndef SERVICES_UPSTREAM_QUESTION_H_
#define SERVICES_UPSTREAM_QUESTION_H_

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ipdb/ip_prefix.h"

namespace nearcast::upstream {

// By their numbers in DNS.
enum class RecordType : uint16_t { kA = 1, kAaaa = 28 };

struct Question {
  std::string name;  // a host name in lower case, no dot at the end
  RecordType type = RecordType::kA;
  ipdb::IpPrefix subnet;  // the clients'; of length 0 = nothing is said about them

  friend bool operator==(const Question&, const Question&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Question& question) {
    return H::combine(std::move(h), question.name, question.type, question.subnet.address,
                      question.subnet.length_bits);
  }
};

// What an upstream said, aliases followed to their end. One of the two lists at most has something:
// the one of the question's type.
struct Answer {
  enum class Kind : uint8_t { kAddresses, kNoData, kNoName };

  Kind kind = Kind::kNoData;
  uint32_t ttl_s = 0;  // the smallest on the way
  std::vector<std::array<uint8_t, 4>> ipv4;
  std::vector<std::array<uint8_t, 16>> ipv6;

  friend bool operator==(const Answer&, const Answer&) = default;
};

}  // namespace nearcast::upstream

#endif  // SERVICES_UPSTREAM_QUESTION_H_
