#include "services/upstream/reply.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

namespace nearcast::upstream {
namespace {

constexpr uint16_t kClassIn = 1;
constexpr uint16_t kNs = 2;
constexpr uint16_t kCname = 5;
constexpr uint16_t kSoa = 6;
constexpr uint16_t kOpt = 41;
constexpr uint16_t kSubnetOption = 8;
constexpr uint16_t kFormErr = 1;
constexpr uint16_t kNxDomain = 3;
constexpr uint16_t kNotImp = 4;
constexpr uint16_t kBadVers = 16;
constexpr size_t kNameBytesMax = 255;
constexpr size_t kRecordsMax = 256;  // of the kinds that matter

using Bytes = std::span<const uint8_t>;

uint32_t Get16(Bytes bytes, size_t at) { return bytes[at] << 8 | bytes[at + 1]; }
uint32_t Get32(Bytes bytes, size_t at) { return Get16(bytes, at) << 16 | Get16(bytes, at + 2); }

struct Record {
  std::string owner;  // wire form, lower case
  uint16_t type = 0;
  uint32_t record_class = 0;
  uint32_t ttl_s = 0;
  size_t rdata_at = 0;
  Bytes rdata;
};

// Goes through a message from front to back. Every Read says nothing once the bytes are not what
// they should be.
class Reader {
 public:
  explicit Reader(Bytes bytes) : bytes_(bytes) {}

  bool Skip(size_t bytes) {
    if (bytes_.size() - at_ < bytes) return false;
    at_ += bytes;
    return true;
  }
  bool StartsWith(Bytes other) const {
    return bytes_.size() - at_ >= other.size() &&
           std::equal(other.begin(), other.end(), bytes_.begin() + at_);
  }

  std::optional<std::string> ReadName() {
    size_t end = 0;
    auto name = NameAt(at_, &end);
    at_ = end;
    return name;
  }

  // Every pointer points further back than the last: no circle is possible.
  std::optional<std::string> NameAt(size_t at, size_t* end) const {
    std::string name;
    size_t before = at;
    bool jumped = false;
    while (at < bytes_.size()) {
      const uint8_t length = bytes_[at];
      if (length >= 0xc0) {
        if (at + 2 > bytes_.size()) return std::nullopt;
        const size_t target = Get16(bytes_, at) & 0x3fff;
        if (!jumped) *end = at + 2;
        jumped = true;
        if (target >= before) return std::nullopt;
        at = before = target;
        continue;
      }
      if (length > 63 || at + 1 + length > bytes_.size()) return std::nullopt;
      if (name.size() + length + 1 > kNameBytesMax) return std::nullopt;
      name.push_back(static_cast<char>(length));
      for (size_t i = at + 1; i <= at + length; ++i) {
        name.push_back(absl::ascii_tolower(bytes_[i]));
      }
      at += length + 1u;
      if (length > 0) continue;
      if (!jumped) *end = at;
      return name;
    }
    return std::nullopt;
  }

  std::optional<Record> ReadRecord() {
    Record record;
    auto owner = ReadName();
    if (!owner || bytes_.size() - at_ < 10) return std::nullopt;
    record.owner = *std::move(owner);
    record.type = static_cast<uint16_t>(Get16(bytes_, at_));
    record.record_class = Get16(bytes_, at_ + 2);
    record.ttl_s = Get32(bytes_, at_ + 4);
    const size_t rdata_bytes = Get16(bytes_, at_ + 8);
    at_ += 10;
    record.rdata_at = at_;
    if (!Skip(rdata_bytes)) return std::nullopt;
    record.rdata = bytes_.subspan(record.rdata_at, rdata_bytes);
    return record;
  }

 private:
  const Bytes bytes_;
  size_t at_ = 0;
};

// RFC 2181 §8: a TTL with the first bit set is 0.
uint32_t TtlOf(const Record& record) { return record.ttl_s > 0x7fffffff ? 0 : record.ttl_s; }

// Lower-case wire form → host name. Nothing for the root and for names with strange octets.
std::optional<std::string> HostNameOf(absl::string_view wire) {
  std::string text;
  for (size_t at = 0; wire[at] != 0; at += static_cast<uint8_t>(wire[at]) + 1u) {
    if (!text.empty()) text.push_back('.');
    const absl::string_view label = wire.substr(at + 1, static_cast<uint8_t>(wire[at]));
    for (const char c : label) {
      if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_') {
        return std::nullopt;
      }
    }
    text.append(label.data(), label.size());
  }
  if (text.empty()) return std::nullopt;
  return text;
}

class Parser {
 public:
  Parser(const Query& query, Bytes bytes) : query_(query), bytes_(bytes), reader_(bytes) {}

  Reply Parse() {
    if (const auto early = ReadHead()) return Only(*early);
    if (const auto early = ReadRecords()) return Only(*early);
    const uint32_t rcode = (bytes_[3] & 0xfu) | extended_rcode_ << 4;
    if (rcode == kFormErr || rcode == kNotImp || rcode == kBadVers) {
      return Only(Reply::Kind::kNoEdns);
    }
    if (rcode != 0 && rcode != kNxDomain) return Only(Reply::Kind::kRefused);
    if ((bytes_[2] & 0x02) != 0) return Only(Reply::Kind::kTruncated);
    if (const auto wrong = ReadSubnet()) return Only(*wrong);
    return Conclude(rcode);
  }

 private:
  static Reply Only(Reply::Kind kind) {
    Reply reply;
    reply.kind = kind;
    return reply;
  }

  // Header and question. Some servers leave the question out of errors.
  std::optional<Reply::Kind> ReadHead() {
    if (!reader_.Skip(12)) return Reply::Kind::kMalformed;
    const bool is_reply = (bytes_[2] & 0xf8) == 0x80;  // QR, opcode QUERY
    if (!is_reply || Get16(bytes_, 0) != Get16(query_.bytes, 0)) return Reply::Kind::kMalformed;
    if (Get16(bytes_, 4) == 0 && (bytes_[3] & 0xf) == kFormErr) return Reply::Kind::kNoEdns;
    if (Get16(bytes_, 4) != 1) return Reply::Kind::kMalformed;
    if (reader_.StartsWith(query_.question())) {
      qname_ = *reader_.ReadName();
      reader_.Skip(4);
      return std::nullopt;
    }
    const auto asked = Reader(query_.bytes).NameAt(12, &end_);
    const auto name = reader_.ReadName();
    const Bytes type_and_class = query_.question().last(4);
    if (!name || *name != asked || !reader_.StartsWith(type_and_class)) {
      return Reply::Kind::kMalformed;
    }
    return Reply::Kind::kCaseLost;
  }

  std::optional<Reply::Kind> ReadRecords() {
    for (size_t section = 0; section < 3; ++section) {
      const uint32_t count = Get16(bytes_, 6 + 2 * section);
      for (uint32_t i = 0; i < count; ++i) {
        auto record = reader_.ReadRecord();
        if (!record) {
          const bool truncated = (bytes_[2] & 0x02) != 0;
          return truncated ? Reply::Kind::kTruncated : Reply::Kind::kMalformed;
        }
        if (Sort(section, *std::move(record)) == Order::kBroken) return Reply::Kind::kMalformed;
      }
    }
    return std::nullopt;
  }

  enum class Order { kFine, kBroken };

  Order Sort(size_t section, Record record) {
    if (section == 2 && record.type == kOpt) {
      if (has_opt_) return Order::kBroken;
      has_opt_ = true;
      opt_ = record.rdata;
      extended_rcode_ = record.ttl_s >> 24;
      return Order::kFine;
    }
    if (record.record_class != kClassIn) return Order::kFine;
    const bool matters = record.type == kCname || record.type == static_cast<uint16_t>(query_.type);
    if (section == 0 && matters && records_.size() < kRecordsMax) {
      records_.push_back(std::move(record));
    } else if (section == 1 && record.type == kSoa && record.rdata.size() >= 22) {
      const uint32_t minimum = Get32(record.rdata, record.rdata.size() - 4);
      negative_ttl_s_ = std::min(TtlOf(record), minimum);
    } else if (section == 1 && record.type == kNs) {
      has_ns_ = true;
    }
    return Order::kFine;
  }

  std::optional<Reply::Kind> ReadSubnet() {
    bool found = false;
    while (opt_.size() >= 4) {
      const uint32_t code = Get16(opt_, 0);
      const size_t bytes = Get16(opt_, 2);
      if (opt_.size() - 4 < bytes) return Reply::Kind::kMalformed;
      const Bytes option = opt_.subspan(4, bytes);
      opt_ = opt_.subspan(4 + bytes);
      if (code != kSubnetOption || query_.subnet.length_bits == 0) continue;
      if (found || !IsAboutOurs(option)) return Reply::Kind::kWrongSubnet;
      found = true;
      scope_bits_ = option[3];
    }
    if (!opt_.empty()) return Reply::Kind::kMalformed;
    return std::nullopt;
  }

  bool IsAboutOurs(Bytes option) const {
    const std::vector<uint8_t> address = SubnetAddress(query_.subnet);
    const bool is_v4 = query_.subnet.address.is_v4();
    return option.size() == 4 + address.size() && Get16(option, 0) == (is_v4 ? 1u : 2u) &&
           option[2] == query_.subnet.length_bits && option[3] <= (is_v4 ? 32 : 128) &&
           std::equal(address.begin(), address.end(), option.begin() + 4);
  }

  // Follows the chain, and says what stands at its end.
  Reply Conclude(uint32_t rcode) {
    std::string name = qname_;
    uint32_t ttl_s = UINT32_MAX;
    int aliases = 0;
    while (const Record* alias = FindAlias(name)) {
      size_t end = 0;
      auto target = Reader(bytes_).NameAt(alias->rdata_at, &end);
      const bool exact = target && end == alias->rdata_at + alias->rdata.size();
      if (!exact || ++aliases > kAliasesMax) return Only(Reply::Kind::kMalformed);
      name = *std::move(target);
      ttl_s = std::min(ttl_s, TtlOf(*alias));
    }
    Reply reply;
    reply.kind = Reply::Kind::kAnswer;
    reply.scope_bits = scope_bits_;
    if (TakeAddresses(name, &ttl_s, &reply.answer)) return reply;
    const bool is_final = rcode == kNxDomain || negative_ttl_s_.has_value();
    if (!is_final && aliases > 0) return ContinueAt(name, ttl_s, std::move(reply));
    if (!is_final && has_ns_) return Only(Reply::Kind::kRefused);  // a referral: RFC 2308 §2.2
    reply.answer.kind = rcode == kNxDomain ? Answer::Kind::kNoName : Answer::Kind::kNoData;
    // Without a SOA record nobody says how long it holds.
    reply.answer.ttl_s = std::min(ttl_s, negative_ttl_s_.value_or(0));
    return reply;
  }

  Reply ContinueAt(absl::string_view name, uint32_t ttl_s, Reply reply) const {
    auto alias = HostNameOf(name);
    if (!alias || name == qname_) return Only(Reply::Kind::kMalformed);
    reply.kind = Reply::Kind::kAlias;
    reply.alias = *std::move(alias);
    reply.answer.ttl_s = ttl_s;
    return reply;
  }

  const Record* FindAlias(absl::string_view name) const {
    for (const Record& record : records_) {
      if (record.type == kCname && record.owner == name) return &record;
    }
    return nullptr;
  }

  // Whether there are any.
  bool TakeAddresses(absl::string_view name, uint32_t* ttl_s, Answer* answer) const {
    for (const Record& record : records_) {
      if (record.type == kCname || record.owner != name) continue;
      if (answer->ipv4.size() + answer->ipv6.size() == kAddressesMax) break;
      if (record.type == static_cast<uint16_t>(RecordType::kA) && record.rdata.size() == 4) {
        std::copy_n(record.rdata.begin(), 4, answer->ipv4.emplace_back().begin());
      } else if (record.type == static_cast<uint16_t>(RecordType::kAaaa) &&
                 record.rdata.size() == 16) {
        std::copy_n(record.rdata.begin(), 16, answer->ipv6.emplace_back().begin());
      } else {
        continue;
      }
      *ttl_s = std::min(*ttl_s, TtlOf(record));
    }
    if (answer->ipv4.empty() && answer->ipv6.empty()) return false;
    answer->kind = Answer::Kind::kAddresses;
    answer->ttl_s = *ttl_s;
    return true;
  }

  const Query& query_;
  const Bytes bytes_;
  Reader reader_;
  size_t end_ = 0;
  std::string qname_;
  std::vector<Record> records_;
  std::optional<uint32_t> negative_ttl_s_;
  bool has_ns_ = false;
  bool has_opt_ = false;
  Bytes opt_;
  uint32_t extended_rcode_ = 0;
  uint8_t scope_bits_ = 0;
};

}  // namespace

Reply ParseReply(const Query& query, std::span<const uint8_t> bytes) {
  return Parser(query, bytes).Parse();
}

}  // namespace nearcast::upstream
