// Reads a FrameHeader from an FLV tag body: codec, key frame, sequence header, composition time,
// disposability. Purely a classifier: the body is not changed and not checked beyond its headers.
//
//   NC_ASSIGN_OR_RETURN(const FrameHeader header,
//                       ParseFrameHeader(FrameKind::kVideo, dts_ms, payload));
//   if (header.IsKeyPicture()) …
//
// Sources: Flash Video File Format 10.1, E.4.2 and E.4.3; Enhanced RTMP v2 (FourCC codecs, ModEx,
// multitrack; of a multitrack body the first track counts); ITU-T H.264 7.3.1 and H.265 7.3.1.2 for
// NAL unit types.
#ifndef DATAPLANE_MEDIA_FRAME_HEADER_H_
#define DATAPLANE_MEDIA_FRAME_HEADER_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dataplane/media/frame.h"

namespace nearcast::media {

// Classifies `payload`, an FLV tag body. `nal_length_bytes` (1..4) is the size of the NAL unit
// lengths that the stream's sequence header announces (AvcConfig::nal_length_bytes); nearly every
// encoder uses 4. InvalidArgument when the body ends inside its own header; an unknown codec is no
// error (Codec::kUnknown). Cost: O(1), and one step per NAL unit for H.264 and H.265, of which at
// most 64 are visited.
absl::StatusOr<FrameHeader> ParseFrameHeader(FrameKind kind, uint32_t dts_ms,
                                             absl::string_view payload, int nal_length_bytes = 4);

// Where the codec's own bytes begin in a sequence header's body (behind FLV and AVC or FourCC
// header), for ParseAvcConfig and ParseAacConfig. Empty when `payload` is no sequence header or too
// short.
absl::string_view SequenceHeaderConfig(FrameKind kind, absl::string_view payload);

// The codec's own bytes of a picture or sound (behind FLV and AVC or FourCC header): NAL units with
// their lengths for H.264 and H.265, a raw frame for others. Empty when `payload` is a header, ends
// a sequence, is too short, or carries several tracks.
absl::string_view CodedBytes(FrameKind kind, absl::string_view payload);

// "h264", "aac", …; "unknown".
absl::string_view CodecName(Codec codec);

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_FRAME_HEADER_H_
