// history and rollback: the configuration's revisions.
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tools/nearcastctl/all_commands.h"
#include "tools/nearcastctl/call.h"
#include "tools/nearcastctl/change_report.h"
#include "tools/nearcastctl/quantity_text.h"

namespace nearcast::ctl {
namespace {

constexpr int kChangesShown = 5;

std::string WriteHistory(const v1::ListRevisionsResponse& response, TextStyle style) {
  Table table({{"REVISION", Table::Align::kRight}, {"TIME"}, {"AUTHOR"}, {"REASON"}, {"CHANGES"}});
  for (const v1::Revision& revision : response.revisions()) {
    const int changes = revision.changes_size();
    const int shown = changes <= kChangesShown + 1 ? changes : kChangesShown;
    table.AddRow({absl::StrCat(revision.number()), WriteTime(revision.time()),
                  revision.note().author(), revision.note().reason(),
                  changes == 0 ? "" : revision.changes(0)});
    for (int i = 1; i < shown; ++i) table.AddRow({" ", " ", " ", " ", revision.changes(i)});
    if (shown < changes) {
      table.AddRow({" ", " ", " ", " ", absl::StrCat("… and ", changes - shown, " more")});
    }
  }
  return table.empty() ? "none\n" : table.Write(style);
}

ExitCode RunHistory(Call& call) {
  const absl::StatusOr<int> limit = call.GetNumber("limit", 1, 1000, 20);
  if (!limit.ok()) return call.Misused(limit.status().message());
  v1::ListRevisionsRequest request;
  request.set_page_size(*limit);
  const auto revisions = call.client().ListRevisions(request);
  if (!revisions.ok()) return call.Failed(revisions.status());
  return call.Show(*revisions, [&] { return WriteHistory(*revisions, call.world().style); });
}

ExitCode RunRollback(Call& call) {
  int64_t revision = 0;
  if (!absl::SimpleAtoi(call.Argument(0), &revision) || revision < 0) {
    return call.Misused(
        absl::StrCat("\"", call.Argument(0), "\" is no revision; nearcastctl history lists them"));
  }
  v1::RollbackRequest request;
  request.set_revision(revision);
  request.set_validate_only(call.Has("dry-run"));
  call.FillNote(request.mutable_note());
  const auto response = call.client().Rollback(request);
  const ExitCode code = ReportChange(call, response);
  const bool show_diff = call.Has("dry-run") && call.format() == OutputFormat::kTable;
  if (response.ok() && show_diff) call.Print(WriteChangeDiff(*response, {}));
  return code;
}

}  // namespace

std::vector<Command> RevisionCommands() {
  return {
      {.name = "history",
       .arguments = "",
       .summary = "Shows who changed what, when and why; the newest first.",
       .details = "",
       .flags = {{"limit", 'n', "N", "at most so many (20)"}},
       .examples = {"nearcastctl history", "nearcastctl history -n 3 -o yaml"},
       .run = RunHistory},
      {.name = "rollback",
       .arguments = "REVISION",
       .summary = "Makes the configuration of an earlier revision the current one.",
       .details = "It becomes a new revision: nothing is lost, and a roll back can be rolled back. "
                  "--dry-run shows what it would change, line by line.",
       .flags = ChangeFlags({}),
       .examples = {"nearcastctl rollback 12 --dry-run",
                    "nearcastctl rollback 12 --reason \"wrong weights\""},
       .run = RunRollback},
  };
}

}  // namespace nearcast::ctl
