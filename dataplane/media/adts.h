// ADTS: the header that makes a raw AAC frame stand alone. Source: ISO/IEC 14496-3 1.A.3.2.
#ifndef DATAPLANE_MEDIA_ADTS_H_
#define DATAPLANE_MEDIA_ADTS_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "dataplane/media/media_config.h"

namespace nearcast::media {

inline constexpr size_t kAdtsHeaderBytes = 7;
inline constexpr size_t kAdtsFrameBytesMax = (1 << 13) - 1 - kAdtsHeaderBytes;

// Appends `frame` with its header. A rate that ADTS cannot name is written as the nearest; HE-AAC
// is signalled as its core coder (implicit signalling). NC_CHECKs that the frame is at most
// kAdtsFrameBytesMax bytes.
void AppendAdts(const AudioConfig& config, absl::string_view frame, std::string* out);

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_ADTS_H_
