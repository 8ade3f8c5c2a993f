// SourceFinder: who has a stream, best first. Two kinds: the control plane (node_agent) and a fixed
// origin (static_finder.h).
#ifndef DATAPLANE_PULL_SOURCE_FINDER_H_
#define DATAPLANE_PULL_SOURCE_FINDER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace nearcast::pull {

struct Source {
  std::string node;  // empty where it has no name
  std::string url;   // http://host:port/app/stream.flv

  // For logs: without the query, where signatures stand.
  std::string LoggedUrl() const { return url.substr(0, url.find('?')); }
};

struct SourceQuestion {
  std::string stream;                      // app/name
  std::vector<std::string> exclude_nodes;  // tried in vain: ask for others
};

using Sources = std::vector<Source>;

// Thread rule: any thread.
class SourceFinder {
 public:
  using Done = std::function<void(absl::StatusOr<Sources>)>;
  virtual ~SourceFinder() = default;

  // Calls `done` once, from any thread, maybe before it returns. In the order to try. NotFound:
  // nobody has the stream. Anything else: it could not be found out.
  virtual void Find(const SourceQuestion& question, Done done) = 0;
};

}  // namespace nearcast::pull

#endif  // DATAPLANE_PULL_SOURCE_FINDER_H_
