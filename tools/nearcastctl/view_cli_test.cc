// What only looks: each printer's output as a whole.
#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nearcast/v1/admin.pb.h"
#include "nearcast/v1/client.pb.h"
#include "tools/nearcastctl/all_commands.h"
#include "tools/nearcastctl/cli_harness.h"
#include "tools/nearcastctl/command_line.h"

namespace nearcast::ctl {
namespace {

class ViewCli : public CliHarness {};

v1::Resource MakeRule(const std::string& name) {
  v1::Resource rule;
  rule.set_name(name);
  rule.set_revision(4);
  const std::pair<const char*, uint32_t> weights[] = {{"own", 70}, {"vendor-a", 30}};
  for (const auto& [cdn, weight] : weights) {
    v1::RatioRule::Weight* added = rule.mutable_ratio_rule()->add_main();
    added->set_cdn(cdn);
    added->set_weight(weight);
  }
  return rule;
}

v1::ListResourcesResponse MakeResources() {
  v1::ListResourcesResponse list;
  v1::Resource* node = list.add_resources();
  node->set_name("gz-1");
  node->set_revision(3);
  node->mutable_node()->set_cdn("own");
  node->mutable_node()->mutable_location()->set_country("CN");
  node->mutable_node()->mutable_location()->set_region("440000");
  node->mutable_node()->mutable_location()->set_isp("chinatelecom");
  node->mutable_node()->add_addresses("192.0.2.11");
  node->mutable_node()->add_addresses("2001:db8::11");
  v1::Resource* rule = list.add_resources();
  *rule = MakeRule("telecom");
  rule->mutable_ratio_rule()->mutable_scope()->set_isp("chinatelecom");
  return list;
}

TEST_F(ViewCli, GetShowsATableForEachKind) {
  server_.Answer("ListResources", MakeResources());
  EXPECT_EQ(Run("get all"), 0);
  EXPECT_EQ(out_,
            "NODE  CDN  LOCATION                ADDRESSES                STATE   REVISION\n"
            "gz-1  own  CN/440000 chinatelecom  192.0.2.11,2001:db8::11  active         3\n"
            "\n"
            "RATIORULE  SCOPE             MAIN                BACKUP   REVISION\n"
            "telecom    isp=chinatelecom  own=70,vendor-a=30  as main         4\n");
  EXPECT_EQ(server_.Last<v1::ListResourcesRequest>("ListResources").kind(), "");
  EXPECT_EQ(Run("get NODES"), 0);
  EXPECT_EQ(server_.Last<v1::ListResourcesRequest>("ListResources").kind(), "Node");
}

TEST_F(ViewCli, WhatGetPrintsAsYamlOrJsonCanBeApplied) {
  server_.Answer("ListResources", MakeResources());
  server_.Answer("Apply", v1::ApplyResponse());
  for (const char* format : {"yaml", "json"}) {
    ASSERT_EQ(Run(absl::StrCat("get all -o ", format)), 0);
    const std::string printed = out_;
    ASSERT_EQ(Run("apply -f -", printed), 0) << err_ << printed;
    const auto applied = server_.Last<v1::ApplyRequest>("Apply");
    ASSERT_EQ(applied.resources_size(), 2);
    EXPECT_EQ(applied.resources(0).node().location().region(), "440000");
    EXPECT_EQ(applied.resources(1).ratio_rule().main(1).weight(), 30u);
  }
}

TEST_F(ViewCli, GetOfOneResourceHasItsRevision) {
  server_.Answer("GetResource", MakeRule("default"));
  EXPECT_EQ(Run("get ratio default -o yaml"), 0);
  EXPECT_EQ(out_,
            "# revision 4\nkind: RatioRule\nname: default\nspec:\n  main:\n    - cdn: own\n"
            "      weight: 70\n    - cdn: vendor-a\n      weight: 30\n");
  EXPECT_EQ(Run("get ratio default -o json"), 0);
  EXPECT_EQ(out_,
            "{\n \"kind\": \"RatioRule\",\n \"name\": \"default\",\n \"revision\": 4,\n"
            " \"spec\": {\n  \"main\": [\n   {\n    \"cdn\": \"own\",\n    \"weight\": 70\n   },\n"
            "   {\n    \"cdn\": \"vendor-a\",\n    \"weight\": 30\n   }\n  ]\n }\n}\n");
  const auto request = server_.Last<v1::GetResourceRequest>("GetResource");
  EXPECT_EQ(request.kind(), "RatioRule");
  EXPECT_EQ(request.name(), "default");
}

TEST_F(ViewCli, GetSaysSoWhenThereIsNone) {
  server_.Answer("ListResources", v1::ListResourcesResponse());
  EXPECT_EQ(Run("get cdns"), 0);
  EXPECT_EQ(out_, "none\n");
  EXPECT_EQ(Run("get cdns -o json"), 0);
  EXPECT_EQ(out_, "[]\n");
  server_.Refuse("GetResource", absl::NotFoundError("there is no Cdn/x"));
  EXPECT_EQ(Run("get cdn x"), 1);
  EXPECT_EQ(Run("get cnd x"), 2);
  EXPECT_EQ(err_, "nearcastctl: unknown kind \"cnd\"; did you mean \"Cdn\"?\n");
  EXPECT_EQ(Run("get cdn -o xml"), 2);
  EXPECT_EQ(err_, "nearcastctl: unknown output format \"xml\"; write table, json or yaml\n");
}

TEST_F(ViewCli, RatiosAreShownAsShares) {
  server_.Answer("GetResource", MakeRule("default"));
  EXPECT_EQ(Run("cdn ratio get default"), 0);
  EXPECT_EQ(out_,
            "RULE     SCOPE       LINE    CDN       WEIGHT  SHARE\n"
            "default  everything  main    own           70   70 %\n"
            "default  everything  main    vendor-a      30   30 %\n"
            "default  everything  backup  own           70   70 %\n"
            "default  everything  backup  vendor-a      30   30 %\n");
}

v1::ListNodesResponse MakeNodes() {
  v1::ListNodesResponse list;
  v1::NodeStatus* up = list.add_nodes();
  up->set_name("gz-1");
  up->mutable_spec()->mutable_location()->set_country("CN");
  up->mutable_spec()->add_addresses("192.0.2.11");
  up->set_health(v1::NodeStatus::UP);
  up->set_out_bits_per_s(2'504'000);
  up->set_cpu(0.374);
  up->set_viewers(12);
  up->set_streams(3);
  up->mutable_last_report_time()->set_seconds(1'767'323'045);
  v1::NodeStatus* down = list.add_nodes();
  down->set_name("beijing-1");
  down->mutable_spec()->set_admin_state(v1::Node::DRAINED);
  down->set_health(v1::NodeStatus::DOWN);
  down->mutable_last_report_time()->set_seconds(1'767'323'000);
  down->set_checks("2 of 3 vantages down: flv (no keyframe within 2s)");
  list.add_nodes()->set_name("new");
  return list;
}

TEST_F(ViewCli, NodesAreShownWithHealthAndLoad) {
  server_.Answer("ListNodes", MakeNodes());
  EXPECT_EQ(Run("node list"), 0);
  EXPECT_EQ(
      out_,
      "NODE       HEALTH   STATE    LOCATION  ADDRESSES          OUT   CPU  VIEWERS  STREAMS  LAST "
      "REPORT  CHECKS\n"
      "gz-1       up       active   CN        192.0.2.11  2.5 Mbit/s  37 %       12        3  now  "
      "        -\n"
      "beijing-1  down     drained  -         -                    0   0 %        0        0  45 s "
      "ago     2 of 3 vantages down: flv (no keyframe within 2s)\n"
      "new        unknown  active   -         -                    0   0 %        0        0  "
      "never        -\n");
  EXPECT_EQ(Run("node list -o yaml"), 0);
  EXPECT_TRUE(
      out_.starts_with("nodes:\n  - name: gz-1\n    spec:\n      location:\n"
                       "        country: CN\n"))
      << out_;
  EXPECT_NE(out_.find("    health: up\n"), std::string::npos);
  EXPECT_NE(out_.find("    last_report_time: \"2026-01-02T03:04:05Z\"\n"), std::string::npos);
}

v1::Stream MakeStream() {
  v1::Stream stream;
  stream.set_name("demo");
  stream.set_publish_point("show");
  stream.set_state(v1::Stream::CREATED);
  stream.mutable_update_time()->set_seconds(1'767'323'045);
  v1::Stream::PushLine* main = stream.add_push_lines();
  main->set_line("main");
  main->set_cdn("own");
  main->set_node("gz-1");
  main->set_url("rtmp://192.0.2.11:1935/live/demo");
  v1::Stream::PushLine* backup = stream.add_push_lines();
  backup->set_line("backup");
  backup->set_cdn("vendor-a");
  backup->set_url("rtmp://push.vendor.example/live/demo");
  backup->set_on_failure_only(true);
  stream.add_reasons("gz-1 is the cheapest");
  return stream;
}

TEST_F(ViewCli, AStreamIsShownWithWhereToPushIt) {
  server_.Answer("CreateStream", MakeStream());
  EXPECT_EQ(Run("stream create demo --publish-point show --ip 203.0.113.7 --isp x"), 0);
  EXPECT_EQ(out_,
            "Stream demo of show: created\n\n"
            "LINE                 CDN       NODE  PUSH TO\n"
            "main                 own       gz-1  rtmp://192.0.2.11:1935/live/demo\n"
            "backup (on failure)  vendor-a  -     rtmp://push.vendor.example/live/demo\n"
            "\n  1. gz-1 is the cheapest\n");
  const auto request = server_.Last<v1::CreateStreamRequest>("CreateStream");
  EXPECT_EQ(request.stream(), "demo");
  EXPECT_EQ(request.broadcaster().address(), "203.0.113.7");
  EXPECT_EQ(request.request_id(), "request-1");
  EXPECT_EQ(Run("stream create demo"), 2);
  EXPECT_EQ(err_,
            "nearcastctl: --publish-point NAME is missing\n"
            "usage: nearcastctl stream create [NAME] --publish-point NAME\n"
            "more: nearcastctl stream create --help\n");
}

TEST_F(ViewCli, StreamsAreListedAndMoved) {
  v1::ListStreamsResponse list;
  *list.add_streams() = MakeStream();
  server_.Answer("ListStreams", list);
  EXPECT_EQ(Run("stream list --state CREATED --limit 5"), 0);
  EXPECT_EQ(out_,
            "STREAM  STATE    PUBLISH POINT  CDN  NODE  UPDATED\n"
            "demo    created  show           own  gz-1  2026-01-02 03:04:05Z\n");
  const auto request = server_.Last<v1::ListStreamsRequest>("ListStreams");
  EXPECT_EQ(request.page_size(), 5);
  EXPECT_EQ(request.state(), v1::Stream::CREATED);
  server_.Answer("UpdateStreamState", MakeStream());
  EXPECT_EQ(Run("stream state demo publishing"), 0);
  EXPECT_EQ(server_.Last<v1::UpdateStreamStateRequest>("UpdateStreamState").state(),
            v1::Stream::PUBLISHING);
  EXPECT_EQ(Run("stream state demo publishign"), 2);
  EXPECT_EQ(err_, "nearcastctl: unknown state \"publishign\"; did you mean \"publishing\"?\n");
  server_.Answer("EndStream", MakeStream());
  EXPECT_EQ(Run("stream end demo"), 0);
  server_.Answer("MoveStream", MakeStream());
  EXPECT_EQ(Run("stream move demo --line backup --cdn own --node gz-1 --ip 203.0.113.7"), 0);
  const auto move = server_.Last<v1::MoveStreamRequest>("MoveStream");
  EXPECT_EQ(move.push().line(), "backup");
  EXPECT_EQ(move.push().node(), "gz-1");
  EXPECT_EQ(move.push().broadcaster().address(), "203.0.113.7");
  EXPECT_EQ(Run("stream move demo --play-cdn vendor-a"), 0);
  EXPECT_FALSE(server_.Last<v1::MoveStreamRequest>("MoveStream").has_push());
  EXPECT_EQ(Run("stream move demo --swap"), 0);
  EXPECT_TRUE(server_.Last<v1::MoveStreamRequest>("MoveStream").swap_push_lines());
  EXPECT_EQ(Run("stream move demo"), 0);
  EXPECT_TRUE(server_.Last<v1::MoveStreamRequest>("MoveStream").has_push());
  server_.Answer("GetStream", MakeStream());
  EXPECT_EQ(Run("stream get demo -o json"), 0);
  EXPECT_NE(out_.find("\"state\": \"CREATED\""), std::string::npos);
}

TEST_F(ViewCli, StreamListStopsAtItsLimit) {
  v1::ListStreamsResponse page;
  *page.add_streams() = MakeStream();
  page.set_next_page_token("more");
  server_.Answer("ListStreams", page);
  EXPECT_EQ(Run("stream list -n 3"), 0);
  const std::vector<std::string> lines = absl::StrSplit(out_, '\n');
  EXPECT_EQ(lines.size(), 6u);
  EXPECT_EQ(lines[4], "… and more: raise --limit");
  EXPECT_EQ(server_.Last<v1::ListStreamsRequest>("ListStreams").page_token(), "more");
  EXPECT_EQ(server_.Last<v1::ListStreamsRequest>("ListStreams").page_size(), 1);
  EXPECT_EQ(Run("stream list -n 0"), 2);
  EXPECT_EQ(err_, "nearcastctl: --limit takes a whole number from 1 to 1000000, not \"0\"\n");
}

TEST_F(ViewCli, AnAppsConfigurationIsShown) {
  v1::ClientConfig config;
  config.set_version("00ff");
  config.set_ttl_s(3600);
  config.mutable_encoder()->set_gop_ms(2000);
  config.add_policies("phones");
  v1::ClientConfig::Address* push = config.add_push();
  push->set_cdn("own");
  push->set_node("gz-1");
  push->set_host("192.0.2.11");
  server_.Answer("GetClientConfig", config);
  EXPECT_EQ(Run("client config --publish-point show --ip 203.0.113.7 --device m1 --grade 3"), 0);
  EXPECT_EQ(out_,
            "Version 00ff, good for 3600 s\n"
            "policies  phones\n"
            "encoder   {\"gop_ms\":2000}\n"
            "decoder   {}\n\n"
            "TO    CDN  NODE  ADDRESS\n"
            "push  own  gz-1  192.0.2.11\n");
  const auto request = server_.Last<v1::GetClientConfigRequest>("GetClientConfig");
  EXPECT_EQ(request.device(), "m1");
  EXPECT_EQ(request.network_grade(), 3u);
  EXPECT_EQ(Run("client config --ip 203.0.113.7"), 2);
}

v1::Explanation MakeExplanation() {
  v1::Explanation explanation;
  explanation.set_revision(12);
  explanation.add_steps("203.0.113.7 is in CN/440000/440300 chinatelecom");
  explanation.add_steps("ratio rule \"default\" gives the main line to own");
  v1::Explanation::Candidate* first = explanation.add_candidates();
  first->set_node("guangzhou-1");
  first->set_cdn("own");
  first->set_cost_ms(15);
  first->set_rung("same-province-isp");
  first->set_health("up");
  first->set_chosen(true);
  first->set_verdict("the cheapest");
  v1::Explanation::Candidate* second = explanation.add_candidates();
  second->set_node("beijing-1");
  second->set_cdn("own");
  second->set_cost_ms(75.4);
  second->set_rung("across-isps");
  second->set_health("up");
  second->set_verdict("60 ms farther");
  explanation.add_answer("http://127.0.0.11:8088/live/demo.flv");
  return explanation;
}

TEST_F(ViewCli, AnExplanationGoesFromTheCausesToTheAnswer) {
  server_.Answer("ExplainPlay", MakeExplanation());
  EXPECT_EQ(Run("explain play --stream demo --ip 203.0.113.7 --viewer u1 --grade 3"), 0);
  EXPECT_EQ(out_,
            "Play of demo for 203.0.113.7, by revision 12\n"
            "\n"
            "Steps\n"
            "  1. 203.0.113.7 is in CN/440000/440300 chinatelecom\n"
            "  2. ratio rule \"default\" gives the main line to own\n"
            "\n"
            "Candidates\n"
            "     NODE         CDN   COST  RUNG               HEALTH  VERDICT\n"
            "  >  guangzhou-1  own  15 ms  same-province-isp  up      the cheapest\n"
            "     beijing-1    own  75 ms  across-isps        up      60 ms farther\n"
            "\n"
            "Answer\n"
            "  http://127.0.0.11:8088/live/demo.flv\n");
  const auto request = server_.Last<v1::ExplainPlayRequest>("ExplainPlay");
  EXPECT_EQ(request.stream(), "demo");
  EXPECT_EQ(request.viewer().address(), "203.0.113.7");
  EXPECT_EQ(request.viewer().viewer_id(), "u1");
  EXPECT_EQ(request.viewer().network_grade(), 3u);
  EXPECT_EQ(Run("explain play --stream demo"), 2);
  EXPECT_EQ(err_,
            "nearcastctl: --ip ADDRESS is missing\n"
            "usage: nearcastctl explain play --stream NAME --ip ADDRESS\n"
            "more: nearcastctl explain play --help\n");
}

TEST_F(ViewCli, AnEmptyAnswerIsSaidToBeNone) {
  v1::Explanation explanation;
  explanation.add_steps("no such name\nin any zone");
  server_.Answer("ExplainDns", explanation);
  EXPECT_EQ(Run("explain dns --name x.example --ip 203.0.113.7"), 0);
  EXPECT_EQ(out_,
            "Addresses of x.example for 203.0.113.7, by revision 0\n\nSteps\n"
            "  1. no such name\n     in any zone\n\nAnswer\n  none\n");
  EXPECT_EQ(Run("explain dns --name x.example"), 2);
}

TEST_F(ViewCli, PlayPrintsThePlayersJsonAsItIs) {
  v1::PlayInfo play;
  play.set_stream_url("{\"a\": 1}");
  server_.Answer("GetPlayInfo", play);
  EXPECT_EQ(Run("play demo --ip 203.0.113.7"), 0);
  EXPECT_EQ(out_, "{\"a\": 1}\n");
  EXPECT_EQ(Run("play demo --ip 203.0.113.7 --player velive"), 0);
  EXPECT_EQ(server_.Last<v1::GetPlayInfoRequest>("GetPlayInfo").format(),
            v1::GetPlayInfoRequest::VE_LIVE_PLAYER);
}

TEST_F(ViewCli, AnAddressIsShownInCodesAndNames) {
  v1::AddressRecord record;
  record.set_address("203.0.113.7");
  record.set_prefix("203.0.113.0/24");
  record.mutable_location()->set_country("CN");
  record.mutable_location()->set_region("440000");
  record.set_country_name("China");
  record.set_isp_name("China Telecom");
  server_.Answer("LookupAddress", record);
  EXPECT_EQ(Run("ip 203.0.113.7"), 0);
  EXPECT_EQ(out_,
            "address  203.0.113.7\nprefix   203.0.113.0/24\ncountry  CN (China)\n"
            "region   440000\ncity     unknown\nisp      China Telecom\n");
}

TEST_F(ViewCli, HistoryShowsWhoChangedWhatWhenAndWhy) {
  v1::ListRevisionsResponse list;
  v1::Revision* second = list.add_revisions();
  second->set_number(12);
  second->mutable_note()->set_author("ann");
  second->mutable_note()->set_reason("new disks");
  second->mutable_time()->set_seconds(1'767'323'045);
  for (int i = 1; i <= 8; ++i) second->add_changes(absl::StrCat("Node/n", i, " configured"));
  v1::Revision* first = list.add_revisions();
  first->set_number(1);
  first->add_changes("Cdn/own created");
  server_.Answer("ListRevisions", list);
  EXPECT_EQ(Run("history -n 2"), 0);
  EXPECT_EQ(out_,
            "REVISION  TIME                  AUTHOR  REASON     CHANGES\n"
            "      12  2026-01-02 03:04:05Z  ann     new disks  Node/n1 configured\n"
            "                                                   Node/n2 configured\n"
            "                                                   Node/n3 configured\n"
            "                                                   Node/n4 configured\n"
            "                                                   Node/n5 configured\n"
            "                                                   … and 3 more\n"
            "       1  -                     -       -          Cdn/own created\n");
  EXPECT_EQ(server_.Last<v1::ListRevisionsRequest>("ListRevisions").page_size(), 2);
}

TEST_F(ViewCli, VersionAndHelpNeedNoServer) {
  server_address_ = "127.0.0.1:1";
  EXPECT_EQ(Run("version"), 0);
  EXPECT_TRUE(out_.starts_with("nearcastctl ")) << out_;
  EXPECT_EQ(Run(""), 0);
  EXPECT_TRUE(out_.starts_with("nearcastctl: shows, explains")) << out_;
  EXPECT_EQ(Run("nodes"), 2);
}

// Words as a shell splits them, up to a pipe or a redirection.
std::vector<std::string> ShellWords(const std::string& line) {
  std::vector<std::string> words;
  bool quoted = false;
  std::string word;
  for (char c : line + " ") {
    if (c == '"') {
      quoted = !quoted;
    } else if (c != ' ' || quoted) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, ""));
    }
  }
  return words;
}

TEST(Help, EveryExampleIsACallThatTheCommandTakes) {
  for (const Command& command : AllCommands()) {
    EXPECT_FALSE(command.examples.empty()) << command.name;
    for (const std::string& example : command.examples) {
      std::vector<std::string> words = ShellWords(example);
      for (const char* stop : {"|", ">"}) {
        words.erase(std::find(words.begin(), words.end(), stop), words.end());
      }
      ASSERT_EQ(words.front(), "nearcastctl") << example;
      words.erase(words.begin());
      const auto line = ParseCommandLine(words, AllCommands());
      ASSERT_TRUE(line.ok()) << example << ": " << line.status();
      ASSERT_NE(line->command, nullptr) << example;
    }
  }
}

TEST(Help, AFlagMeansTheSameInEveryCommand) {
  std::map<std::string, const Flag*> by_name;
  std::map<char, const Flag*> by_letter;
  const auto check = [&](const Flag& flag) {
    const Flag& first = *by_name.try_emplace(flag.name, &flag).first->second;
    EXPECT_EQ(flag.letter, first.letter) << flag.name;
    EXPECT_EQ(flag.value.empty(), first.value.empty()) << flag.name;
    if (flag.letter == 0) return;
    EXPECT_EQ(by_letter.try_emplace(flag.letter, &flag).first->second->name, flag.name);
  };
  for (const Flag& flag : SharedFlags()) check(flag);
  for (const Command& command : AllCommands()) {
    for (const Flag& flag : command.flags) check(flag);
  }
}

}  // namespace
}  // namespace nearcast::ctl
