#include "services/httpdns/host_name.h"

#include <gtest/gtest.h>

#include <string>

namespace nearcast::httpdns {
namespace {

TEST(HostNameTest, KnowsHostNames) {
  const std::string label(63, 'a');
  for (const std::string& name :
       {std::string("a"), std::string("pull.live.example"), std::string("PULL.Live.Example."),
        std::string("_x-1.y"), label + ".b",
        label + "." + label + "." + label + "." + std::string(61, 'a')}) {
    EXPECT_TRUE(IsHostName(name)) << name;
  }
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".a"), std::string("a..b"), std::string("a.."),
        std::string("a b"), std::string("a,b"), std::string("a\"b"), std::string("广州"),
        label + "a", label + "." + label + "." + label + "." + std::string(62, 'a'),
        std::string(10000, 'a'), std::string("a\0b", 3)}) {
    EXPECT_FALSE(IsHostName(name)) << name;
  }
}

TEST(HostNameTest, CutsLists) {
  absl::string_view list = "a,,b";
  EXPECT_EQ(TakeListItem(&list), "a");
  EXPECT_EQ(TakeListItem(&list), "");
  EXPECT_EQ(TakeListItem(&list), "b");
  EXPECT_TRUE(list.empty());
}

}  // namespace
}  // namespace nearcast::httpdns
