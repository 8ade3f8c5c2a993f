// The request's head, its query and a chunked body: no crash, no unbounded memory, and parts that
// add up.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "services/http/chunked_body.h"
#include "services/http/query_params.h"
#include "services/http/request.h"
#include "services/http/request_head.h"

namespace nearcast::http {
namespace {

void ReadQuery(absl::string_view query) {
  QueryParams params;
  if (!params.Parse(query).ok()) {
    NC_CHECK(params.all().empty());
    return;
  }
  size_t bytes = 0;
  for (const QueryParams::Param& param : params.all()) {
    bytes += param.name.size() + param.value.size();
    NC_CHECK(params.Find(param.name).has_value());
  }
  NC_CHECK(bytes <= query.size());
}

// Cut anywhere, a chunked body comes out the same.
void ReadChunked(absl::string_view bytes) {
  constexpr size_t kBodyBytesMax = 1000;
  ChunkedBody whole(kBodyBytesMax);
  ChunkedBody pieces(kBodyBytesMax);
  size_t used = 0;
  const auto whole_state = whole.Feed(bytes, &used);
  auto state = ChunkedBody::State::kMore;
  for (size_t i = 0; i < used; ++i) {
    size_t one = 0;
    state = pieces.Feed(bytes.substr(i, 1), &one);
    NC_CHECK(one == 1);
  }
  NC_CHECK(state == whole_state);
  NC_CHECK(whole.body() == pieces.body());
  NC_CHECK(whole.body().size() <= kBodyBytesMax);
}

void ReadHead(absl::string_view bytes) {
  const size_t end = FindHeadEnd(bytes, 0);
  if (end == absl::string_view::npos) return;
  Request request;
  RequestFraming framing;
  if (ParseRequestHead(bytes.substr(0, end), &request, &framing)) return;
  NC_CHECK(!request.path.empty() && request.headers.size() <= kHeaderFieldsMax);
  ReadQuery(request.query);
  (void)request.header("host");
}

}  // namespace
}  // namespace nearcast::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  nearcast::http::ReadQuery(bytes);
  nearcast::http::ReadChunked(bytes);
  nearcast::http::ReadHead(bytes);
  return 0;
}
