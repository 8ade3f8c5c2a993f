// Any bytes as the configuration records of H.264, H.265 and AAC, and as a sequence parameter set.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "dataplane/media/aac_config.h"
#include "dataplane/media/avc_config.h"
#include "dataplane/media/hevc_config.h"

namespace nearcast::media {
namespace {

constexpr uint32_t kPixelsMax = 65536;

bool IsLength(int bytes) { return bytes == 1 || bytes == 2 || bytes == 4; }

template <typename Config>
void CheckPicture(const Config& config) {
  NC_CHECK(IsLength(config.nal_length_bytes));
  NC_CHECK(config.width_px <= kPixelsMax && config.height_px <= kPixelsMax);
}

void ReadAvc(absl::string_view record) {
  const auto config = ParseAvcConfig(record);
  if (!config.ok()) return;
  CheckPicture(*config);
  size_t bytes = 0;
  for (const std::string& sps : config->sps) bytes += sps.size();
  for (const std::string& pps : config->pps) bytes += pps.size();
  NC_CHECK(bytes < record.size());
}

void ReadHevc(absl::string_view record) {
  const auto config = ParseHevcConfig(record);
  if (!config.ok()) return;
  CheckPicture(*config);
  NC_CHECK(config->profile_space <= 3 && config->profile <= 31);
  size_t bytes = 0;
  for (const std::string& unit : config->parameters) bytes += unit.size();
  NC_CHECK(bytes < record.size());
}

void ReadSps(absl::string_view sps) {
  const auto resolution = ParseSpsResolution(sps);
  if (!resolution.ok()) return;
  NC_CHECK(resolution->width_px <= kPixelsMax && resolution->height_px <= kPixelsMax);
}

}  // namespace
}  // namespace nearcast::media

// The first byte chooses which.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nearcast::media;
  if (size == 0) return 0;
  const absl::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      ReadAvc(bytes);
      break;
    case 1:
      ReadHevc(bytes);
      break;
    case 2:
      ReadSps(bytes);
      break;
    default:
      (void)ParseAacConfig(bytes);
  }
  return 0;
}
