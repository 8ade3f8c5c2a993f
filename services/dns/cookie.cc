#include "services/dns/cookie.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace nearcast::dns {
namespace {

constexpr uint8_t kVersion = 1;
constexpr int32_t kAgeMaxS = 3600;
constexpr int32_t kAheadMaxS = 300;
constexpr int32_t kRenewAgeS = 1800;
constexpr size_t kHashedBytesMax = 16 + 16;

uint64_t LoadLittle(const uint8_t* from, size_t bytes) {
  uint64_t word = 0;
  for (size_t i = 0; i < bytes; ++i) word |= uint64_t{from[i]} << (8 * i);
  return word;
}

void StoreBig(uint64_t value, size_t bytes, uint8_t* to) {
  for (size_t i = 0; i < bytes; ++i) to[i] = static_cast<uint8_t>(value >> (8 * (bytes - 1 - i)));
}

class SipState {
 public:
  explicit SipState(const CookieSecret& key) {
    const uint64_t low = LoadLittle(key.data(), 8);
    const uint64_t high = LoadLittle(key.data() + 8, 8);
    v_ = {low ^ 0x736f6d6570736575, high ^ 0x646f72616e646f6d, low ^ 0x6c7967656e657261,
          high ^ 0x7465646279746573};
  }

  void Add(uint64_t word) {
    v_[3] ^= word;
    Round();
    Round();
    v_[0] ^= word;
  }

  uint64_t Finish() {
    v_[2] ^= 0xff;
    for (int i = 0; i < 4; ++i) Round();
    return v_[0] ^ v_[1] ^ v_[2] ^ v_[3];
  }

 private:
  void Round() {
    v_[0] += v_[1];
    v_[2] += v_[3];
    v_[1] = std::rotl(v_[1], 13) ^ v_[0];
    v_[3] = std::rotl(v_[3], 16) ^ v_[2];
    v_[0] = std::rotl(v_[0], 32);
    v_[2] += v_[1];
    v_[0] += v_[3];
    v_[1] = std::rotl(v_[1], 17) ^ v_[2];
    v_[3] = std::rotl(v_[3], 21) ^ v_[0];
    v_[2] = std::rotl(v_[2], 32);
  }

  std::array<uint64_t, 4> v_;
};

// Over the client's part, version, reserved octets and time, all as they stand in the option, and
// the address.
uint64_t HashCookie(const uint8_t* option, const ipdb::IpAddress& source,
                    const CookieSecret& secret) {
  uint8_t bytes[kHashedBytesMax];
  std::memcpy(bytes, option, 16);
  if (source.is_v4()) {
    StoreBig(source.v4(), 4, bytes + 16);
    return SipHash24(secret, {bytes, 20});
  }
  StoreBig(absl::Uint128High64(source.v6()), 8, bytes + 16);
  StoreBig(absl::Uint128Low64(source.v6()), 8, bytes + 24);
  return SipHash24(secret, {bytes, 32});
}

}  // namespace

uint64_t SipHash24(const CookieSecret& key, std::span<const uint8_t> bytes) {
  SipState state(key);
  const uint64_t length = bytes.size();
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) state.Add(LoadLittle(bytes.data(), 8));
  state.Add(length << 56 | LoadLittle(bytes.data(), bytes.size()));
  return state.Finish();
}

absl::StatusOr<CookieSecret> ParseCookieSecret(absl::string_view text) {
  CookieSecret secret;
  if (text.size() != 2 * secret.size() ||
      !std::all_of(text.begin(), text.end(), absl::ascii_isxdigit)) {
    return absl::InvalidArgumentError("a cookie secret is 32 hex digits");
  }
  const std::string bytes = absl::HexStringToBytes(text);
  std::copy(bytes.begin(), bytes.end(), secret.begin());
  return secret;
}

absl::StatusOr<CookieSecrets> ParseCookieSecrets(absl::string_view text) {
  std::optional<CookieSecret> current, old, next;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = line.substr(0, line.find('#'));
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    if (words.empty()) continue;
    std::optional<CookieSecret>* const which = words[0] == "current" ? &current
                                               : words[0] == "old"   ? &old
                                               : words[0] == "next"  ? &next
                                                                     : nullptr;
    if (which == nullptr || words.size() != 2 || which->has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "line ", number, ": expected current, old or next, once each, and 32 hex digits"));
    }
    const absl::StatusOr<CookieSecret> secret = ParseCookieSecret(words[1]);
    if (!secret.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, ": ", secret.status().message()));
    }
    *which = *secret;
  }
  if (!current.has_value()) return absl::InvalidArgumentError("no line says \"current HEX\"");
  return CookieSecrets{.current = *current, .old = old, .next = next};
}

CookieSecret DrawCookieSecret() {
  std::random_device random;
  CookieSecret secret;
  for (uint8_t& octet : secret) octet = static_cast<uint8_t>(random());
  return secret;
}

CookieState CheckCookie(std::span<const uint8_t> option, const ipdb::IpAddress& source,
                        uint32_t now_s, const CookieSecrets& secrets) {
  if (option.size() == kClientCookieBytes) return CookieState::kClientOnly;
  if (option.size() != sizeof(Cookie) || option[8] != kVersion) return CookieState::kBad;
  uint32_t made_s = 0;
  for (int i = 12; i < 16; ++i) made_s = made_s << 8 | option[i];
  // Serial numbers (RFC 1982): right beyond 2106.
  const int32_t age_s = static_cast<int32_t>(now_s - made_s);
  if (age_s > kAgeMaxS || age_s < -kAheadMaxS) return CookieState::kBad;
  const uint64_t hash = LoadLittle(option.data() + 16, 8);
  if (hash == HashCookie(option.data(), source, secrets.current)) {
    return age_s > kRenewAgeS ? CookieState::kGoodToRenew : CookieState::kGood;
  }
  for (const std::optional<CookieSecret>* const secret : {&secrets.old, &secrets.next}) {
    if (secret->has_value() && hash == HashCookie(option.data(), source, **secret)) {
      return CookieState::kGoodToRenew;
    }
  }
  return CookieState::kBad;
}

Cookie RenewCookie(std::span<const uint8_t> option, CookieState state,
                   const ipdb::IpAddress& source, uint32_t now_s, const CookieSecrets& secrets) {
  Cookie cookie = {};
  if (state == CookieState::kGood) {
    std::copy(option.begin(), option.end(), cookie.begin());
    return cookie;
  }
  std::copy_n(option.begin(), kClientCookieBytes, cookie.begin());
  cookie[8] = kVersion;
  StoreBig(now_s, 4, cookie.data() + 12);
  const uint64_t hash = HashCookie(cookie.data(), source, secrets.current);
  for (size_t i = 0; i < 8; ++i) cookie[16 + i] = static_cast<uint8_t>(hash >> (8 * i));
  return cookie;
}

}  // namespace nearcast::dns
