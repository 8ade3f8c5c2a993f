#include "proto/yaml/resource_reader.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace nearcast::yaml {
namespace {

absl::StatusOr<std::vector<ResourceSource>> Parse(const std::string& text,
                                                  const ResourceBounds& bounds = {}) {
  const ResourceText texts[] = {{.file = "f.yaml", .text = text}};
  return ParseResources(texts, bounds);
}

v1::Resource ParseOne(const std::string& text) {
  const absl::StatusOr<std::vector<ResourceSource>> sources = Parse(text);
  EXPECT_TRUE(sources.ok()) << sources.status();
  if (!sources.ok() || sources->size() != 1) return v1::Resource();
  return sources->front().resource;
}

std::string Problems(const std::string& text, const ResourceBounds& bounds = {}) {
  return std::string(Parse(text, bounds).status().message());
}

TEST(ResourceReader, ReadsEveryShapeOfField) {
  const v1::Resource node = ParseOne(R"(
kind: Node
name: guangzhou-telecom-1
spec:
  location: {country: CN, region: 440000, city: "440100", isp: chinatelecom}
  addresses: [192.0.2.11, "2001:db8::11"]
  rtmp_port: 1935
  http_port: "8088"
  announces:
    - "*"
  capacity_mbps: 1.5e3
  admin_state: drained
  health: ALWAYS_UP
)");
  EXPECT_EQ(node.name(), "guangzhou-telecom-1");
  EXPECT_EQ(node.node().location().region(), "440000");
  EXPECT_EQ(node.node().location().city(), "440100");
  EXPECT_EQ(node.node().addresses(1), "2001:db8::11");
  EXPECT_EQ(node.node().http_port(), 8088u);
  EXPECT_EQ(node.node().announces(0), "*");
  EXPECT_EQ(node.node().capacity_mbps(), 1500);
  EXPECT_EQ(node.node().admin_state(), v1::Node::DRAINED);
  EXPECT_EQ(node.node().health(), v1::Node::ALWAYS_UP);
}

TEST(ResourceReader, ReadsMapsBlocksAndTruthValues) {
  const v1::Resource cdn = ParseOne(
      "kind: Cdn\nname: a\nspec:\n  disabled: true\n  pull_templates:\n"
      "    flv: http://{host}/{app}/{stream}{suffix}.flv\n    hls: 'x: y'\n");
  EXPECT_TRUE(cdn.cdn().disabled());
  EXPECT_EQ(cdn.cdn().pull_templates().at("flv"), "http://{host}/{app}/{stream}{suffix}.flv");
  EXPECT_EQ(cdn.cdn().pull_templates().at("hls"), "x: y");
  const v1::Resource domain = ParseOne(
      "kind: Domain\nname: z\nspec:\n  zone_file: |\n    @ SOA ns h 1 2 3 4 5\n    @ NS ns\n");
  EXPECT_EQ(domain.domain().zone_file(), "@ SOA ns h 1 2 3 4 5\n@ NS ns\n");
}

TEST(ResourceReader, TextIsNeverTakenForATruthValueOrANumber) {
  const v1::Resource node = ParseOne(
      "kind: Node\nname: 007\nspec: {location: {country: NO, region: 01, city: 1e5, isp: yes}}");
  EXPECT_EQ(node.name(), "007");
  EXPECT_EQ(node.node().location().country(), "NO");
  EXPECT_EQ(node.node().location().region(), "01");
  EXPECT_EQ(node.node().location().city(), "1e5");
  EXPECT_EQ(node.node().location().isp(), "yes");
}

TEST(ResourceReader, ReadsSeveralDocumentsListsAndJson) {
  const auto sources = Parse(
      "---\nkind: Node\nname: a\n---\n---\n- kind: Node\n  name: b\n- kind: Cdn\n  name: a\n"
      "---\n{\"kind\": \"Cdn\", \"name\": \"c\", \"revision\": 7, \"spec\": {\"kind\": "
      "\"OWN\"}}\n");
  ASSERT_TRUE(sources.ok()) << sources.status();
  ASSERT_EQ(sources->size(), 4u);
  EXPECT_TRUE(sources->at(0).resource.has_node());
  EXPECT_EQ(sources->at(1).resource.name(), "b");
  EXPECT_EQ(sources->at(3).resource.cdn().kind(), v1::Cdn::OWN);
  EXPECT_EQ(sources->at(3).resource.revision(), 0);
}

TEST(ResourceReader, AnEmptyFileHasNoResources) {
  EXPECT_EQ(Parse("")->size(), 0u);
  EXPECT_EQ(Parse("# only a remark\n---\n")->size(), 0u);
}

TEST(ResourceReader, AliasesRepeatWhatTheirAnchorNames) {
  const auto sources = Parse(
      "kind: Node\nname: a\nspec: &s\n  location: &l {country: CN}\n---\n"
      "- kind: Node\n  name: b\n  spec: {location: &m {isp: x}}\n"
      "- kind: Node\n  name: c\n  spec: {location: *m}\n");
  ASSERT_TRUE(sources.ok()) << sources.status();
  EXPECT_EQ(sources->at(2).resource.node().location().isp(), "x");
}

TEST(ResourceReader, KnowsWhereEachFieldStands) {
  const auto sources = Parse(
      "kind: Node\nname: a\nspec:\n  location:\n    region: 1\n  addresses:\n    - 192.0.2.1\n"
      "    - 192.0.2.2\n");
  ASSERT_TRUE(sources.ok());
  const ResourceSource& source = sources->front();
  EXPECT_EQ(source.position, (Position{1, 1}));
  EXPECT_EQ(source.FindPosition("name"), (Position{2, 7}));
  EXPECT_EQ(source.FindPosition("spec.location.region"), (Position{5, 5}));
  EXPECT_EQ(source.FindPosition("spec.addresses[1]"), (Position{8, 7}));
  // What was not written stands where the nearest thing around it was.
  EXPECT_EQ(source.FindPosition("spec.location.isp"), (Position{4, 3}));
  EXPECT_EQ(source.FindPosition("spec.addresses[9]"), (Position{6, 3}));
  EXPECT_EQ(source.FindPosition("nonsense"), (Position{1, 1}));
}

struct ProblemRow {
  const char* text;
  const char* problem;
};

class ResourceReaderProblem : public testing::TestWithParam<ProblemRow> {};

TEST_P(ResourceReaderProblem, IsNamedWithItsPlaceAndWhatToDo) {
  EXPECT_EQ(Problems(GetParam().text), GetParam().problem);
}

constexpr ProblemRow kProblemRows[] = {
    {"kind: Node\nname: a\nspec:\n  adresses: []\n",
     "f.yaml:4:3: unknown field \"adresses\" in Node; did you mean \"addresses\"?"},
    {"kind: Node\nname: a\nspec: {location: {zip: 1}}\n",
     "f.yaml:3:19: unknown field \"zip\" in Location; known fields: country, region, city, isp"},
    {"kind: node\nname: a\n", "f.yaml:1:7: unknown kind \"node\"; did you mean \"Node\"?"},
    {"name: a\n", "f.yaml:1:1: resource without a kind; add for example \"kind: Node\""},
    {"kind: Node\n", "f.yaml:1:1: Node without a name; add \"name: …\""},
    {"kind: Node\nname:\n", "f.yaml:1:1: Node without a name; add \"name: …\""},
    {"kind: Node\nname: [a]\n", "f.yaml:1:1: Node without a name; add \"name: …\""},
    {"hello\n", "f.yaml:1:1: not a resource; begin with \"kind:\" and \"name:\""},
    {"kind: Node\nname: a\nspce: {}\n",
     "f.yaml:3:1: unknown key \"spce\" in a resource; did you mean \"spec\"?"},
    {"kind: Node\nname: a\nname: b\n",
     "f.yaml:3:1: \"name\" is already set in line 2; keep one of them"},
    {"kind: Node\nname: a\nspec:\n  cdn: x\n  cdn: y\n",
     "f.yaml:5:3: \"cdn\" is already set in line 4; keep one of them"},
    {"kind: Node\nname: a\nspec: 5\n", "f.yaml:3:7: spec takes a map of fields, not one value"},
    {"kind: Node\nname: a\nspec: {addresses: 192.0.2.1}\n",
     "f.yaml:3:19: spec.addresses takes a list, not one value; write [192.0.2.1]"},
    {"kind: Node\nname: a\nspec: {addresses: {a: b}}\n",
     "f.yaml:3:19: spec.addresses takes a list, not a map; write a '-' before each"},
    {"kind: Node\nname: a\nspec: {addresses: [~]}\n",
     "f.yaml:3:20: spec.addresses[0] takes one value, not nothing"},
    {"kind: Node\nname: a\nspec: {cdn: [x]}\n",
     "f.yaml:3:13: spec.cdn takes one value, not a list"},
    {"kind: Node\nname: a\nspec: {rtmp_port: -1}\n",
     "f.yaml:3:19: rtmp_port takes a whole number from 0 to 4294967295, not \"-1\""},
    {"kind: Node\nname: a\nspec: {rtmp_port: 4294967296}\n",
     "f.yaml:3:19: rtmp_port takes a whole number from 0 to 4294967295, not \"4294967296\""},
    {"kind: Node\nname: a\nspec: {capacity_mbps: lots}\n",
     "f.yaml:3:23: capacity_mbps takes a number, not \"lots\""},
    {"kind: Node\nname: a\nspec: {capacity_mbps: nan}\n",
     "f.yaml:3:23: capacity_mbps takes a number, not \"nan\""},
    {"kind: Cdn\nname: a\nspec: {disabled: yes}\n",
     "f.yaml:3:18: disabled takes true or false, not \"yes\""},
    {"kind: Node\nname: a\nspec: {admin_state: draned}\n",
     "f.yaml:3:21: admin_state does not know \"draned\"; did you mean \"drained\"?"},
    {"kind: Cdn\nname: a\nspec: {kind: mine}\n",
     "f.yaml:3:14: kind does not know \"mine\"; it takes: vendor, own"},
    {"kind: Cdn\nname: a\nspec: {pull_templates: [x]}\n",
     "f.yaml:3:24: spec.pull_templates takes a map, not a list"},
    {"kind: Cdn\nname: a\nspec: {pull_templates: {flv: a, flv: b}}\n",
     "f.yaml:3:33: \"flv\" is already set in line 3; keep one of them"},
    {"kind: Node\nname: a\nspec: {[x]: y}\n", "f.yaml:3:8: a list cannot be a key"},
    {"kind: Node\nname: a\n---\nkind: Cdn\nname: a\n---\nkind: Node\nname: a\n",
     "f.yaml:7:1: Node/a is already defined at f.yaml:1:1; keep one of them"},
    {"a: [1\nb: 2\n", "f.yaml:2:2: not YAML: end of sequence flow not found"},
    {"kind: Node\nname: \"a\\Nb\"\n",
     "f.yaml:2:7: not YAML: an escape that gives no UTF-8; write \\x85 for \\N and \\xa0 for \\_"},
    {"kind: Node\nname: a\nspec: &s {location: *s}\n",
     "f.yaml:3:21: not YAML: this alias contains itself"},
    {"kind: Node\nname: \xff\n", "f.yaml:2:7: octet 0xff is not UTF-8; save the file as UTF-8"},
    {"kind: Node\nname: a\x04\n",
     "f.yaml:2:8: control character 0x04; remove it, or write \"\\x04\""},
};

INSTANTIATE_TEST_SUITE_P(Rows, ResourceReaderProblem, testing::ValuesIn(kProblemRows));

TEST(ResourceReader, SaysAllThatIsWrongAtOnce) {
  EXPECT_EQ(Problems("kind: Node\nname: a\nspec:\n  adresses: []\n  rtmp_port: x\n---\nkind: Nod\n"
                     "name: b\n"),
            "f.yaml:4:3: unknown field \"adresses\" in Node; did you mean \"addresses\"?\n"
            "f.yaml:5:14: rtmp_port takes a whole number from 0 to 4294967295, not \"x\"\n"
            "f.yaml:7:7: unknown kind \"Nod\"; did you mean \"Node\"?");
}

TEST(ResourceReader, NamesBothFilesOfADuplicate) {
  const ResourceText texts[] = {{.file = "a.yaml", .text = "kind: Node\nname: x\n"},
                                {.file = "b.yaml", .text = "\nkind: Node\nname: x\n"}};
  EXPECT_EQ(ParseResources(texts).status().message(),
            "b.yaml:2:1: Node/x is already defined at a.yaml:1:1; keep one of them");
}

TEST(ResourceReader, AMistakeInSyntaxDoesNotHideThoseBeforeIt) {
  EXPECT_EQ(Problems("kind: Node\nname: a\nspec: {addresess: 1}\n---\n]\n"),
            "f.yaml:3:8: unknown field \"addresess\" in Node; did you mean \"addresses\"?\n"
            "f.yaml:5:1: not YAML: illegal flow end");
}

TEST(ResourceReader, RefusesWhatIsTooLargeTooDeepOrTooMany) {
  ResourceBounds bounds;
  bounds.yaml.octets_max = 20;
  EXPECT_EQ(Problems(std::string(21, ' '), bounds),
            "f.yaml: has 21 octets, more than 20; split the file");
  bounds = ResourceBounds();
  EXPECT_EQ(Problems(std::string(65, '[') + std::string(65, ']')),
            "f.yaml:1:65: not YAML: nested deeper than 64 levels");
  bounds.yaml.nodes_max = 10;
  EXPECT_EQ(Problems("[1,2,3,4,5,6,7,8,9,10]", bounds),
            "f.yaml:1:20: not YAML: more than 10 values; split the file");
  bounds = ResourceBounds();
  bounds.resources_max = 1;
  EXPECT_EQ(
      Problems("kind: Node\nname: a\n---\nkind: Node\nname: b\n---\nkind: Node\nname: c\n", bounds),
      "f.yaml:4:1: more than 1 resources; apply them in parts");
}

TEST(ResourceReader, AliasesThatExpandWithoutEndAreStopped) {
  std::string text = "- &a0 {kind: Node, name: x}\n";
  for (int i = 1; i < 30; ++i) {
    absl::StrAppend(&text, "- &a", i, " [*a", i - 1, ", *a", i - 1, "]\n");
  }
  EXPECT_FALSE(Parse(text).ok());
  ResourceBounds bounds;
  bounds.yaml.nodes_max = 1000;
  std::string uses = "- kind: RatioRule\n  name: r0\n  spec: {main: &m [";
  for (int i = 0; i < 100; ++i) uses += "{weight: 1},";
  uses += "]}\n";
  for (int i = 1; i < 20; ++i) {
    absl::StrAppend(&uses, "- kind: RatioRule\n  name: r", i, "\n  spec: {main: *m}\n");
  }
  EXPECT_EQ(Problems(uses, bounds),
            "f.yaml:3:381: the aliases expand to too many values; write fewer");
}

TEST(ResourceReader, TheListOfProblemsIsBounded) {
  std::string text = "kind: Node\nname: a\nspec:\n";
  for (int i = 0; i < 150; ++i) absl::StrAppend(&text, "  x", i, ": 1\n");
  const std::string problems = Problems(text);
  EXPECT_NE(problems.find("f.yaml:103:3: "), std::string::npos);
  EXPECT_EQ(problems.find("f.yaml:104:3: "), std::string::npos);
  EXPECT_TRUE(problems.ends_with("\n50 more problems")) << problems;
}

}  // namespace
}  // namespace nearcast::yaml
