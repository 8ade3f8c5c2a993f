#include "schedulerlib/live/published_streams.h"

namespace nearcast::scheduler {

PublishedStreams::Change PublishedStreams::Replace(const std::string& node,
                                                   const std::set<std::string>& streams) {
  Change change;
  change.node = node;
  std::set<std::string>& before = streams_of_node_[node];
  for (const std::string& stream : streams) {
    if (before.count(stream) > 0) continue;
    std::set<std::string>& nodes = nodes_of_stream_[stream];
    if (nodes.empty()) change.started.push_back(stream);
    nodes.insert(node);
  }
  for (const std::string& stream : before) {
    if (streams.count(stream) > 0) continue;
    const auto nodes = nodes_of_stream_.find(stream);
    nodes->second.erase(node);
    if (!nodes->second.empty()) continue;
    change.stopped.push_back(stream);
    nodes_of_stream_.erase(nodes);
  }
  before = streams;
  if (before.empty()) streams_of_node_.erase(node);
  return change;
}

std::vector<std::string> PublishedStreams::NodesOf(absl::string_view stream) const {
  const auto nodes = nodes_of_stream_.find(stream);
  if (nodes == nodes_of_stream_.end()) return {};
  return {nodes->second.begin(), nodes->second.end()};
}

}  // namespace nearcast::scheduler
