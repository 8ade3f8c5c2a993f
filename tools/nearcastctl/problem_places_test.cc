#include "tools/nearcastctl/problem_places.h"

#include "gtest/gtest.h"

namespace nearcast::ctl {
namespace {

TEST(ProblemPlaces, GivesEachKnownResourceAndFieldItsPlace) {
  const yaml::ResourceText texts[] = {
      {.file = "nodes.yaml",
       .text =
           "kind: Node\nname: a\nspec:\n  location:\n    region: 99\n---\nkind: Cdn\nname: c\n"}};
  const auto sources = yaml::ParseResources(texts).value();
  EXPECT_EQ(MapProblems("Node/a: spec.location.region: no such region\n"
                        "Node/a: spec.cdn: must be set; name a Cdn: own\n"
                        "Cdn/c: nothing refers to it\n"
                        "Cdn/other: spec.kind: bad\n"
                        "something else",
                        sources),
            "nodes.yaml:5:5: Node/a: spec.location.region: no such region\n"
            "nodes.yaml:4:3: Node/a: spec.cdn: must be set; name a Cdn: own\n"
            "nodes.yaml:7:1: Cdn/c: nothing refers to it\n"
            "Cdn/other: spec.kind: bad\n"
            "something else");
}

TEST(ProblemPlaces, WhatASwitchTurnsOffHasTheLineOfItsOwnItem) {
  const yaml::ResourceText texts[] = {
      {.file = "leave.yaml",
       .text = "kind: Switch\nname: leave\nspec:\n  off:\n  - tier/hd\n  - node/gone\n"}};
  const auto sources = yaml::ParseResources(texts).value();
  EXPECT_EQ(
      MapProblems("Switch/leave: spec.off[1]: names Node \"gone\", which does not exist", sources),
      "leave.yaml:6:5: Switch/leave: spec.off[1]: names Node \"gone\", which does not exist");
}

}  // namespace
}  // namespace nearcast::ctl
