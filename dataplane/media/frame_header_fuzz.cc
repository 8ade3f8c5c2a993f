// Any bytes as an audio or video body, and what it holds as AVC and AAC configurations.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "dataplane/media/aac_config.h"
#include "dataplane/media/avc_config.h"
#include "dataplane/media/frame_header.h"

// The first byte chooses the kind and the NAL length size.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nearcast::media;
  if (size == 0) return 0;
  const FrameKind kind = data[0] & 1 ? FrameKind::kVideo : FrameKind::kAudio;
  const int nal_length_bytes = 1 + (data[0] >> 1) % 4;
  const absl::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto header = ParseFrameHeader(kind, 0, body, nal_length_bytes);
  const absl::string_view config = SequenceHeaderConfig(kind, body);
  if (!header.ok() || !header->sequence_header) NC_CHECK(config.empty());
  (void)ParseAacConfig(config);
  const auto avc = ParseAvcConfig(config);
  if (avc.ok()) NC_CHECK(avc->width_px <= 65536 && avc->height_px <= 65536);
  return 0;
}
