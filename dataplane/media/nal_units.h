// NAL units in their two wire forms: with a length before each (FLV, MP4) and with a start code
// (Annex B: MPEG-TS). Sources: ISO/IEC 14496-15 5.3.3.1 (lengths); ITU-T H.264 7.4.1.2.3 and annex
// B, H.265 7.4.2.4.4 and annex B (order of an access unit).
#ifndef DATAPLANE_MEDIA_NAL_UNITS_H_
#define DATAPLANE_MEDIA_NAL_UNITS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "dataplane/media/frame.h"

namespace nearcast::media {

// Takes the next NAL unit off the front of *units. Empty when none is left; a unit that claims more
// bytes than there are gets those that are there. Units of length 0 are passed over.
absl::string_view TakeNalUnit(int nal_length_bytes, absl::string_view* units);

struct AccessUnitForm {
  Codec codec = Codec::kH264;  // or kH265
  int nal_length_bytes = 4;

  // Written before the pictures of a key frame that brings no parameter sets of its own.
  const std::vector<std::string>* parameter_sets = nullptr;
};

// Appends one access unit in Annex B form: an access unit delimiter, parameter sets before a key
// frame's pictures, then the units. `units` has lengths before each; its own delimiters are left
// out. Appends nothing when `units` holds no unit.
void AppendAnnexB(const AccessUnitForm& form, bool key, absl::string_view units, std::string* out);

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_NAL_UNITS_H_
