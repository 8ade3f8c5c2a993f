#include "services/dns/message_writer.h"

#include <algorithm>
#include <cstring>
#include <string>

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
constexpr uint16_t kOptionNsid = 3;
constexpr uint16_t kOptionClientSubnet = 8;
constexpr uint16_t kOptionCookie = 10;
constexpr uint16_t kOptionPadding = 12;
constexpr uint16_t kOptionError = 15;
constexpr size_t kOptionHeaderBytes = 4;

std::span<const uint8_t> Octets(absl::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// RFC 9460 §14.3.2.
constexpr uint16_t kSvcAlpn = 1;
constexpr uint16_t kSvcPort = 3;
constexpr uint16_t kSvcIpv4Hint = 4;
constexpr uint16_t kSvcIpv6Hint = 6;
constexpr uint16_t kHttpsPort = 443;
constexpr size_t kSvcHeaderBytes = 4;

size_t AlpnBytes(const std::vector<std::string>& ids) {
  size_t bytes = 0;
  for (const std::string& id : ids) bytes += 1 + id.size();
  return bytes;
}

// What a parameter takes, none when it is empty.
size_t ParamBytes(size_t value_bytes) {
  return value_bytes == 0 ? 0 : kSvcHeaderBytes + value_bytes;
}

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
    AppendHeader(owner, kBytes == 4 ? rr_type::kA : rr_type::kAaaa, ttl_s, kBytes);
    std::memcpy(out_ + at_, address.data(), kBytes);
    at_ += kBytes;
  }
  counts_[0] += static_cast<uint16_t>(addresses.size());
  return Fit::kFits;
}

template Fit MessageWriter::AddAddresses<4>(uint16_t, uint32_t,
                                            std::span<const std::array<uint8_t, 4>>);
template Fit MessageWriter::AddAddresses<16>(uint16_t, uint32_t,
                                             std::span<const std::array<uint8_t, 16>>);

void MessageWriter::AppendHeader(uint16_t owner, uint16_t type, uint32_t ttl_s,
                                 size_t rdata_bytes) {
  Put16(at_, owner);
  Put16(at_ + 2, type);
  Put16(at_ + 4, kClassIn);
  Put16(at_ + 6, ttl_s >> 16);
  Put16(at_ + 8, ttl_s);
  Put16(at_ + 10, static_cast<uint32_t>(rdata_bytes));
  at_ += kRecordHeaderBytes;
}

Fit MessageWriter::AddAlias(uint16_t owner, uint32_t ttl_s, absl::string_view target) {
  // A length octet stands for each dot, and one more before the first label and for the root.
  const size_t rdata_bytes = target.size() + 2;
  if (kRecordHeaderBytes + rdata_bytes > limit_ - at_) return Fit::kTooLong;
  AppendHeader(owner, rr_type::kCname, ttl_s, rdata_bytes);
  while (!target.empty()) {
    const size_t label_bytes = std::min(target.find('.'), target.size());
    Put8(static_cast<uint8_t>(label_bytes));
    std::memcpy(out_ + at_, target.data(), label_bytes);
    at_ += label_bytes;
    target.remove_prefix(std::min(label_bytes + 1, target.size()));
  }
  Put8(0);
  ++counts_[0];
  return Fit::kFits;
}

template <typename Address>
void MessageWriter::AppendHints(uint16_t key, const std::vector<Address>& addresses) {
  if (addresses.empty()) return;
  Append16(key);
  Append16(static_cast<uint32_t>(addresses.size() * sizeof(Address)));
  AppendBytes(addresses.data(), addresses.size() * sizeof(Address));
}

Fit MessageWriter::AddService(uint16_t owner, uint32_t ttl_s, const scheduler::HttpsRecord& service,
                              const scheduler::NameAnswer& hints) {
  const size_t alpn_bytes = AlpnBytes(service.alpn);
  const size_t port_bytes = service.port == kHttpsPort ? 0 : 2;
  // The target "." is the owner (RFC 9460 §2.5.2).
  const size_t rdata_bytes = 2 + 1 + ParamBytes(alpn_bytes) + ParamBytes(port_bytes) +
                             ParamBytes(4 * hints.ipv4.size()) + ParamBytes(16 * hints.ipv6.size());
  if (kRecordHeaderBytes + rdata_bytes > limit_ - at_) return Fit::kTooLong;
  AppendHeader(owner, kHttps, ttl_s, rdata_bytes);
  Append16(service.priority);
  Put8(0);
  if (alpn_bytes > 0) {
    Append16(kSvcAlpn);
    Append16(static_cast<uint32_t>(alpn_bytes));
    for (const std::string& id : service.alpn) {
      Put8(static_cast<uint8_t>(id.size()));
      std::memcpy(out_ + at_, id.data(), id.size());
      at_ += id.size();
    }
  }
  if (port_bytes > 0) {
    Append16(kSvcPort);
    Append16(2);
    Append16(service.port);
  }
  AppendHints(kSvcIpv4Hint, hints.ipv4);
  AppendHints(kSvcIpv6Hint, hints.ipv6);
  ++counts_[0];
  return Fit::kFits;
}

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
  const size_t begin = at_;
  out_[at_] = 0;
  Put16(at_ + 1, rr_type::kOpt);
  Put16(at_ + 3, kUdpBytesMax);
  Put16(at_ + 5, (rcode >> 4) << 8);  // upper bits of the RCODE, version 0
  Put16(at_ + 7, edns_.dnssec_ok ? 0x8000 : 0);
  at_ += 11;
  ++counts_[2];
  if (!edns_.nsid.empty()) AppendOption(kOptionNsid, Octets(edns_.nsid));
  if (edns_.subnet != nullptr) AppendSubnet(*edns_.subnet);
  if (!edns_.cookie.empty()) AppendOption(kOptionCookie, edns_.cookie);
  if (edns_.error != ExtendedError::kNone) AppendError();
  if (edns_.is_padded) AppendPadding();
  Put16(begin + 9, static_cast<uint32_t>(at_ - begin - 11));
}

void MessageWriter::AppendOption(uint16_t code, std::span<const uint8_t> value) {
  Append16(code);
  Append16(static_cast<uint32_t>(value.size()));
  AppendBytes(value.data(), value.size());
}

void MessageWriter::AppendSubnet(const ClientSubnet& subnet) {
  Append16(kOptionClientSubnet);
  Append16(4u + subnet.address_bytes);
  Append16(subnet.family);
  Put8(subnet.source_bits);
  Put8(edns_.scope_bits);
  AppendBytes(subnet.address, subnet.address_bytes);
}

void MessageWriter::AppendError() {
  const size_t value_bytes = 2 + edns_.error_text.size();
  if (kOptionHeaderBytes + value_bytes > bytes_max_ - at_) return;
  Append16(kOptionError);
  Append16(static_cast<uint32_t>(value_bytes));
  Append16(static_cast<uint32_t>(edns_.error));
  AppendBytes(edns_.error_text.data(), edns_.error_text.size());
}

void MessageWriter::AppendPadding() {
  const size_t bare = at_ + kOptionHeaderBytes;
  const size_t whole = (bare + kPaddingBlockBytes - 1) / kPaddingBlockBytes * kPaddingBlockBytes;
  if (bare > bytes_max_) return;
  const size_t padding = std::min(whole, bytes_max_) - bare;
  Append16(kOptionPadding);
  Append16(static_cast<uint32_t>(padding));
  std::memset(out_ + at_, 0, padding);
  at_ += padding;
}

}  // namespace nearcast::dns
