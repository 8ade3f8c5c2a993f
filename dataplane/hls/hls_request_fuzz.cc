// Any bytes as the path and query of an HLS request, and as a session id: what is accepted keeps to
// its bounds.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "dataplane/hls/hls_request.h"
#include "dataplane/hls/session_id.h"

// Path, '?', query.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nearcast::hls;
  const absl::string_view target(reinterpret_cast<const char*>(data), size);
  const size_t mark = target.find('?');
  const absl::string_view query =
      mark == absl::string_view::npos ? absl::string_view() : target.substr(mark + 1);
  const auto request = ParseHlsRequest(target.substr(0, mark), query, {});
  static const SessionSigner signer;
  NC_CHECK(!signer.Verify(query, {"live/show", ""}));
  if (!request.ok()) return 0;
  NC_CHECK(request->slice_ms >= kSliceMsMin && request->slice_ms <= kSliceMsMax);
  NC_CHECK(request->start_ms >= -1 && request->start_ms <= kStartMsMax);
  NC_CHECK(request->end >= request->first && request->end - request->first <= kSlicePiecesMax);
  NC_CHECK(request->stream.find(request->name) != std::string::npos);
  NC_CHECK(request->resource == Resource::kPlaylist || !request->sid.empty());
  return 0;
}
