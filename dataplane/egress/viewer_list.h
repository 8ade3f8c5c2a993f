// The viewers of a node, as people are told about them: asked of every serving thread, answered
// together.
//
//   ListViewers(workers, home, {.stream = "live/show", .limit = 100}, [](ViewerList list) { … });
#ifndef DATAPLANE_EGRESS_VIEWER_LIST_H_
#define DATAPLANE_EGRESS_VIEWER_LIST_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dataplane/egress/viewer_status.h"
#include "dataplane/egress/worker.h"

namespace nearcast::egress {

inline constexpr size_t kViewerListMax = 10'000;

struct ViewerQuestion {
  std::string stream;  // app/name; empty = of every stream
  size_t limit = 1'000;
};

// "stream=live/show&limit=100"; other parameters are left alone. InvalidArgument names the
// parameter.
absl::StatusOr<ViewerQuestion> ParseViewerQuestion(absl::string_view query);

// `done` runs on `home`'s thread once every worker has answered; a worker that has stopped never
// does. Any thread.
void ListViewers(const std::vector<Worker*>& workers, Worker* home, const ViewerQuestion& question,
                 std::function<void(std::vector<ViewerStatus>)> done);

// {"viewers":[{…}]}
std::string WriteViewersJson(const std::vector<ViewerStatus>& viewers);

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_VIEWER_LIST_H_
