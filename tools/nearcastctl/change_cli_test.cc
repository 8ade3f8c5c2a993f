// What changes the configuration: apply, diff, delete, rollback, ratios, quality, draining; and
// failures of any call.
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "nearcast/v1/admin.pb.h"
#include "tools/nearcastctl/cli_harness.h"

namespace nearcast::ctl {
namespace {

constexpr char kNodeYaml[] = "kind: Node\nname: gz-1\nspec:\n  cdn: own\n  http_port: 8088\n";

v1::Resource MakeNode(uint32_t http_port, int64_t revision) {
  v1::Resource resource;
  resource.set_name("gz-1");
  resource.set_revision(revision);
  resource.mutable_node()->set_cdn("own");
  resource.mutable_node()->set_http_port(http_port);
  return resource;
}

v1::ResourceChange* AddChange(const std::string& kind, const std::string& name,
                              v1::ResourceChange::Action action, v1::ApplyResponse* response) {
  v1::ResourceChange* change = response->add_changes();
  change->set_kind(kind);
  change->set_name(name);
  change->set_action(action);
  return change;
}

// gz-1's http_port was 80 and becomes 8088.
v1::ApplyResponse MakeResponse() {
  v1::ApplyResponse response;
  response.set_revision(12);
  v1::ResourceChange* change = AddChange("Node", "gz-1", v1::ResourceChange::CONFIGURED, &response);
  *change->mutable_before() = MakeNode(80, 11);
  *change->mutable_after() = MakeNode(8088, 12);
  return response;
}

class ChangeCli : public CliHarness {};

TEST_F(ChangeCli, ApplySendsTheResourcesAndSaysWhatBecameOfEach) {
  v1::ApplyResponse response = MakeResponse();
  AddChange("Cdn", "own", v1::ResourceChange::CREATED, &response);
  AddChange("Cdn", "old", v1::ResourceChange::UNCHANGED, &response);
  server_.Answer("Apply", response);
  EXPECT_EQ(Run("apply -f - --reason new%disks", kNodeYaml), 0);
  EXPECT_EQ(out_, "Node/gz-1 configured\nCdn/own created\nCdn/old unchanged\nrevision 12\n");
  EXPECT_EQ(err_, "");
  const auto request = server_.Last<v1::ApplyRequest>("Apply");
  EXPECT_EQ(request.note().author(), "ann");
  EXPECT_EQ(request.note().reason(), "new disks");
  EXPECT_FALSE(request.validate_only());
  ASSERT_EQ(request.resources_size(), 1);
  EXPECT_EQ(request.resources(0).node().http_port(), 8088u);
}

TEST_F(ChangeCli, ApplySaysSoWhenNothingChanged) {
  v1::ApplyResponse response;
  response.set_revision(11);
  AddChange("Node", "gz-1", v1::ResourceChange::UNCHANGED, &response);
  server_.Answer("Apply", response);
  EXPECT_EQ(Run("apply -f -", kNodeYaml), 0);
  EXPECT_EQ(out_, "Node/gz-1 unchanged\nrevision 11, as before\n");
}

TEST_F(ChangeCli, ADryRunOnlyValidates) {
  server_.Answer("Apply", MakeResponse());
  EXPECT_EQ(Run("apply -f - --dry-run --author bob", kNodeYaml), 0);
  EXPECT_EQ(out_, "Node/gz-1 configured (dry run)\nnothing was changed: dry run\n");
  EXPECT_TRUE(server_.Last<v1::ApplyRequest>("Apply").validate_only());
  EXPECT_EQ(server_.Last<v1::ApplyRequest>("Apply").note().author(), "bob");
}

TEST_F(ChangeCli, ApplyAlsoAnswersInJsonAndYaml) {
  v1::ApplyResponse response;
  response.set_revision(12);
  AddChange("Node", "gz-1", v1::ResourceChange::CREATED, &response);
  server_.Answer("Apply", response);
  EXPECT_EQ(Run("apply -f - -o yaml", kNodeYaml), 0);
  EXPECT_EQ(out_, "revision: 12\nchanges:\n  - kind: Node\n    name: gz-1\n    action: created\n");
  EXPECT_EQ(Run("apply -f - -o json", kNodeYaml), 0);
  EXPECT_EQ(out_,
            "{\n \"revision\": \"12\",\n \"changes\": [\n  {\n   \"kind\": \"Node\",\n"
            "   \"name\": \"gz-1\",\n   \"action\": \"CREATED\"\n  }\n ]\n}\n");
}

TEST_F(ChangeCli, FilesAndDirectoriesAreReadInOrder) {
  const std::string directory = absl::StrCat(testing::TempDir(), "/apply_directory");
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  std::ofstream(directory + "/b.yml") << "kind: Cdn\nname: b\n";
  std::ofstream(directory + "/a.yaml") << "kind: Cdn\nname: a\n";
  std::ofstream(directory + "/.hidden.yaml") << "kind: Cdn\nname: h\n";
  std::ofstream(directory + "/notes.txt") << "not YAML: at all:";
  server_.Answer("Apply", v1::ApplyResponse());
  EXPECT_EQ(Run(absl::StrCat("apply -f ", directory, " -f -"), kNodeYaml), 0) << err_;
  const auto request = server_.Last<v1::ApplyRequest>("Apply");
  ASSERT_EQ(request.resources_size(), 3);
  EXPECT_EQ(request.resources(0).name(), "a");
  EXPECT_EQ(request.resources(1).name(), "b");
  EXPECT_EQ(request.resources(2).name(), "gz-1");
  std::filesystem::remove_all(directory);
  EXPECT_EQ(Run(absl::StrCat("apply -f ", directory, " -f /nonexistent/x.yaml")), 2);
  EXPECT_EQ(err_, absl::StrCat("nearcastctl: ", directory,
                               ": No such file or directory\n"
                               "/nonexistent/x.yaml: No such file or directory\n"));
}

TEST_F(ChangeCli, MistakesInTheFileNeverReachTheServer) {
  EXPECT_EQ(Run("apply -f -", "kind: Node\nname: a\nspec: {cdnn: x}\n---\nkind: Nod\n"), 2);
  EXPECT_EQ(err_,
            "nearcastctl: standard input:3:8: unknown field \"cdnn\" in Node; did you mean "
            "\"cdn\"?\n"
            "standard input:5:7: unknown kind \"Nod\"; did you mean \"Node\"?\n");
  EXPECT_EQ(server_.Last<v1::ApplyRequest>("Apply").resources_size(), 0);
  EXPECT_EQ(Run("apply -f -", ""), 2);
  EXPECT_EQ(err_, "nearcastctl: there are no resources in what -f names\n");
  EXPECT_EQ(Run("apply"), 2);
  EXPECT_EQ(err_,
            "nearcastctl: -f FILE is missing\nusage: nearcastctl apply -f FILE\n"
            "more: nearcastctl apply --help\n");
}

TEST_F(ChangeCli, TheServersComplaintsGetTheirPlaces) {
  server_.Refuse("Apply", absl::InvalidArgumentError("Node/gz-1: spec.cdn: there is no Cdn own\n"
                                                     "Node/gz-1: spec.location.region: missing"));
  EXPECT_EQ(Run("apply -f -", kNodeYaml), 1);
  EXPECT_EQ(err_,
            "nearcastctl: standard input:4:3: Node/gz-1: spec.cdn: there is no Cdn own\n"
            "standard input:4:3: Node/gz-1: spec.location.region: missing\n");
}

TEST_F(ChangeCli, AThousandComplaintsFitIntoOneAnswer) {
  std::string complaints = "Node/gz-1: spec.cdn: bad";
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&complaints, "\nNode/n", i, ": spec.cdn: bad");
  server_.Refuse("Apply", absl::InvalidArgumentError(complaints));
  EXPECT_EQ(Run("apply -f -", kNodeYaml), 1);
  EXPECT_NE(err_.find("Node/n999: spec.cdn: bad"), std::string::npos) << err_;
}

TEST_F(ChangeCli, DiffShowsTheLinesThatChangeAndEndsWithOne) {
  server_.Answer("Apply", MakeResponse());
  EXPECT_EQ(Run("diff -f -", kNodeYaml), 1);
  EXPECT_EQ(out_,
            "--- Node/gz-1\trevision 11\n+++ Node/gz-1\tstandard input:1\n@@ -2,4 +2,4 @@\n"
            " name: gz-1\n spec:\n   cdn: own\n-  http_port: 80\n+  http_port: 8088\n");
  EXPECT_TRUE(server_.Last<v1::ApplyRequest>("Apply").validate_only());
}

TEST_F(ChangeCli, DiffShowsANewResourceWhole) {
  v1::ApplyResponse response;
  *AddChange("Node", "gz-1", v1::ResourceChange::CREATED, &response)->mutable_after() =
      MakeNode(80, 0);
  server_.Answer("Apply", response);
  EXPECT_EQ(Run("diff -f -", kNodeYaml), 1);
  EXPECT_EQ(out_,
            "--- /dev/null\n+++ Node/gz-1\tstandard input:1\n@@ -0,0 +1,5 @@\n+kind: Node\n"
            "+name: gz-1\n+spec:\n+  cdn: own\n+  http_port: 80\n");
}

TEST_F(ChangeCli, DiffEndsWithZeroForNoDifferenceAndTwoForAnError) {
  server_.Answer("Apply", v1::ApplyResponse());
  EXPECT_EQ(Run("diff -f -", kNodeYaml), 0);
  EXPECT_EQ(out_, "");
  server_.Refuse("Apply", absl::InvalidArgumentError("Node/gz-1: spec.cdn: bad"));
  EXPECT_EQ(Run("diff -f -", kNodeYaml), 2);
}

TEST_F(ChangeCli, DeleteNamesTheKindInFull) {
  v1::ApplyResponse response;
  response.set_revision(13);
  AddChange("RatioRule", "r", v1::ResourceChange::DELETED, &response);
  server_.Answer("DeleteResource", response);
  EXPECT_EQ(Run("delete rr r -r unused"), 0);
  EXPECT_EQ(out_, "RatioRule/r deleted\nrevision 13\n");
  const auto request = server_.Last<v1::DeleteResourceRequest>("DeleteResource");
  EXPECT_EQ(request.kind(), "RatioRule");
  EXPECT_EQ(request.note().reason(), "unused");
}

TEST_F(ChangeCli, RollbackShowsItsDifferencesInADryRun) {
  server_.Answer("Rollback", MakeResponse());
  EXPECT_EQ(Run("rollback 10 --dry-run"), 0);
  EXPECT_EQ(out_,
            "Node/gz-1 configured (dry run)\nnothing was changed: dry run\n"
            "--- Node/gz-1\trevision 11\n+++ Node/gz-1\tnew\n@@ -2,4 +2,4 @@\n"
            " name: gz-1\n spec:\n   cdn: own\n-  http_port: 80\n+  http_port: 8088\n");
  EXPECT_EQ(server_.Last<v1::RollbackRequest>("Rollback").revision(), 10);
  EXPECT_EQ(Run("rollback latest"), 2);
  EXPECT_EQ(err_, "nearcastctl: \"latest\" is no revision; nearcastctl history lists them\n");
}

TEST_F(ChangeCli, RatiosAreSetWithTheirScope) {
  server_.Answer("SetCdnRatio", MakeResponse());
  EXPECT_EQ(Run("cdn ratio set telecom --main own=70,b=30 --backup b=1 --isp chinatelecom "
                "--publish-point show"),
            0);
  const auto request = server_.Last<v1::SetCdnRatioRequest>("SetCdnRatio");
  EXPECT_EQ(request.rule(), "telecom");
  EXPECT_EQ(request.scope().isp(), "chinatelecom");
  EXPECT_EQ(request.scope().publish_point(), "show");
  ASSERT_EQ(request.main_size(), 2);
  EXPECT_EQ(request.main(1).cdn(), "b");
  EXPECT_EQ(request.main(1).weight(), 30u);
  EXPECT_EQ(request.backup_size(), 1);
  EXPECT_EQ(Run("cdn ratio set --main own=100"), 0);
  EXPECT_FALSE(server_.Last<v1::SetCdnRatioRequest>("SetCdnRatio").has_scope());
  EXPECT_EQ(Run("cdn ratio set --main own"), 2);
  EXPECT_EQ(err_,
            "nearcastctl: --main: \"own\" is no weight; write CDN=NUMBER, as in "
            "own=70,vendor-a=30\n");
  EXPECT_EQ(Run("cdn ratio set --isp x"), 2);
}

TEST_F(ChangeCli, TheDefaultQualityIsSetOfAnyPolicy) {
  server_.Answer("SetDefaultQuality", MakeResponse());
  EXPECT_EQ(Run("quality default set hd"), 0);
  EXPECT_EQ(server_.Last<v1::SetDefaultQualityRequest>("SetDefaultQuality").tier(), "hd");
  EXPECT_EQ(Run("quality default set evening sd"), 0);
  const auto request = server_.Last<v1::SetDefaultQualityRequest>("SetDefaultQuality");
  EXPECT_EQ(request.policy(), "evening");
  EXPECT_EQ(request.tier(), "sd");
}

TEST_F(ChangeCli, NodesAreDrainedAndUndrained) {
  server_.Answer("DrainNode", MakeResponse());
  server_.Answer("UndrainNode", MakeResponse());
  EXPECT_EQ(Run("node drain gz-1 --reason disks"), 0);
  EXPECT_EQ(out_, "Node/gz-1 configured\nrevision 12\n");
  EXPECT_EQ(server_.Last<v1::DrainNodeRequest>("DrainNode").node(), "gz-1");
  EXPECT_EQ(server_.Last<v1::DrainNodeRequest>("DrainNode").note().reason(), "disks");
  EXPECT_EQ(Run("node undrain gz-1"), 0);
  EXPECT_EQ(server_.Last<v1::UndrainNodeRequest>("UndrainNode").note().author(), "ann");
}

TEST_F(ChangeCli, ARefusalEndsWithOneAndItsReason) {
  server_.Refuse("DrainNode", absl::NotFoundError("there is no Node/x"));
  EXPECT_EQ(Run("node drain x"), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_, "nearcastctl: there is no Node/x\n");
  EXPECT_EQ(Run("node undrain x"), 1);
  EXPECT_EQ(err_, absl::StrCat("nearcastctl: ", server_.address(),
                               " does not know this call; it may be another version, or run "
                               "without that role\n"));
}

TEST_F(ChangeCli, AServerThatIsNotThereIsNamed) {
  server_address_ = "127.0.0.1:1";
  EXPECT_EQ(Run("node list"), 2);
  EXPECT_EQ(err_,
            "nearcastctl: cannot reach 127.0.0.1:1: Connection refused; is nearcastd running? "
            "--server or $NEARCAST_SERVER names another address\n");
}

TEST_F(ChangeCli, AServerThatStaysSilentIsGivenUp) {
  server_.StaySilent("ListNodes");
  deadline_ = absl::Milliseconds(200);
  EXPECT_EQ(Run("node list"), 2);
  EXPECT_EQ(err_, absl::StrCat("nearcastctl: ", server_.address(),
                               " did not answer within 200ms; is nearcastd running? --server or "
                               "$NEARCAST_SERVER names another address\n"));
}

}  // namespace
}  // namespace nearcast::ctl
