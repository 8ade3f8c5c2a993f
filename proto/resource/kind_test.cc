#include "proto/resource/kind.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "nearcast/v1/config.pb.h"

namespace nearcast::resource {
namespace {

TEST(Kind, EveryKindCanBeMadeAndRecognised) {
  ASSERT_GE(ListKinds().size(), 7u);
  for (const std::string& kind : ListKinds()) {
    v1::Resource resource;
    EXPECT_EQ(KindOf(resource), "");
    EXPECT_EQ(SpecOf(resource), nullptr);
    ASSERT_NE(MutableSpec(&resource, kind), nullptr) << kind;
    EXPECT_EQ(KindOf(resource), kind);
    EXPECT_NE(SpecOf(resource), nullptr);
  }
}

TEST(Kind, AnUnknownKindCannotBeMade) {
  v1::Resource resource;
  EXPECT_EQ(MutableSpec(&resource, "node"), nullptr);
  EXPECT_EQ(MutableSpec(&resource, ""), nullptr);
}

TEST(Kind, UnderstandsWhatPeopleType) {
  const struct {
    const char* typed;
    const char* kind;
  } kRows[] = {
      {"Node", "Node"},
      {"node", "Node"},
      {"NODES", "Node"},
      {"no", "Node"},
      {"cdns", "Cdn"},
      {"ratiorule", "RatioRule"},
      {"ratio-rules", "RatioRule"},
      {"ratio_rule", "RatioRule"},
      {"ratio", "RatioRule"},
      {"rr", "RatioRule"},
      {"pp", "PublishPoint"},
      {"tt", "TranscodeTemplate"},
      {"qualitypolicies", "QualityPolicy"},
      {"QualityPolicys", "QualityPolicy"},
      {"qp", "QualityPolicy"},
      {"domains", "Domain"},
  };
  for (const auto& row : kRows) {
    const absl::StatusOr<std::string> kind = ParseKind(row.typed);
    ASSERT_TRUE(kind.ok()) << row.typed << ": " << kind.status();
    EXPECT_EQ(*kind, row.kind) << row.typed;
  }
}

TEST(Kind, SuggestsOrListsWhenItDoesNotUnderstand) {
  EXPECT_EQ(ParseKind("nodse").status().message(),
            "unknown kind \"nodse\"; did you mean \"Node\"?");
  EXPECT_EQ(ParseKind("service").status().message(),
            absl::StrCat("unknown kind \"service\"; kinds: ", absl::StrJoin(ListKinds(), ", ")));
  EXPECT_FALSE(ParseKind("").ok());
}

}  // namespace
}  // namespace nearcast::resource
