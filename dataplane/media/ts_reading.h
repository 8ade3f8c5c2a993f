// TsReading: a transport stream read back, for tests: what a strict receiver would say of it.
#ifndef DATAPLANE_MEDIA_TS_READING_H_
#define DATAPLANE_MEDIA_TS_READING_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace nearcast::media {

struct ReadPes {
  uint16_t pid = 0;
  int64_t pts = 0;  // 33 bits
  int64_t dts = 0;
  std::optional<int64_t> pcr;
  bool random_access = false;
  bool discontinuity = false;
  std::string data;
};

struct TsReading {
  std::vector<std::string> errors;  // sync, continuity, CRC, order
  std::vector<ReadPes> packets;     // PES, in the order they begin
  std::map<uint16_t, uint8_t> stream_types;
  std::vector<int64_t> pcrs;
  int tables = 0;  // PAT and PMT packets
};

// Reads whole packets. `continuity` goes on from one call to the next.
TsReading ReadTs(absl::string_view bytes, std::map<uint16_t, uint8_t>* continuity);

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_TS_READING_H_
