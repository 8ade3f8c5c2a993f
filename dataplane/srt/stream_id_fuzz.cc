// Any bytes as an SRT stream id: a wish that is read is written and read again as the same, where
// it can be written.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "dataplane/srt/message_order.h"
#include "dataplane/srt/stream_id.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nearcast::srt;
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  MessageReader reader;
  (void)reader.Read(bytes);
  const auto wish = ParseStreamId(bytes);
  if (!wish.ok()) return 0;
  const auto id = WriteStreamId(*wish);
  if (!id.ok()) return 0;
  const auto again = ParseStreamId(*id);
  // A leading slash is dropped once each time.
  NC_CHECK(again.ok() || wish->target == "/");
  if (!again.ok() || wish->target.front() == '/') return 0;
  NC_CHECK(again->target == wish->target);
  NC_CHECK(again->gop_cache_ms == wish->gop_cache_ms);
  NC_CHECK(again->host == wish->host);
  NC_CHECK(again->via == wish->via);
  return 0;
}
