#include "services/dns/message.h"

#include <cstring>

#include "schedulerlib/zone/rrset.h"
#include "services/dns/cookie.h"

namespace nearcast::dns {
namespace {

namespace rr_type = scheduler::zone::rr_type;

constexpr size_t kLabelBytesMax = 63;
constexpr uint8_t kPointerBits = 0xc0;
constexpr uint16_t kOptionNsid = 3;
constexpr uint16_t kOptionClientSubnet = 8;
constexpr uint16_t kOptionCookie = 10;
constexpr uint16_t kOptionPadding = 12;
constexpr uint16_t kDnssecOk = 0x8000;
constexpr uint16_t kFamilyIpv4 = 1;
constexpr uint16_t kFamilyIpv6 = 2;

uint16_t Get16(const uint8_t* at) { return static_cast<uint16_t>(at[0] << 8 | at[1]); }

// Eight octets at once; letters only, so that octets above 127 stay as they are.
uint64_t LowerCase8(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  const uint64_t low = word & (0x7f * kOnes);
  const uint64_t from_a = low + (0x80 - 'A') * kOnes;
  const uint64_t after_z = low + (0x7f - 'Z') * kOnes;
  const uint64_t is_upper = (from_a ^ after_z) & ~word & (0x80 * kOnes);
  return word | is_upper >> 2;
}

// Lengths are at most 63 and so are no letters.
void CopyLowerCase(const uint8_t* from, size_t bytes, uint8_t* to) {
  std::memcpy(to, from, bytes);
  std::memset(to + bytes, 0, sizeof(uint64_t));
  for (size_t i = 0; i < bytes; i += sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, to + i, sizeof(word));
    word = LowerCase8(word);
    std::memcpy(to + i, &word, sizeof(word));
  }
}

// Reads one packet from front to back; each step returns false if the packet is malformed there.
class Parser {
 public:
  Parser(std::span<const uint8_t> packet, Query& query)
      : data_(packet.data()), size_(packet.size()), query_(query) {}

  QueryFault Parse() {
    // RFC 9619 §4: no query has another number of questions; none at all is for cookies alone.
    query_.has_no_question = Get16(data_ + 4) == 0;
    if (!query_.has_no_question && (Get16(data_ + 4) != 1 || !ReadQuestion())) {
      return QueryFault::kFormErr;
    }
    const uint32_t before_additional = uint32_t{Get16(data_ + 6)} + Get16(data_ + 8);
    for (uint32_t i = 0; i < before_additional; ++i) {
      if (!SkipName() || !ReadRecord(Section::kOther)) return QueryFault::kFormErr;
    }
    for (uint32_t i = Get16(data_ + 10); i > 0; --i) {
      is_root_owner_ = at_ < size_ && data_[at_] == 0;
      if (!SkipName() || !ReadRecord(Section::kAdditional)) return QueryFault::kFormErr;
    }
    if (at_ != size_) return QueryFault::kFormErr;
    if (is_bad_version_) return QueryFault::kBadVers;
    const bool is_query = ReadOptions() && (!query_.has_no_question || !query_.cookie.empty());
    return is_query ? QueryFault::kNone : QueryFault::kFormErr;
  }

 private:
  enum class Section { kAdditional, kOther };

  size_t left() const { return size_ - at_; }

  // The first name of a message has nothing to point back to (RFC 1035 §4.1.4).
  bool ReadQuestion() {
    size_t at = kHeaderBytes;
    while (at < size_ && data_[at] != 0) {
      if (data_[at] > kLabelBytesMax) return false;
      at += data_[at] + 1u;
    }
    const size_t name_bytes = at + 1 - kHeaderBytes;
    if (at >= size_ || name_bytes > kNameBytesMax || size_ - at < 5) return false;
    query_.name_bytes = static_cast<uint8_t>(name_bytes);
    CopyLowerCase(data_ + kHeaderBytes, name_bytes, query_.name);
    query_.type = Get16(data_ + at + 1);
    query_.question_class = Get16(data_ + at + 3);
    query_.question_bytes = static_cast<uint16_t>(name_bytes + 4);
    at_ = at + 5;
    return true;
  }

  // A pointer ends a name, and must lead back: then no chain of them can be a circle.
  bool SkipName() {
    const size_t begin = at_;
    while (at_ < size_ && at_ - begin < kNameBytesMax) {
      const uint8_t length = data_[at_];
      if (length >= kPointerBits) {
        if (left() < 2) return false;
        const size_t target = Get16(data_ + at_) & 0x3fff;
        at_ += 2;
        return target >= kHeaderBytes && target < begin;
      }
      if (length > kLabelBytesMax) return false;
      at_ += length + 1u;
      if (length == 0) return true;
    }
    return false;
  }

  // What follows the owner's name.
  bool ReadRecord(Section section) {
    if (at_ > size_ || left() < 10) return false;
    const uint8_t* const record = data_ + at_;
    const size_t rdata_bytes = Get16(record + 8);
    at_ += 10;
    if (left() < rdata_bytes) return false;
    if (Get16(record) == rr_type::kOpt && !ReadOpt(section, record, rdata_bytes)) return false;
    at_ += rdata_bytes;
    return true;
  }

  // RFC 6891 §6.1.1: one, owned by the root, in Additional.
  bool ReadOpt(Section section, const uint8_t* record, size_t rdata_bytes) {
    if (section != Section::kAdditional || !is_root_owner_ || query_.has_edns) return false;
    query_.has_edns = true;
    query_.udp_bytes = Get16(record + 2);
    is_bad_version_ = record[5] != 0;
    query_.dnssec_ok = (Get16(record + 6) & kDnssecOk) != 0;
    options_ = {record + 10, rdata_bytes};
    return true;
  }

  bool ReadOptions() {
    while (!options_.empty()) {
      if (options_.size() < 4) return false;
      const uint16_t code = Get16(options_.data());
      const size_t bytes = Get16(options_.data() + 2);
      if (options_.size() - 4 < bytes) return false;
      if (!ReadOption(code, options_.subspan(4, bytes))) return false;
      options_ = options_.subspan(4 + bytes);
    }
    return true;
  }

  bool ReadOption(uint16_t code, std::span<const uint8_t> option) {
    switch (code) {
      case kOptionNsid:
        query_.wants_nsid = true;
        return true;
      case kOptionClientSubnet:
        // RFC 7871 is silent on a second one: the first counts.
        return query_.has_subnet || ReadClientSubnet(option);
      case kOptionCookie:
        // RFC 7873 §5.2: the first counts.
        if (!query_.cookie.empty()) return true;
        if (!IsCookieLength(option.size())) return false;
        query_.cookie = option;
        return true;
      case kOptionPadding:
        query_.wants_padding = true;
        return true;
      default:
        return true;
    }
  }

  // RFC 7871 §6 and §7.2.1: known family, SOURCE within it, SCOPE 0 in queries, exactly the octets
  // that SOURCE needs, and no bit set after it.
  bool ReadClientSubnet(std::span<const uint8_t> option) {
    if (option.size() < 4) return false;
    const uint16_t family = Get16(option.data());
    const size_t source_bits = option[2];
    const std::span<const uint8_t> address = option.subspan(4);
    if (family != kFamilyIpv4 && family != kFamilyIpv6) return false;
    if (source_bits > (family == kFamilyIpv4 ? 32u : 128u) || option[3] != 0) return false;
    if (address.size() != (source_bits + 7) / 8) return false;
    if (source_bits % 8 != 0 && (address.back() & (0xff >> source_bits % 8)) != 0) return false;
    uint8_t padded[16] = {};
    for (size_t i = 0; i < address.size(); ++i) padded[i] = address[i];
    query_.has_subnet = true;
    query_.subnet.family = family;
    query_.subnet.source_bits = static_cast<uint8_t>(source_bits);
    query_.subnet.address_bytes = static_cast<uint8_t>(address.size());
    query_.subnet.address = address.data();
    query_.subnet.client =
        family == kFamilyIpv4
            ? ipdb::IpAddress::FromV4Bytes(std::span<const uint8_t, 4>(padded, 4))
            : ipdb::IpAddress::FromV6Bytes(std::span<const uint8_t, 16>(padded, 16));
    return true;
  }

  const uint8_t* const data_;
  const size_t size_;
  Query& query_;
  size_t at_ = kHeaderBytes;
  bool is_root_owner_ = false;
  bool is_bad_version_ = false;
  std::span<const uint8_t> options_;
};

}  // namespace

QueryFault ParseQuery(std::span<const uint8_t> packet, Query& query) {
  if (packet.size() < kHeaderBytes || (packet[2] & 0x80) != 0) return QueryFault::kDrop;
  query.id = Get16(packet.data());
  query.opcode = packet[2] >> 3 & 0xf;
  query.recursion_desired = (packet[2] & 1) != 0;
  const QueryFault fault = Parser(packet, query).Parse();
  // The format of other operations is not ours to judge.
  return query.opcode == 0 ? fault : QueryFault::kNotImp;
}

}  // namespace nearcast::dns
