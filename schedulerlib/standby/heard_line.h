// HeardLine: what can be known of a push line's push, from the nodes that hold its stream's publisher.
#ifndef SCHEDULERLIB_STANDBY_HEARD_LINE_H_
#define SCHEDULERLIB_STANDBY_HEARD_LINE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "schedulerlib/model/stream.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/standby/carrier.h"

namespace nearcast::scheduler {

// Whether a push that arrives at `node` may be that line's: the line's own node, or any node of its
// CDN where URLs name the CDN's domain and DNS says which node it is.
bool LeadsTo(const Snapshot& snapshot, const PushLine& line, absl::string_view node);

// `nodes` hold a publisher of the line's stream. kUnknown: the line goes to a vendor, or to a node
// that does not report.
Heard HearLine(const Snapshot& snapshot, const PushLine& line, absl::Span<const std::string> nodes);

// Whether the stream may go on although no node hears it: one of its lines that do not lead to
// `node`, which has just lost it, cannot be watched and is not known to have failed.
bool MayGoOnUnheard(const Snapshot& snapshot, const Stream& stream, absl::string_view node = "");

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STANDBY_HEARD_LINE_H_
