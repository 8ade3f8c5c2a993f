// PublishedStreams: which node holds the publisher of which stream, from the nodes' whole lists.
//
// Each report of a node replaces what that node said before. Thread rule: one owner.
#ifndef SCHEDULERLIB_LIVE_PUBLISHED_STREAMS_H_
#define SCHEDULERLIB_LIVE_PUBLISHED_STREAMS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace nearcast::scheduler {

class PublishedStreams {
 public:
  // Streams by "app/stream".
  struct Change {
    std::vector<std::string> started;  // had no publisher anywhere before
    std::vector<std::string> stopped;  // has none anywhere now
    std::string node;                  // whose list it was
  };

  // `streams` is everything that is published to `node` now; empty when the node is gone.
  Change Replace(const std::string& node, const std::set<std::string>& streams);

  // Nodes that hold a publisher of the stream, in the order of names; empty when nobody does.
  std::vector<std::string> NodesOf(absl::string_view stream) const;

 private:
  absl::flat_hash_map<std::string, std::set<std::string>> streams_of_node_;
  absl::flat_hash_map<std::string, std::set<std::string>> nodes_of_stream_;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_LIVE_PUBLISHED_STREAMS_H_
