#include "dataplane/media/ts_packet.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "dataplane/media/big_endian.h"

namespace nearcast::media {
namespace {

constexpr char kSync = 0x47;
constexpr size_t kHeaderBytes = 4;
constexpr size_t kPcrFieldBytes = 6;
constexpr size_t kPesHeaderBytesMax = 19;
constexpr uint8_t kVideoStreamIds = 0xE0;

std::array<uint32_t, 256> BuildCrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i << 24;
    for (int bit = 0; bit < 8; ++bit) crc = crc << 1 ^ ((crc >> 31) != 0 ? 0x04C11DB7u : 0);
    table[i] = crc;
  }
  return table;
}

void StorePcr(int64_t pcr, char* out) {
  const uint64_t base = static_cast<uint64_t>(pcr) & ((uint64_t{1} << 33) - 1);
  StoreBigEndian(base << 15 | 0x7E00, static_cast<int>(kPcrFieldBytes), out);  // extension 0
}

void StoreTimestamp(uint8_t marker, int64_t time, char* out) {
  const uint64_t t = static_cast<uint64_t>(time);
  StoreBigEndian(uint64_t{marker} << 36 | (t >> 30 & 7) << 33 | uint64_t{1} << 32 |
                     (t >> 15 & 0x7FFF) << 17 | uint64_t{1} << 16 | (t & 0x7FFF) << 1 | 1,
                 5, out);
}

size_t WritePesHeader(const PesPacket& packet, char* out) {
  const bool both = packet.dts && *packet.dts != packet.pts;
  const size_t optional = both ? 10 : 5;
  const size_t length = 3 + optional + packet.data.size();
  // A video packet may leave its length open (0); others must state it.
  const bool open = packet.stream_id >= kVideoStreamIds && length > 0xFFFF;
  NC_CHECK(open || length <= 0xFFFF);
  StoreBigEndian(0x000001, 3, out);
  out[3] = static_cast<char>(packet.stream_id);
  StoreBigEndian(open ? 0 : length, 2, out + 4);
  out[6] = static_cast<char>(0x84);  // data alignment
  out[7] = static_cast<char>(both ? 0xC0 : 0x80);
  out[8] = static_cast<char>(optional);
  StoreTimestamp(both ? 3 : 2, packet.pts, out + 9);
  if (both) StoreTimestamp(1, *packet.dts, out + 14);
  return 9 + optional;
}

void StoreHeader(uint16_t pid, bool unit_start, uint8_t control, uint8_t continuity, char* out) {
  out[0] = kSync;
  StoreBigEndian((unit_start ? 0x4000u : 0u) | pid, 2, out + 1);
  out[3] = static_cast<char>(control << 4 | continuity);
}

// Writes an adaptation field of exactly `size` bytes (1: its length alone).
void StoreAdaptation(const PesPacket* first, size_t size, char* out) {
  std::memset(out, 0xFF, size);
  out[0] = static_cast<char>(size - 1);
  if (size == 1) return;
  out[1] = 0;
  if (first == nullptr) return;
  out[1] = static_cast<char>((first->discontinuity ? 0x80 : 0) | (first->random_access ? 0x40 : 0) |
                             (first->pcr ? 0x10 : 0));
  if (first->pcr) StorePcr(*first->pcr, out + 2);
}

// What the first packet's adaptation field must hold; 0 for none.
size_t AdaptationBytes(const PesPacket& packet) {
  if (packet.pcr) return 2 + kPcrFieldBytes;
  return packet.random_access || packet.discontinuity ? 2 : 0;
}

}  // namespace

uint32_t TsCrc32(absl::string_view bytes) {
  static const std::array<uint32_t, 256> table = BuildCrcTable();
  uint32_t crc = 0xFFFFFFFF;
  for (const char byte : bytes) crc = crc << 8 ^ table[(crc >> 24 ^ static_cast<uint8_t>(byte))];
  return crc;
}

uint8_t& TsPacketWriter::Continuity(uint16_t pid) {
  for (Counter& counter : counters_) {
    if (counter.pid == 0xFFFF) counter.pid = pid;
    if (counter.pid == pid) return counter.next;
  }
  NC_CHECK(false);
  return counters_[0].next;
}

uint8_t TsPacketWriter::NextContinuity(uint16_t pid) {
  uint8_t& next = Continuity(pid);
  const uint8_t current = next;
  next = (next + 1) & 0x0F;
  return current;
}

void TsPacketWriter::WritePes(const PesPacket& packet, std::string* out) {
  char head[kPesHeaderBytesMax];
  const size_t head_bytes = WritePesHeader(packet, head);
  absl::string_view rest = packet.data;
  const size_t total = head_bytes + rest.size() + AdaptationBytes(packet);
  out->reserve(out->size() + (total / (kTsPacketBytes - kHeaderBytes) + 2) * kTsPacketBytes);
  for (bool first = true; first || !rest.empty(); first = false) {
    const size_t before = first ? head_bytes : 0;
    size_t adaptation = first ? AdaptationBytes(packet) : 0;
    const size_t room = kTsPacketBytes - kHeaderBytes - before;
    // What the payload does not fill is stuffing in the adaptation field.
    if (rest.size() < room - adaptation) adaptation = room - rest.size();
    const size_t taken = room - adaptation;
    const size_t at = out->size();
    out->resize(at + kTsPacketBytes);
    char* p = out->data() + at;
    StoreHeader(packet.pid, first, adaptation > 0 ? 3 : 1, NextContinuity(packet.pid), p);
    p += kHeaderBytes;
    if (adaptation > 0) StoreAdaptation(first ? &packet : nullptr, adaptation, p);
    p += adaptation;
    if (first) std::memcpy(p, head, head_bytes);
    std::memcpy(p + before, rest.data(), taken);
    rest.remove_prefix(taken);
  }
}

void TsPacketWriter::WriteSection(uint16_t pid, absl::string_view section, std::string* out) {
  NC_CHECK(section.size() + 4 <= kTsPacketBytes - kHeaderBytes - 1);
  const size_t at = out->size();
  out->resize(at + kTsPacketBytes, static_cast<char>(0xFF));
  char* p = out->data() + at;
  StoreHeader(pid, true, 1, NextContinuity(pid), p);
  p[kHeaderBytes] = 0;  // pointer_field
  p += kHeaderBytes + 1;
  std::memcpy(p, section.data(), section.size());
  StoreBigEndian(TsCrc32(section), 4, p + section.size());
}

void TsPacketWriter::WritePcr(uint16_t pid, int64_t pcr, std::string* out) {
  const size_t at = out->size();
  out->resize(at + kTsPacketBytes);
  char* p = out->data() + at;
  // A packet without payload repeats the counter of the last one with payload.
  StoreHeader(pid, false, 2, (Continuity(pid) + 15) & 0x0F, p);
  PesPacket clock;
  clock.pcr = pcr;
  StoreAdaptation(&clock, kTsPacketBytes - kHeaderBytes, p + kHeaderBytes);
}

}  // namespace nearcast::media
