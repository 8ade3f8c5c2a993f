#include "schedulerlib/snapshot/cdn_standing.h"

#include "absl/strings/str_cat.h"

namespace nearcast::scheduler {
namespace {

absl::string_view CauseText(CdnCause cause) {
  switch (cause) {
    case CdnCause::kDeclaredPoor:
      return "its health is poor";
    case CdnCause::kPlayChecks:
      return "checks find its play domains down";
    case CdnCause::kPushChecks:
      return "checks find its push domains down";
    case CdnCause::kNodes:
      return "all its nodes are drained or down";
    case CdnCause::kDisabled:
      return "disabled";
    case CdnCause::kDeclaredDown:
      return "its health is down";
    case CdnCause::kNoNodes:
      return "it has no nodes";
    case CdnCause::kNone:
      break;
  }
  return "usable";
}

}  // namespace

JudgedCdn JudgeCdn(const Cdn& cdn, CdnRole role, Health checks) {
  if (cdn.disabled) return {CdnStanding::kOut, CdnCause::kDisabled};
  if (cdn.health == CdnHealth::kDown) return {CdnStanding::kOut, CdnCause::kDeclaredDown};
  if (cdn.health == CdnHealth::kPoor) return {CdnStanding::kLastResort, CdnCause::kDeclaredPoor};
  if (checks != Health::kDown) return {};
  return {CdnStanding::kLastResort,
          role == CdnRole::kPlay ? CdnCause::kPlayChecks : CdnCause::kPushChecks};
}

std::string DescribeJudged(const JudgedCdn& judged) {
  const bool last = judged.standing == CdnStanding::kLastResort;
  return absl::StrCat(last ? "a last resort: " : "", CauseText(judged.cause));
}

}  // namespace nearcast::scheduler
