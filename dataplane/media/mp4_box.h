// Mp4Box: an ISO base media file box, written in place: its size is filled in when it ends.
//
//   { Mp4Box moov("moov", &out); { Mp4Box mvhd("mvhd", 0, 0, &out); … } }
//
// Source: ISO/IEC 14496-12 4.2.
#ifndef DATAPLANE_MEDIA_MP4_BOX_H_
#define DATAPLANE_MEDIA_MP4_BOX_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "dataplane/media/big_endian.h"

namespace nearcast::media {

class Mp4Box {
 public:
  Mp4Box(absl::string_view type, std::string* out) : out_(out), begin_(out->size()) {
    AppendBigEndian(0, 4, out_);
    out_->append(type.data(), 4);
  }

  // A full box.
  Mp4Box(absl::string_view type, uint8_t version, uint32_t flags, std::string* out)
      : Mp4Box(type, out) {
    AppendBigEndian(uint32_t{version} << 24 | flags, 4, out_);
  }

  ~Mp4Box() { StoreBigEndian(out_->size() - begin_, 4, out_->data() + begin_); }
  Mp4Box(const Mp4Box&) = delete;
  Mp4Box& operator=(const Mp4Box&) = delete;

 private:
  std::string* const out_;
  const size_t begin_;
};

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_MP4_BOX_H_
