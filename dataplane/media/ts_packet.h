// MPEG-TS packets: PES packets and table sections cut into packets of 188 bytes, with continuity
// counters. Source: ISO/IEC 13818-1 2.4.3 (transport packet, adaptation field), 2.4.3.6 (PES),
// annex A (CRC).
#ifndef DATAPLANE_MEDIA_TS_PACKET_H_
#define DATAPLANE_MEDIA_TS_PACKET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace nearcast::media {

inline constexpr size_t kTsPacketBytes = 188;
inline constexpr uint16_t kTsPidMax = 0x1FFE;

// One PES packet. Times are 90 kHz; the wire carries their low 33 bits.
struct PesPacket {
  uint16_t pid = 0;
  uint8_t stream_id = 0;  // 0xE0 video, 0xC0 audio, 0xBD private
  int64_t pts = 0;
  std::optional<int64_t> dts;  // absent: as pts
  std::optional<int64_t> pcr;
  bool random_access = false;
  bool discontinuity = false;  // of the clock, at this packet's PCR
  absl::string_view data;
};

// Thread rule: any thread, one at a time.
class TsPacketWriter {
 public:
  void WritePes(const PesPacket& packet, std::string* out);

  // A section (without its CRC, at most 170 bytes) alone in one packet.
  void WriteSection(uint16_t pid, absl::string_view section, std::string* out);

  // A packet that carries nothing but a clock reference.
  void WritePcr(uint16_t pid, int64_t pcr, std::string* out);

 private:
  // The next counter of `pid`: NC_CHECKs that no more than kPidsMax are in use.
  uint8_t NextContinuity(uint16_t pid);
  uint8_t& Continuity(uint16_t pid);

  static constexpr size_t kPidsMax = 4;
  struct Counter {
    uint16_t pid = 0xFFFF;
    uint8_t next = 0;
  };
  std::array<Counter, kPidsMax> counters_;
};

// CRC_32 of annex A.
uint32_t TsCrc32(absl::string_view bytes);

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_TS_PACKET_H_
