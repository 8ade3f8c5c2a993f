// Changes while the store holds a revision that this version cannot compile.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"
#include "services/admin/admin_fixture.h"

namespace nearcast {
namespace {

using ::testing::HasSubstr;

v1::Resource CdnOf(const std::string& name) {
  v1::Resource resource;
  resource.set_name(name);
  resource.mutable_cdn()->set_kind(v1::Cdn::OWN);
  resource.mutable_cdn()->set_addressing(v1::Cdn::NODE_ADDRESS);
  return resource;
}

v1::Resource NodeOf(const std::string& name) {
  v1::Resource resource;
  resource.set_name(name);
  resource.mutable_node()->set_cdn("own");
  resource.mutable_node()->mutable_location()->set_country("CN");
  resource.mutable_node()->add_addresses("192.0.2.1");
  return resource;
}

v1::ApplyRequest ApplyOf(const std::vector<v1::Resource>& resources) {
  v1::ApplyRequest request;
  for (const v1::Resource& resource : resources) *request.add_resources() = resource;
  return request;
}

// What a newer version may have written: a node of a CDN that this one does not take for one.
class UnusableRevisionTest : public AdminFixture {
 protected:
  UnusableRevisionTest() : AdminFixture(scheduler::Given().Places()) {}

  void SetUp() override {
    ASSERT_TRUE(follower_.Start().ok());
    ASSERT_TRUE(admin_.Apply(ApplyOf({CdnOf("own"), NodeOf("gz"), NodeOf("bj")})).ok());
    v1::Resource node = NodeOf("gz");
    node.mutable_node()->set_cdn("of-tomorrow");
    store::Edit edit;
    edit.author = "tomorrow";
    edit.puts = {node, NodeOf("gz-2")};
    ASSERT_EQ(store_.Commit(edit, 0).value(), 2);
    ASSERT_EQ(Published()->revision, 1);
  }
};

TEST_F(UnusableRevisionTest, RollbackToTheLiveRevisionIsPossible) {
  EXPECT_EQ(Tell(Rollback(1)).substr(0, 11), "revision 3:");
  EXPECT_EQ(Published()->revision, 3);
  EXPECT_FALSE(Published()->FindNode("gz-2").has_value());
  EXPECT_TRUE(follower_.Refusal().ok());
  EXPECT_EQ(Tell(admin_.Apply(ApplyOf({NodeOf("gz-2")}))), "revision 4: Node/gz-2 CREATED");
}

TEST_F(UnusableRevisionTest, ApplyThatCorrectsItBringsTheRestOfItToo) {
  EXPECT_EQ(Get("Node", "gz").node().cdn(), "of-tomorrow") << "what is to be corrected is shown";
  v1::Resource node = Get("Node", "gz");
  node.mutable_node()->set_cdn("own");
  v1::ApplyRequest request;
  *request.add_resources() = node;
  EXPECT_EQ(Tell(admin_.Apply(request)), "revision 3: Node/gz CONFIGURED");
  EXPECT_EQ(Published()->revision, 3);
  EXPECT_TRUE(Published()->FindNode("gz-2").has_value());
}

TEST_F(UnusableRevisionTest, DeletingWhatIsWrongIsPossible) {
  EXPECT_EQ(Tell(Delete("Node", "gz")), "revision 3: Node/gz DELETED");
  EXPECT_EQ(Published()->revision, 3);
}

TEST_F(UnusableRevisionTest, ChangeThatLeavesItWrongIsToldWhatToDo) {
  v1::DrainNodeRequest drain;
  drain.set_node("bj");
  const std::string told = Tell(admin_.DrainNode(drain));
  EXPECT_THAT(told, HasSubstr("INVALID_ARGUMENT INVALID_CONFIGURATION: the store's revision 2 "
                              "cannot be used by this version of nearcastd, revision 1 stays "
                              "live. Correct what is wrong with an apply, or go back with "
                              "nearcastctl rollback 1. With this change it is still wrong:\n"
                              "Node/gz: spec.cdn: names Cdn \"of-tomorrow\""));
  EXPECT_EQ(Published()->revision, 1);
}

}  // namespace
}  // namespace nearcast
