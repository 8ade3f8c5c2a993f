// get and delete: resources by kind and name.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proto/resource/kind.h"
#include "tools/nearcastctl/all_commands.h"
#include "tools/nearcastctl/call.h"
#include "tools/nearcastctl/change_report.h"
#include "tools/nearcastctl/resource_table.h"

namespace nearcast::ctl {
namespace {

std::string KindsDetail() {
  return absl::StrCat("Kinds: ", absl::StrJoin(resource::ListKinds(), ", "),
                      ".\nAlso in lower case, plural, as initials (pp), or just the beginning.");
}

ExitCode ShowOne(Call& call, const v1::Resource& resource) {
  const v1::Resource one[] = {resource};
  switch (call.format()) {
    case OutputFormat::kTable:
      call.Print(WriteResourceTables(one, call.world().style));
      break;
    case OutputFormat::kJson:
      call.Print(WriteResourceJson(resource));
      break;
    case OutputFormat::kYaml:
      call.Print(WriteResourcesYaml(one));
      break;
  }
  return ExitCode::kDone;
}

ExitCode ShowAll(Call& call, const v1::ListResourcesResponse& list) {
  const std::vector<v1::Resource> all(list.resources().begin(), list.resources().end());
  switch (call.format()) {
    case OutputFormat::kTable:
      call.Print(all.empty() ? "none\n" : WriteResourceTables(all, call.world().style));
      break;
    case OutputFormat::kJson:
      call.Print(WriteResourcesJson(all));
      break;
    case OutputFormat::kYaml:
      call.Print(WriteResourcesYaml(all));
      break;
  }
  return ExitCode::kDone;
}

ExitCode RunGet(Call& call) {
  v1::ListResourcesRequest list;
  if (!absl::EqualsIgnoreCase(call.Argument(0), "all")) {
    const absl::StatusOr<std::string> kind = resource::ParseKind(call.Argument(0));
    if (!kind.ok()) return call.Misused(kind.status().message());
    list.set_kind(*kind);
  }
  if (call.arguments() == 1) {
    const auto response = call.client().ListResources(list);
    return response.ok() ? ShowAll(call, *response) : call.Failed(response.status());
  }
  if (list.kind().empty()) return call.Misused("\"all\" has no names; leave the name out");
  v1::GetResourceRequest get;
  get.set_kind(list.kind());
  get.set_name(call.Argument(1));
  const auto resource = call.client().GetResource(get);
  return resource.ok() ? ShowOne(call, *resource) : call.Failed(resource.status());
}

ExitCode RunDelete(Call& call) {
  const absl::StatusOr<std::string> kind = resource::ParseKind(call.Argument(0));
  if (!kind.ok()) return call.Misused(kind.status().message());
  v1::DeleteResourceRequest request;
  request.set_kind(*kind);
  request.set_name(call.Argument(1));
  request.set_validate_only(call.Has("dry-run"));
  call.FillNote(request.mutable_note());
  return ReportChange(call, call.client().DeleteResource(request));
}

}  // namespace

std::vector<Command> ResourceCommands() {
  return {
      {.name = "get",
       .arguments = "KIND [NAME]",
       .summary = "Shows resources of a kind, one of them, or all.",
       .details =
           absl::StrCat(KindsDetail(), "\nWhat -o yaml and -o json print can be applied again."),
       .flags = {},
       .examples = {"nearcastctl get nodes", "nearcastctl get node guangzhou-1 -o yaml",
                    "nearcastctl get ratio -o json", "nearcastctl get all -o yaml > all.yaml"},
       .run = RunGet},
      {.name = "delete",
       .arguments = "KIND NAME",
       .summary = "Deletes a resource that nothing refers to.",
       .details = KindsDetail(),
       .flags = ChangeFlags({}),
       .examples = {"nearcastctl delete node guangzhou-1 --dry-run",
                    "nearcastctl delete node guangzhou-1 --reason \"sold\""},
       .run = RunDelete},
  };
}

}  // namespace nearcast::ctl
