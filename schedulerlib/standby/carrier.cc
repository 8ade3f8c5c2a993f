#include "schedulerlib/standby/carrier.h"

namespace nearcast::scheduler {
namespace {

bool Carries(const Stream& stream, size_t line) {
  switch (stream.carried_by) {
    case CarriedBy::kMain:
      return line == 0;
    case CarriedBy::kBackup:
      return line == 1;
    case CarriedBy::kPlanned:
      return !stream.push_lines[line].on_failure_only;
  }
  return true;
}

}  // namespace

bool HasFailed(const Stream& stream, size_t line) {
  return stream.carried_by != CarriedBy::kPlanned && !Carries(stream, line);
}

CarriedBy FindCarrier(const Stream& stream, Heard main, Heard backup) {
  if (stream.push_lines.size() != 2) return CarriedBy::kPlanned;
  const bool is_cold = stream.push_lines[1].on_failure_only;
  if (main == Heard::kNo && backup == Heard::kYes) return CarriedBy::kBackup;
  if (main == Heard::kYes && (backup == Heard::kYes || is_cold)) return CarriedBy::kPlanned;
  if (main == Heard::kYes && backup == Heard::kNo) return CarriedBy::kMain;
  if (is_cold) return stream.carried_by;
  const CarriedBy now = stream.carried_by;
  if (backup == Heard::kUnknown && now != CarriedBy::kMain) {
    if (main == Heard::kNo) return CarriedBy::kBackup;
    if (main == Heard::kYes) return CarriedBy::kPlanned;
  }
  if (main == Heard::kUnknown && now != CarriedBy::kBackup) {
    if (backup == Heard::kNo) return CarriedBy::kMain;
    if (backup == Heard::kYes) return CarriedBy::kPlanned;
  }
  return now;
}

std::optional<size_t> FeedOf(const Stream& stream, absl::string_view cdn) {
  std::optional<size_t> first;
  bool has_failed = false;
  for (size_t line = 0; line < stream.push_lines.size(); ++line) {
    const bool is_own = stream.push_lines[line].cdn == cdn;
    if (Carries(stream, line)) {
      if (is_own) return line;
      if (!first) first = line;
    } else if (is_own && HasFailed(stream, line)) {
      has_failed = true;
    }
  }
  if (has_failed) return std::nullopt;
  return first.value_or(0);
}

}  // namespace nearcast::scheduler
