#include "dataplane/hls/in_band_sets.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "dataplane/media/big_endian.h"
#include "dataplane/media/bit_reader.h"
#include "dataplane/media/nal_units.h"

namespace nearcast::hls {
namespace {

using media::Codec;

constexpr size_t kSetsMax = 16;  // of a kind
constexpr size_t kSetBytesMax = 4096;
constexpr size_t kHevcHeadBytes = 22;  // of hvcC, before its arrays

// Kinds in the order in which they are sent: VPS (H.265), SPS, PPS.
enum Kind : size_t { kVps, kSps, kPps, kKinds };
using Sets = std::array<std::vector<std::string>, kKinds>;

int TypeOf(Codec codec, Kind kind) {
  if (codec == Codec::kH264) return kind == kSps ? 7 : kind == kPps ? 8 : -1;
  return kind == kVps ? 32 : kind == kSps ? 33 : 34;
}

Kind KindOf(Codec codec, absl::string_view unit) {
  const uint8_t first = media::ByteAt(unit, 0);
  const int type = codec == Codec::kH264 ? first & 0x1F : first >> 1 & 0x3F;
  for (const Kind kind : {kVps, kSps, kPps}) {
    if (type == TypeOf(codec, kind)) return kind;
  }
  return kKinds;
}

Sets KnownSets(const media::VideoConfig& config) {
  Sets sets;
  for (const std::string& set : config.parameter_sets) {
    const Kind kind = KindOf(config.codec, set);
    if (kind != kKinds) sets[kind].push_back(set);
  }
  return sets;
}

// False when there are more, or larger ones, than a description holds.
bool ReadSets(const media::VideoConfig& config, absl::string_view units, Sets* sets) {
  while (true) {
    const absl::string_view unit = media::TakeNalUnit(config.nal_length_bytes, &units);
    if (unit.empty()) return true;
    const Kind kind = KindOf(config.codec, unit);
    if (kind == kKinds) continue;
    if (unit.size() > kSetBytesMax || (*sets)[kind].size() >= kSetsMax) return false;
    (*sets)[kind].emplace_back(unit.data(), unit.size());
  }
}

bool IsKnown(const Sets& brought, const Sets& known) {
  for (size_t kind = 0; kind < kKinds; ++kind) {
    for (const std::string& set : brought[kind]) {
      if (std::count(known[kind].begin(), known[kind].end(), set) == 0) return false;
    }
  }
  return true;
}

void PutSets(const std::vector<std::string>& sets, std::string* record) {
  for (const std::string& set : sets) {
    media::AppendBigEndian(set.size(), 2, record);
    record->append(set);
  }
}

// What a record of the high profiles has behind its PPS: how colours are stored.
std::string ColoursOf(absl::string_view record) {
  media::BitReader reader(record);
  reader.Skip(5 * 8);
  for (const uint32_t mask : {0x1Fu, 0xFFu}) {
    for (uint32_t left = reader.Bits(8) & mask; left > 0 && reader.ok(); --left) {
      reader.Bytes(reader.Bits(16));
    }
  }
  const absl::string_view rest = reader.ok() ? reader.Rest() : absl::string_view();
  return std::string(rest.data(), rest.size());
}

std::string AvcRecord(const media::VideoConfig& old, const Sets& sets) {
  const std::string& sps = sets[kSps].front();
  if (sps.size() < 4) return "";
  std::string record(1, 1);
  record.append(sps, 1, 3);  // profile, compatibility, level
  record.push_back(static_cast<char>(0xFC | (old.nal_length_bytes - 1)));
  record.push_back(static_cast<char>(0xE0 | sets[kSps].size()));
  PutSets(sets[kSps], &record);
  record.push_back(static_cast<char>(sets[kPps].size()));
  PutSets(sets[kPps], &record);
  if (old.record.size() > 1 && old.record[1] == sps[1]) record.append(ColoursOf(old.record));
  return record;
}

std::string HevcRecord(const media::VideoConfig& old, const Sets& sets) {
  if (old.record.size() < kHevcHeadBytes) return "";
  std::string record = old.record.substr(0, kHevcHeadBytes);
  record.push_back(static_cast<char>(kKinds));
  for (const Kind kind : {kVps, kSps, kPps}) {
    record.push_back(static_cast<char>(0x80 | TypeOf(Codec::kH265, kind)));
    media::AppendBigEndian(sets[kind].size(), 2, &record);
    PutSets(sets[kind], &record);
  }
  return record;
}

}  // namespace

std::optional<media::VideoConfig> FindInBandConfig(const media::VideoConfig& config,
                                                   absl::string_view units) {
  Sets sets;
  if (!ReadSets(config, units, &sets) || sets[kSps].empty()) return std::nullopt;
  Sets known = KnownSets(config);
  if (IsKnown(sets, known)) return std::nullopt;
  // Kinds that the frame does not bring stay as they are.
  for (size_t kind = 0; kind < kKinds; ++kind) {
    if (sets[kind].empty()) sets[kind] = std::move(known[kind]);
  }
  const bool avc = config.codec == Codec::kH264;
  const std::string record = avc ? AvcRecord(config, sets) : HevcRecord(config, sets);
  const std::string header =
      avc ? std::string("\x17\0\0\0\0", 5) : std::string("\x90hvc1", 5);  // of a sequence header
  auto found = media::ParseVideoConfig(header + record);
  if (!found.ok()) return std::nullopt;
  return *std::move(found);
}

}  // namespace nearcast::hls
