// The vocabulary of one media frame: what kind it is, which codec, and what a cache or a drop
// policy must know of it.
//
// A frame travels as an FLV tag body (Adobe Flash Video File Format 10.1, annex E), the same bytes
// that an RTMP audio, video or data message carries. frame_header.h reads a FrameHeader from such a
// body.
#ifndef DATAPLANE_MEDIA_FRAME_H_
#define DATAPLANE_MEDIA_FRAME_H_

#include <cstdint>

namespace nearcast::media {

// Values are the FLV tag types (E.4.1), which are also the RTMP message type ids (RTMP 1.0, 7.1).
enum class FrameKind : uint8_t { kAudio = 8, kVideo = 9, kScript = 18 };

enum class Codec : uint8_t {
  kUnknown,
  // Video. kH265 stands for both the legacy codec id 12 and the FourCC hvc1 of Enhanced RTMP.
  kH264,
  kH265,
  kAv1,
  kVp8,
  kVp9,
  // Audio.
  kAac,
  kMp3,
  kOpus,
  kFlac,
  kAc3,
  kEac3,
  kG711A,
  kG711U,
  kSpeex,
};

struct FrameHeader {
  FrameKind kind = FrameKind::kScript;
  Codec codec = Codec::kUnknown;

  // Video: the FLV frame type says key frame. A sequence header carries this flag too: test
  // sequence_header first.
  bool keyframe = false;

  // Video, H.264 and H.265 only: the access unit holds an IDR picture, so that a decoder can start
  // here whatever came before. Encoders with open GOPs flag non-IDR pictures as key frames:
  // keyframe && !idr tells them.
  bool idr = false;

  // A decoder configuration (AVCC, HVCC, AV1C, AudioSpecificConfig, …), not a picture or sound.
  bool sequence_header = false;

  // Video: the encoder ended the sequence; carries no picture.
  bool end_of_sequence = false;

  // Video: no other frame refers to this one (FLV frame type 3, or H.264 nal_ref_idc 0 in all its
  // slices).
  bool disposable = false;

  // Decoding time in milliseconds; wraps at 2^32. The FLV timestamp, or the RTMP message timestamp.
  uint32_t dts_ms = 0;

  // Presentation time minus decoding time, in milliseconds; may be negative.
  int32_t composition_ms = 0;

  // A picture that a viewer may start at: a key frame that is not a header.
  bool IsKeyPicture() const { return keyframe && !sequence_header && !end_of_sequence; }
};

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_FRAME_H_
