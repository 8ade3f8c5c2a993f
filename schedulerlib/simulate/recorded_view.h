// RecordedView: one view of the past, a line of a trace.
//
//   time_s,viewer,address,publish_point,stream,watch_s,os,device,grade
//   1790000000,u1,14.215.177.39,show,s1,540,android 13,m1,6
//
// Columns in any order, named by the header: time_s, address, publish_point and stream are needed;
// viewer (else the address), watch_s (else the publish point's), app, app_version, device, os,
// network, class and grade may be there. Lines in the order of time.
#ifndef SCHEDULERLIB_SIMULATE_RECORDED_VIEW_H_
#define SCHEDULERLIB_SIMULATE_RECORDED_VIEW_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ipdb/csv_rows.h"
#include "schedulerlib/model/viewer.h"

namespace nearcast::scheduler {

struct RecordedView {
  int64_t time_s = 0;  // Unix seconds
  Viewer viewer;
  std::string publish_point;
  std::string stream;
  uint32_t watch_s = 0;  // 0 = unknown
};

// Reads a trace that comes line by line: the first is the header. One owner.
class TraceReader {
 public:
  // INVALID_ARGUMENT for a line that is none, without its number. Fills `view` from a row; `is_row`
  // is false for the header, blank lines and comments ("#").
  absl::Status Read(absl::string_view line, RecordedView& view, bool& is_row);

 private:
  static constexpr size_t kColumns = 13;

  absl::Status ReadHeader();
  absl::string_view Field(size_t column) const;

  bool has_header_ = false;
  std::array<int, kColumns> place_of_;  // where each known column stands; -1 = absent
  ipdb::CsvFields fields_;
  size_t width_ = 0;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SIMULATE_RECORDED_VIEW_H_
