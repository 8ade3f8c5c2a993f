#include "schedulerlib/standby/heard_line.h"

#include <algorithm>
#include <cstddef>

namespace nearcast::scheduler {
namespace {

bool IsWatched(const Snapshot& snapshot, const PushLine& line) {
  if (line.node.empty()) return false;
  const auto node = snapshot.FindNode(line.node);
  return !node || snapshot.node(*node).spec.health != HealthSource::kAlwaysUp;
}

}  // namespace

bool LeadsTo(const Snapshot& snapshot, const PushLine& line, absl::string_view node) {
  if (line.node.empty() || node.empty()) return false;
  if (line.node == node) return true;
  const auto found = snapshot.FindNode(node);
  if (!found) return false;
  const Cdn& cdn = snapshot.cdn(snapshot.node(*found).cdn).spec;
  return cdn.name == line.cdn && cdn.addressing == Addressing::kDomain;
}

Heard HearLine(const Snapshot& snapshot, const PushLine& line,
               absl::Span<const std::string> nodes) {
  if (!IsWatched(snapshot, line)) return Heard::kUnknown;
  const bool is_heard = std::any_of(nodes.begin(), nodes.end(), [&](const std::string& node) {
    return LeadsTo(snapshot, line, node);
  });
  return is_heard ? Heard::kYes : Heard::kNo;
}

bool MayGoOnUnheard(const Snapshot& snapshot, const Stream& stream, absl::string_view node) {
  for (size_t i = 0; i < stream.push_lines.size(); ++i) {
    const PushLine& line = stream.push_lines[i];
    if (IsWatched(snapshot, line) || LeadsTo(snapshot, line, node)) continue;
    if (!HasFailed(stream, i)) return true;
  }
  return false;
}

}  // namespace nearcast::scheduler
