#include "services/dns/query_text.h"

#include <map>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "base/check.h"
#include "ipdb/ip_address.h"

namespace nearcast::dns {
namespace {

const std::map<std::string, uint16_t>& Types() {
  static const auto* const types = new std::map<std::string, uint16_t>{
      {"A", 1},      {"NS", 2},     {"CNAME", 5},  {"SOA", 6},  {"MX", 15},
      {"TXT", 16},   {"AAAA", 28},  {"DNAME", 39}, {"OPT", 41}, {"DS", 43},
      {"HTTPS", 65}, {"IXFR", 251}, {"AXFR", 252}, {"ANY", 255}};
  return *types;
}

uint32_t Number(absl::string_view text) {
  uint32_t number = 0;
  NC_CHECK(absl::SimpleAtoi(text, &number));
  return number;
}

class Builder {
 public:
  void SetQuestion(const std::string& name, const std::string& type) {
    // The case stays as written: it must come back so.
    for (const absl::string_view label : absl::StrSplit(name, '.', absl::SkipEmpty())) {
      question_.push_back(static_cast<uint8_t>(label.size()));
      question_.insert(question_.end(), label.begin(), label.end());
    }
    question_.push_back(0);
    const auto known = Types().find(type);
    Append16(question_, known != Types().end() ? known->second : Number(type.substr(4)));
  }

  void Apply(const std::string& word) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(word, absl::MaxSplits('=', 1));
    const auto& [key, value] = pair;
    if (word == "CH") class_ = 3;
    if (word == "ANYCLASS") class_ = 255;
    if (key == "+id") id_ = Number(value);
    if (key == "+noquestion") has_question_ = false;
    if (key == "+opcode") flags_ |= Number(value) << 11;
    if (key == "+rd") flags_ |= 0x100;
    if (key == "+tc") flags_ |= 0x200;
    if (key == "+ad") flags_ |= 0x20;
    if (key == "+cd") flags_ |= 0x10;
    if (key == "+edns" || key == "+do" || key == "+version" || key == "+ecs" || key == "+option") {
      has_edns_ = true;
    }
    if (key == "+edns" && !value.empty()) udp_bytes_ = Number(value);
    if (key == "+do") edns_flags_ |= 0x8000;
    if (key == "+version") edns_flags_ |= Number(value) << 16;
    if (key == "+ecs") AddSubnet(value);
    if (key == "+option") AddOption(value);
  }

  std::vector<uint8_t> Build() const {
    std::vector<uint8_t> packet;
    Append16(packet, id_);
    Append16(packet, flags_);
    for (const int count : {has_question_ ? 1 : 0, 0, 0, has_edns_ ? 1 : 0}) {
      Append16(packet, count);
    }
    if (has_question_) {
      packet.insert(packet.end(), question_.begin(), question_.end());
      Append16(packet, class_);
    }
    if (!has_edns_) return packet;
    packet.push_back(0);
    Append16(packet, 41);
    Append16(packet, udp_bytes_);
    Append16(packet, edns_flags_ >> 16);
    Append16(packet, edns_flags_);
    Append16(packet, static_cast<uint32_t>(options_.size()));
    packet.insert(packet.end(), options_.begin(), options_.end());
    return packet;
  }

 private:
  static void Append16(std::vector<uint8_t>& out, uint32_t value) {
    out.push_back(static_cast<uint8_t>(value >> 8));
    out.push_back(static_cast<uint8_t>(value));
  }

  void AddSubnet(const std::string& text) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(text, '/');
    const absl::StatusOr<ipdb::IpAddress> address = ipdb::ParseIpAddress(pair.first);
    NC_CHECK(address.ok());
    const uint32_t bits = Number(pair.second);
    const bool is_v4 = pair.first.find(':') == std::string::npos;
    const uint32_t bytes = (bits + 7) / 8;
    Append16(options_, 8);
    Append16(options_, 4 + bytes);
    Append16(options_, is_v4 ? 1 : 2);
    options_.push_back(static_cast<uint8_t>(bits));
    options_.push_back(0);
    const absl::uint128 number = is_v4 ? absl::uint128(address->v4()) << 96 : address->v6();
    for (uint32_t i = 0; i < bytes; ++i) {
      options_.push_back(static_cast<uint8_t>(absl::Uint128Low64(number >> (120 - 8 * i))));
    }
  }

  void AddOption(const std::string& text) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(text, ':');
    const std::string bytes = absl::HexStringToBytes(pair.second);
    Append16(options_, Number(pair.first));
    Append16(options_, static_cast<uint32_t>(bytes.size()));
    options_.insert(options_.end(), bytes.begin(), bytes.end());
  }

  uint32_t id_ = 0x1234;
  uint32_t flags_ = 0;
  uint32_t class_ = 1;
  std::vector<uint8_t> question_;
  bool has_question_ = true;
  bool has_edns_ = false;
  uint32_t udp_bytes_ = 1232;
  uint32_t edns_flags_ = 0;
  std::vector<uint8_t> options_;
};

}  // namespace

std::vector<uint8_t> BuildQuery(absl::string_view text) {
  const std::vector<std::string> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  NC_CHECK(words.size() >= 2);
  Builder builder;
  builder.SetQuestion(words[0], words[1]);
  for (size_t i = 2; i < words.size(); ++i) builder.Apply(words[i]);
  return builder.Build();
}

}  // namespace nearcast::dns
