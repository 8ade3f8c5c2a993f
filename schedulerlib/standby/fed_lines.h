// FedLines: the viewer's two lines, put where pictures are.
//
// - A main line at a CDN whose push has failed goes to one that is fed (cold standby's stand-in, or
//   what is left of hot standby); a backup line there is dropped.
// - In hot standby the two lines come from the two pushes, so that either of them may fail: a backup
//   line that hangs on the same push as the main line goes to the other push's CDN.
#ifndef SCHEDULERLIB_STANDBY_FED_LINES_H_
#define SCHEDULERLIB_STANDBY_FED_LINES_H_

#include <optional>

#include "absl/functional/function_ref.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/model/stream.h"
#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::scheduler {

struct FedLines {
  CdnIndex main;
  std::optional<CdnIndex> backup;

  // What was moved.
  bool main_moved = false;
  bool backup_moved = false;
};

struct FedLinesQuestion {
  const Snapshot& snapshot;
  const Stream& stream;

  // Whether the CDN may carry this viewer's main line, and the backup line.
  absl::FunctionRef<bool(CdnIndex)> may_carry;
  absl::FunctionRef<bool(CdnIndex)> may_back_up;

  bool may_have_backup = true;  // not turned off
  bool may_move_backup = true;  // hot standby, and nobody has set the backup line by hand
};

// `wanted` is what the ratio rules, holds and switches gave. Where nothing that is fed may carry the
// viewer the main line stays: the push may come back.
FedLines ChooseFedLines(const FedLinesQuestion& question, FedLines wanted);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STANDBY_FED_LINES_H_
