// Any bytes as an FLV stream: the same tags and the same error in one piece and in small pieces; a
// tag read is what the writer makes of its header and payload; the readers of payloads take
// whatever comes.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "dataplane/media/flv_tag.h"
#include "dataplane/media/frame_header.h"
#include "dataplane/media/metadata.h"

namespace nearcast::media {
namespace {

constexpr size_t kPayloadMax = 1 << 16;

struct Reading {
  std::vector<FlvTag> tags;
  absl::Status status;
};

Reading ReadInPieces(absl::string_view bytes, size_t piece_bytes) {
  FlvTagReader reader(kPayloadMax);
  Reading reading;
  while (!bytes.empty()) {
    absl::string_view piece = bytes.substr(0, piece_bytes);
    bytes.remove_prefix(piece.size());
    while (true) {
      auto tag = reader.Read(&piece);
      if (!tag.ok()) {
        reading.status = tag.status();
        return reading;
      }
      if (!*tag) break;
      reading.tags.push_back(**std::move(tag));
    }
    NC_CHECK(piece.empty());
  }
  return reading;
}

void CheckTag(const FlvTag& tag) {
  NC_CHECK(tag.payload().size() == tag.header.payload_size);
  NC_CHECK(tag.payload().size() <= kPayloadMax);
  NC_CHECK(tag.wire == EncodeFlvTag(tag.header.kind, tag.header.dts_ms, tag.payload()));
  (void)ParseFrameHeader(tag.header.kind, tag.header.dts_ms, tag.payload());
  (void)ParseMetadata(tag.payload());
}

}  // namespace
}  // namespace nearcast::media

// The first byte chooses the size of the pieces.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nearcast::media;
  if (size == 0) return 0;
  const absl::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Reading whole = ReadInPieces(bytes, size);
  const Reading pieces = ReadInPieces(bytes, 1 + data[0]);
  NC_CHECK(whole.status.code() == pieces.status.code());
  NC_CHECK(whole.tags.size() == pieces.tags.size());
  for (size_t i = 0; i < whole.tags.size(); ++i) {
    NC_CHECK(whole.tags[i].wire == pieces.tags[i].wire);
    CheckTag(whole.tags[i]);
  }
  return 0;
}
