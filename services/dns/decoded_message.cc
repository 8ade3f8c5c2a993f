#include "services/dns/decoded_message.h"

#include <map>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/status_macros.h"
#include "ipdb/ip_address.h"

namespace nearcast::dns {
namespace {

constexpr uint16_t kOpt = 41;

class Decoder {
 public:
  explicit Decoder(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  absl::StatusOr<DecodedMessage> Decode() {
    DecodedMessage message;
    NC_ASSIGN_OR_RETURN(message.id, Take16());
    NC_ASSIGN_OR_RETURN(message.flags, Take16());
    uint16_t counts[4];
    for (uint16_t& count : counts) {
      NC_ASSIGN_OR_RETURN(count, Take16());
    }
    for (int section = 0; section < 4; ++section) {
      for (int i = 0; i < counts[section]; ++i) {
        NC_ASSIGN_OR_RETURN(DecodedRecord record, TakeRecord(section == 0));
        message.sections[section].push_back(std::move(record));
      }
    }
    if (at_ != bytes_.size()) return absl::InvalidArgumentError("octets after the end");
    return message;
  }

  // A name that begins at `at`; sets `end` behind it.
  absl::StatusOr<std::string> NameAt(size_t at, size_t& end) const {
    std::string name;
    size_t wire_bytes = 1;
    bool jumped = false;
    for (int jumps = 0; jumps < 128;) {
      if (at >= bytes_.size()) return absl::InvalidArgumentError("a name is cut");
      const uint8_t length = bytes_[at];
      if (length >= 0xc0) {
        if (at + 1 >= bytes_.size()) return absl::InvalidArgumentError("a pointer is cut");
        if (!jumped) end = at + 2;
        jumped = true;
        ++jumps;
        at = (length & 0x3f) << 8 | bytes_[at + 1];
        continue;
      }
      if (length > 63 || at + 1 + length > bytes_.size()) {
        return absl::InvalidArgumentError("a label is malformed");
      }
      if (length == 0) {
        if (!jumped) end = at + 1;
        return name.empty() ? "." : name;
      }
      wire_bytes += length + 1u;
      if (wire_bytes > 255) return absl::InvalidArgumentError("a name is too long");
      const absl::string_view label(reinterpret_cast<const char*>(bytes_.data()) + at + 1, length);
      absl::StrAppend(&name, absl::StrReplaceAll(absl::CEscape(label), {{".", "\\."}}), ".");
      at += length + 1u;
    }
    return absl::InvalidArgumentError("a name points in a circle");
  }

 private:
  absl::StatusOr<uint16_t> Take16() {
    if (bytes_.size() - at_ < 2) return absl::InvalidArgumentError("cut");
    at_ += 2;
    return static_cast<uint16_t>(bytes_[at_ - 2] << 8 | bytes_[at_ - 1]);
  }

  absl::StatusOr<DecodedRecord> TakeRecord(bool is_question) {
    DecodedRecord record;
    size_t end = at_;
    NC_ASSIGN_OR_RETURN(record.owner, NameAt(at_, end));
    at_ = end;
    NC_ASSIGN_OR_RETURN(record.type, Take16());
    NC_ASSIGN_OR_RETURN(record.record_class, Take16());
    if (is_question) return record;
    NC_ASSIGN_OR_RETURN(const uint32_t ttl_high, Take16());
    NC_ASSIGN_OR_RETURN(const uint32_t ttl_low, Take16());
    record.ttl_s = ttl_high << 16 | ttl_low;
    NC_ASSIGN_OR_RETURN(const size_t rdata_bytes, Take16());
    if (bytes_.size() - at_ < rdata_bytes) return absl::InvalidArgumentError("RDATA is cut");
    record.rdata.assign(reinterpret_cast<const char*>(bytes_.data()) + at_, rdata_bytes);
    at_ += rdata_bytes;
    return record;
  }

  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
};

std::string TypeText(uint16_t type) {
  static const auto* const names = new std::map<uint16_t, std::string>{
      {1, "A"},    {2, "NS"},    {5, "CNAME"}, {6, "SOA"},    {13, "HINFO"}, {15, "MX"},
      {16, "TXT"}, {28, "AAAA"}, {43, "DS"},   {252, "AXFR"}, {255, "ANY"}};
  const auto name = names->find(type);
  return name != names->end() ? name->second : absl::StrCat("TYPE", type);
}

std::string RcodeText(int rcode) {
  static const auto* const names = new std::map<int, std::string>{
      {0, "NOERROR"}, {1, "FORMERR"}, {2, "SERVFAIL"}, {3, "NXDOMAIN"},
      {4, "NOTIMP"},  {5, "REFUSED"}, {16, "BADVERS"}, {23, "BADCOOKIE"}};
  const auto name = names->find(rcode);
  return name != names->end() ? name->second : absl::StrCat("RCODE", rcode);
}

std::span<const uint8_t> Bytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string AddressText(std::span<const uint8_t> bytes) {
  if (bytes.size() == 4) return ipdb::IpAddress::FromV4Bytes(bytes.first<4>()).ToString();
  return ipdb::IpAddress::FromV6Bytes(bytes.first<16>()).ToString();
}

std::string RdataText(const DecodedRecord& record) {
  const std::span<const uint8_t> bytes = Bytes(record.rdata);
  const size_t size = bytes.size();
  if ((record.type == 1 && size == 4) || (record.type == 28 && size == 16))
    return AddressText(bytes);
  if (record.type == 2 || record.type == 5) {
    size_t end = 0;
    const absl::StatusOr<std::string> name = Decoder(bytes).NameAt(0, end);
    if (name.ok()) return *name;
  }
  return absl::BytesToHexString(record.rdata);
}

std::string RecordText(const DecodedRecord& record, const std::string& asked) {
  const std::string owner = record.owner == asked ? "@" : record.owner;
  if (record.type == 6) return absl::StrCat(owner, " ", record.ttl_s, " SOA");
  return absl::StrCat(owner, " ", record.ttl_s, " ", TypeText(record.type), " ", RdataText(record));
}

std::string SubnetText(std::span<const uint8_t> option) {
  if (option.size() < 4) return "?";
  const bool is_v4 = option[1] == 1;
  uint8_t padded[16] = {};
  for (size_t i = 4; i < option.size() && i < 20; ++i) padded[i - 4] = option[i];
  const std::string address = AddressText(std::span<const uint8_t>(padded, is_v4 ? 4 : 16));
  return absl::StrCat(address, "/", option[2], "/", option[3]);
}

std::string OptionText(uint16_t code, std::span<const uint8_t> option) {
  const absl::string_view text(reinterpret_cast<const char*>(option.data()), option.size());
  switch (code) {
    case 3:
      return absl::StrCat(" nsid ", text);
    case 8:
      return absl::StrCat(" ecs ", SubnetText(option));
    case 10:
      return absl::StrCat(" cookie ", absl::BytesToHexString(text));
    case 12:
      return absl::StrCat(" padding ", text.size());
    case 15:
      if (option.size() < 2) return " ede ?";
      return absl::StrCat(" ede ", option[0] << 8 | option[1], option.size() > 2 ? " " : "",
                          text.substr(2));
    default:
      return absl::StrCat(" option ", code);
  }
}

std::string EdnsText(const DecodedRecord& opt) {
  std::string text = absl::StrCat("edns ", opt.record_class);
  if ((opt.ttl_s & 0x8000) != 0) text += " do";
  std::span<const uint8_t> rest = Bytes(opt.rdata);
  while (rest.size() >= 4) {
    const uint16_t code = static_cast<uint16_t>(rest[0] << 8 | rest[1]);
    const size_t bytes = rest[2] << 8 | rest[3];
    rest = rest.subspan(4);
    if (bytes > rest.size()) return text + " cut";
    absl::StrAppend(&text, OptionText(code, rest.first(bytes)));
    rest = rest.subspan(bytes);
  }
  return rest.empty() ? text : text + " cut";
}

std::string HeadText(const DecodedMessage& message, const DecodedRecord* opt) {
  const int upper = opt == nullptr ? 0 : static_cast<int>(opt->ttl_s >> 24);
  std::string text = RcodeText(upper << 4 | (message.flags & 0xf));
  const struct {
    int bit;
    const char* name;
  } kFlags[] = {{0x400, " aa"}, {0x200, " tc"}, {0x100, " rd"}, {0x80, " ra"},
                {0x40, " z"},   {0x20, " ad"},  {0x10, " cd"}};
  if ((message.flags & 0x8000) == 0) text += " query";
  if ((message.flags >> 11 & 0xf) != 0) {
    absl::StrAppend(&text, " opcode", message.flags >> 11 & 0xf);
  }
  for (const auto& flag : kFlags) {
    if ((message.flags & flag.bit) != 0) text += flag.name;
  }
  return text;
}

}  // namespace

absl::StatusOr<DecodedMessage> DecodeMessage(std::span<const uint8_t> bytes) {
  return Decoder(bytes).Decode();
}

std::string ToText(const DecodedMessage& message) {
  const DecodedRecord* opt = nullptr;
  for (const DecodedRecord& record : message.sections[3]) {
    if (record.type == kOpt) opt = &record;
  }
  std::string text = HeadText(message, opt);
  const std::string asked = message.sections[0].empty() ? "" : message.sections[0][0].owner;
  for (int section = 0; section < 4; ++section) {
    std::vector<std::string> records;
    for (const DecodedRecord& record : message.sections[section]) {
      if (&record == opt) continue;
      records.push_back(section == 0 ? absl::StrCat(record.owner, " ", TypeText(record.type))
                                     : RecordText(record, asked));
    }
    absl::StrAppend(&text, "; ", records.empty() ? "-" : absl::StrJoin(records, ", "));
  }
  if (opt != nullptr) absl::StrAppend(&text, "; ", EdnsText(*opt));
  return text;
}

std::string MessageText(std::span<const uint8_t> bytes) {
  if (bytes.empty()) return "no reply";
  const absl::StatusOr<DecodedMessage> message = DecodeMessage(bytes);
  if (!message.ok()) return absl::StrCat("malformed: ", message.status().message());
  return ToText(*message);
}

}  // namespace nearcast::dns
