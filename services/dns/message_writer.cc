#include "services/dns/message_writer.h"

#include <cstring>

namespace nearcast::dns {
namespace {

using scheduler::zone::kQuestionPointer;
using scheduler::zone::kRecordHeaderBytes;
using scheduler::zone::RrSet;
namespace rr_type = scheduler::zone::rr_type;

constexpr uint8_t kResponse = 0x80;
constexpr uint8_t kAuthoritative = 0x04;
constexpr uint8_t kTruncated = 0x02;
constexpr uint8_t kOpcodeAndRd = 0x79;
constexpr uint16_t kOptionClientSubnet = 8;

}  // namespace

void MessageWriter::WriteQuestion(std::span<const uint8_t> packet, const Query& query) {
  std::memcpy(out_, packet.data(), kHeaderBytes + query.question_bytes);
  out_[2] = kResponse | (packet[2] & kOpcodeAndRd);
  Put16(4, query.question_bytes == 0 ? 0 : 1);
  at_ = question_end_ = kHeaderBytes + query.question_bytes;
}

Fit MessageWriter::AddRrSet(Section section, const RrSet& set, uint16_t owner) {
  const size_t bytes = set.records.size();
  if (bytes > limit_ - at_) return Fit::kTooLong;
  std::memcpy(out_ + at_, set.records.data(), bytes);
  if (owner != kQuestionPointer) {
    for (size_t at = 0; at < bytes; at += kRecordHeaderBytes + set.RdataBytes(at)) {
      Put16(at_ + at, owner);
    }
  }
  at_ += bytes;
  counts_[static_cast<size_t>(section)] += set.record_count;
  return Fit::kFits;
}

template <size_t kBytes>
Fit MessageWriter::AddAddresses(uint16_t owner, uint32_t ttl_s,
                                std::span<const std::array<uint8_t, kBytes>> addresses) {
  constexpr size_t kRecordBytes = kRecordHeaderBytes + kBytes;
  if (addresses.size() * kRecordBytes > limit_ - at_) return Fit::kTooLong;
  for (const std::array<uint8_t, kBytes>& address : addresses) {
    Put16(at_, owner);
    Put16(at_ + 2, kBytes == 4 ? rr_type::kA : rr_type::kAaaa);
    Put16(at_ + 4, kClassIn);
    Put16(at_ + 6, ttl_s >> 16);
    Put16(at_ + 8, ttl_s);
    Put16(at_ + 10, kBytes);
    std::memcpy(out_ + at_ + kRecordHeaderBytes, address.data(), kBytes);
    at_ += kRecordBytes;
  }
  counts_[0] += static_cast<uint16_t>(addresses.size());
  return Fit::kFits;
}

template Fit MessageWriter::AddAddresses<4>(uint16_t, uint32_t,
                                            std::span<const std::array<uint8_t, 4>>);
template Fit MessageWriter::AddAddresses<16>(uint16_t, uint32_t,
                                             std::span<const std::array<uint8_t, 16>>);

void MessageWriter::Truncate() {
  at_ = question_end_;
  counts_ = {};
  truncated_ = true;
}

size_t MessageWriter::Finish(Rcode rcode, Flags flags) {
  const uint16_t code = static_cast<uint16_t>(rcode);
  if (edns_.present) WriteOpt(code);
  if (flags.authoritative) out_[2] |= kAuthoritative;
  if (truncated_) out_[2] |= kTruncated;
  // RA, Z, AD and CD are 0 (RFC 1035 §4.1.1, RFC 4035 §3.1.6).
  out_[3] = code & 0xf;
  for (size_t i = 0; i < counts_.size(); ++i) Put16(6 + 2 * i, counts_[i]);
  return at_;
}

void MessageWriter::WriteOpt(uint16_t rcode) {
  const ClientSubnet* const subnet = edns_.subnet;
  out_[at_] = 0;
  Put16(at_ + 1, rr_type::kOpt);
  Put16(at_ + 3, kUdpBytesMax);
  Put16(at_ + 5, (rcode >> 4) << 8);  // upper bits of the RCODE, version 0
  Put16(at_ + 7, edns_.dnssec_ok ? 0x8000 : 0);
  Put16(at_ + 9, edns_.bytes() - 11);
  at_ += 11;
  ++counts_[2];
  if (subnet == nullptr) return;
  Put16(at_, kOptionClientSubnet);
  Put16(at_ + 2, 4u + subnet->address_bytes);
  Put16(at_ + 4, subnet->family);
  out_[at_ + 6] = subnet->source_bits;
  out_[at_ + 7] = edns_.scope_bits;
  std::memcpy(out_ + at_ + 8, subnet->address, subnet->address_bytes);
  at_ += 8u + subnet->address_bytes;
}

}  // namespace nearcast::dns
