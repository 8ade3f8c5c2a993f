#include "services/http/query_params.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace nearcast::http {
namespace {

// The parameters as "name=value|name=value", or "error".
std::string Read(absl::string_view query) {
  QueryParams params;
  if (!params.Parse(query).ok()) return params.all().empty() ? "error" : "error with parameters";
  std::string text;
  for (const auto& [name, value] : params.all()) {
    absl::StrAppend(&text, text.empty() ? "" : "|", name, "=", value);
  }
  return text;
}

TEST(QueryParamsTest, ReadsRows) {
  struct Row {
    std::string query;
    std::string expected;
  };
  const Row rows[] = {
      {"", ""},
      {"a=1", "a=1"},
      {"a=1&b=2&a=3", "a=1|b=2|a=3"},
      {"a", "a="},
      {"a=", "a="},
      {"=1", "=1"},
      {"&&a=1&&", "a=1"},
      {"a=b=c", "a=b=c"},
      {"a=x+y%20z", "a=x y z"},
      {"%61%3D=%26", "a==&"},
      {"dn=a.example%2Cb.example", "dn=a.example,b.example"},
      {"city=%E5%B9%BF%E5%B7%9E", "city=广州"},
      {"city=广州", "city=广州"},
      {"a=%", "error"},
      {"a=%4", "error"},
      {"a=%4g", "error"},
      {"a=%00", "error"},
      {"ok=1&%zz=1", "error"},
  };
  for (const Row& row : rows) EXPECT_EQ(Read(row.query), row.expected) << row.query;
}

TEST(QueryParamsTest, TakesTheFirstOfEqualNames) {
  QueryParams params;
  ASSERT_TRUE(params.Parse("ip=1&ip=2&e=").ok());
  EXPECT_EQ(params.Get("ip"), "1");
  EXPECT_EQ(params.Get("absent"), "");
  EXPECT_TRUE(params.Find("e").has_value());
  EXPECT_FALSE(params.Find("IP").has_value());
}

TEST(QueryParamsTest, BoundsTheNumberOfParameters) {
  std::string query;
  for (size_t i = 0; i < QueryParams::kParamsMax; ++i) absl::StrAppend(&query, "&p=", i);
  QueryParams params;
  EXPECT_TRUE(params.Parse(query).ok());
  EXPECT_EQ(params.all().size(), QueryParams::kParamsMax);
  EXPECT_FALSE(params.Parse(absl::StrCat(query, "&one=more")).ok());
}

TEST(QueryParamsTest, ManyEscapedValuesStayValid) {
  std::string query;
  for (int i = 0; i < 40; ++i) absl::StrAppend(&query, "%6e", i, "=%41%42%43", i, "&");
  QueryParams params;
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(params.Parse(query).ok());
    for (int i = 0; i < 40; ++i) {
      EXPECT_EQ(params.Get(absl::StrCat("n", i)), absl::StrCat("ABC", i));
    }
  }
}

}  // namespace
}  // namespace nearcast::http
