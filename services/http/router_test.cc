#include "services/http/router.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace nearcast::http {
namespace {

class RouterTest : public ::testing::Test {
 protected:
  void Add(Method method, const std::string& path) {
    router_.Handle(method, path, [path](const Request&, Response& r) { r.body = path; });
  }

  // "route(wildcard)", "allow LIST", or "none".
  std::string Find(Method method, absl::string_view path) {
    const RouteMatch match = router_.Find(method, path);
    if (match.endpoint == nullptr)
      return match.allow.empty() ? "none" : absl::StrCat("allow ", match.allow);
    Response response;
    match.endpoint->now(Request(), response);
    return absl::StrCat(response.body, "(", match.wildcard, ")");
  }

  Router router_;
};

TEST_F(RouterTest, PrefersExactThenFirstSegmentThenLongestBeginning) {
  Add(Method::kGet, "/d");
  Add(Method::kGet, "/{}/d");
  Add(Method::kGet, "/v1/d");
  Add(Method::kGet, "/v1/*");
  Add(Method::kGet, "/v1/streams/*");
  EXPECT_EQ(Find(Method::kGet, "/d"), "/d()");
  EXPECT_EQ(Find(Method::kGet, "/139450/d"), "/{}/d(139450)");
  EXPECT_EQ(Find(Method::kGet, "/v1/d"), "/v1/d()");
  EXPECT_EQ(Find(Method::kGet, "/v1/x/y"), "/v1/*(x/y)");
  EXPECT_EQ(Find(Method::kGet, "/v1/streams/a"), "/v1/streams/*(a)");
  EXPECT_EQ(Find(Method::kGet, "/d/"), "none");
  EXPECT_EQ(Find(Method::kGet, "//d"), "none");
  EXPECT_EQ(Find(Method::kGet, "/"), "none");
  EXPECT_EQ(Find(Method::kGet, "*"), "none");
}

TEST_F(RouterTest, AnswersHeadByGetAndNamesAllowedMethods) {
  Add(Method::kGet, "/a");
  Add(Method::kPost, "/a");
  EXPECT_EQ(Find(Method::kHead, "/a"), "/a()");
  EXPECT_EQ(Find(Method::kPut, "/a"), "allow GET, HEAD, POST");
  EXPECT_EQ(Find(Method::kUnknown, "/a"), "allow GET, HEAD, POST");
}

TEST_F(RouterTest, AnyMethodMeansTheUnnamedToo) {
  router_.HandleAnyMethod("/d", [](const Request&, Response& r) { r.body = "any"; });
  EXPECT_EQ(Find(Method::kUnknown, "/d"), "any()");
  EXPECT_EQ(Find(Method::kPatch, "/d"), "any()");
}

TEST_F(RouterTest, DiesOnASecondHandler) {
  Add(Method::kGet, "/a");
  EXPECT_DEATH(Add(Method::kGet, "/a"), "check failed");
}

}  // namespace
}  // namespace nearcast::http
