#include "services/http/response.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/time/time.h"
#include "services/http/http_date.h"

namespace nearcast::http {
namespace {

TEST(ResponseTest, WritesTheExampleDateOfTheRfc) {
  EXPECT_EQ(WriteHttpDate(absl::FromUnixSeconds(784111777)), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(ResponseTest, WritesAWholeMessage) {
  Response response;
  response.body = "{}";
  response.AddHeader("Cache-Control", "no-store");
  std::string out;
  AppendResponse(response, {.date = "D"}, &out);
  EXPECT_EQ(out,
            "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
            "Cache-Control: no-store\r\n\r\n{}");
}

TEST(ResponseTest, SaysWhatHappensToTheConnection) {
  const auto write = [](const ResponseFraming& framing) {
    std::string out;
    AppendResponse(Response(), framing, &out);
    return out;
  };
  EXPECT_EQ(write({.date = "D"}).find("Connection"), std::string::npos);
  EXPECT_NE(write({.date = "D", .after = ResponseFraming::After::kClose})
                .find("\r\nConnection: close\r\n"),
            std::string::npos);
  EXPECT_NE(write({.date = "D", .version_minor = 0}).find("\r\nConnection: keep-alive\r\n"),
            std::string::npos);
}

TEST(ResponseTest, HeadHasTheLengthAndNoBody) {
  Response response;
  response.body = "12345";
  std::string out;
  AppendResponse(response, {.date = "D", .content = ResponseFraming::Content::kHeadOnly}, &out);
  EXPECT_NE(out.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_EQ(out.substr(out.size() - 4), "\r\n\r\n");
}

TEST(ResponseTest, NoContentHasNeitherLengthNorBody) {
  Response response;
  response.status = 204;
  std::string out;
  AppendResponse(response, {.date = "D"}, &out);
  EXPECT_EQ(out, "HTTP/1.1 204 No Content\r\nDate: D\r\n\r\n");
}

TEST(ResponseTest, WritesErrorsAsJson) {
  Response response;
  WriteError(400, "BadRequest", "say \"please\"", response);
  EXPECT_EQ(response.body, R"({"code":"BadRequest","message":"say \"please\""})");
  WriteError(403, "InvalidAccount", "", response);
  EXPECT_EQ(response.body, R"({"code":"InvalidAccount"})");
  EXPECT_EQ(response.status, 403);
}

TEST(ResponseDeathTest, RefusesALineBreakInAField) {
  Response response;
  EXPECT_DEATH(response.AddHeader("A", "b\r\nC: d"), "check failed");
}

}  // namespace
}  // namespace nearcast::http
