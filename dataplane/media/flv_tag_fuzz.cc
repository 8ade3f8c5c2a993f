// Any bytes as an FLV stream: the same tags and the same error in one piece and in small pieces; a
// tag read is what the writer makes of its header and payload; the readers of payloads take
// whatever comes.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "dataplane/media/flv_tag.h"
#include "dataplane/media/frame_header.h"
#include "dataplane/media/metadata.h"
#include "dataplane/media/piecewise.h"

namespace nearcast::media {
namespace {

constexpr size_t kPayloadMax = 1 << 16;

bool Same(const FlvTag& a, const FlvTag& b) { return a.wire == b.wire; }

void CheckTag(const FlvTag& tag) {
  NC_CHECK(tag.payload().size() == tag.header.payload_size);
  NC_CHECK(tag.payload().size() <= kPayloadMax);
  NC_CHECK(tag.wire == EncodeFlvTag(tag.header.kind, tag.header.dts_ms, tag.payload()));
  (void)ParseFrameHeader(tag.header.kind, tag.header.dts_ms, tag.payload());
  (void)ParseMetadata(tag.payload());
}

}  // namespace
}  // namespace nearcast::media

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nearcast::media;
  for (const FlvTag& tag : ReadBothWays<FlvTag>(
           FuzzBytesOf(data, size), FlvTagReader(kPayloadMax), [](const FlvTagReader&) {}, Same)) {
    CheckTag(tag);
  }
  return 0;
}
