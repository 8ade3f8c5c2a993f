#include "services/http/request_head.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace nearcast::http {
namespace {

// "METHOD path?query length|chunked keep|close", or the refusal's status.
std::string Read(absl::string_view head) {
  Request request;
  RequestFraming framing;
  if (auto error = ParseRequestHead(head, &request, &framing)) return absl::StrCat(error->status);
  return absl::StrCat(MethodName(request.method), " ", request.path, "?", request.query, " ",
                      framing.body == RequestFraming::Body::kChunked
                          ? "chunked"
                          : absl::StrCat(framing.length_bytes),
                      framing.after == RequestFraming::After::kClose ? " close" : " keep");
}

std::string WithHost(absl::string_view line, absl::string_view fields = "") {
  return Read(absl::StrCat(line, "\r\nHost: h\r\n", fields, "\r\n"));
}

TEST(RequestHeadTest, ReadsRequestLines) {
  EXPECT_EQ(WithHost("GET / HTTP/1.1"), "GET /? 0 keep");
  EXPECT_EQ(WithHost("GET /d?host=x HTTP/1.1"), "GET /d?host=x 0 keep");
  EXPECT_EQ(WithHost("HEAD /d? HTTP/1.0"), "HEAD /d? 0 close");
  EXPECT_EQ(WithHost("GET /%64%2f?a=%2f HTTP/1.1"), "GET /d/?a=%2f 0 keep");
  EXPECT_EQ(WithHost("GET http://h:80/d?x HTTP/1.1"), "GET /d?x 0 keep");
  EXPECT_EQ(WithHost("GET http://h?x HTTP/1.1"), "GET /?x 0 keep");
  EXPECT_EQ(WithHost("GET http://h HTTP/1.1"), "GET /? 0 keep");
  EXPECT_EQ(WithHost("OPTIONS * HTTP/1.1"), "OPTIONS *? 0 keep");
  EXPECT_EQ(WithHost("BREW / HTTP/1.1"), " /? 0 keep");
}

TEST(RequestHeadTest, RefusesBrokenRequestLines) {
  for (const char* line :
       {"GET", "GET /", "GET / HTTP", "GET / HTTP/1.1 x", " GET / HTTP/1.1", "G@T / HTTP/1.1",
        "GET d HTTP/1.1", "GET /#a HTTP/1.1", "GET /a b HTTP/1.1", "GET /%zz HTTP/1.1",
        "GET /%00 HTTP/1.1", "GET  HTTP/1.1", "GET /\x01 HTTP/1.1"}) {
    EXPECT_EQ(WithHost(line), "400") << line;
  }
  EXPECT_EQ(WithHost("GET / HTTP/2.0"), "505");
  EXPECT_EQ(WithHost(absl::StrCat("GET /", std::string(kTargetBytesMax, 'a'), " HTTP/1.1")), "414");
}

TEST(RequestHeadTest, ReadsFraming) {
  EXPECT_EQ(WithHost("POST / HTTP/1.1", "Content-Length: 12\r\n"), "POST /? 12 keep");
  EXPECT_EQ(WithHost("POST / HTTP/1.1", "content-LENGTH:12 \r\n"), "POST /? 12 keep");
  EXPECT_EQ(WithHost("POST / HTTP/1.1", "Content-Length: 1\r\nContent-Length: 1\r\n"),
            "POST /? 1 keep");
  EXPECT_EQ(WithHost("POST / HTTP/1.1", "Transfer-Encoding: Chunked\r\n"), "POST /? chunked keep");
  EXPECT_EQ(WithHost("GET / HTTP/1.1", "Connection: x, Close\r\n"), "GET /? 0 close");
  EXPECT_EQ(WithHost("GET / HTTP/1.0", "Connection: keep-alive\r\n"), "GET /? 0 keep");
}

TEST(RequestHeadTest, RefusesAmbiguousFraming) {
  for (const char* fields :
       {"Content-Length: 1\r\nContent-Length: 2\r\n", "Content-Length: +1\r\n",
        "Content-Length: 1, 1\r\n", "Content-Length: \r\n",
        "Content-Length: 99999999999999999999\r\n", "Host: second\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "A : b\r\n", " folded\r\n",
        "no colon\r\n", "A: b\nC: d\r\n", "A: b\rC: d\r\n", ": x\r\n"}) {
    EXPECT_EQ(WithHost("POST / HTTP/1.1", fields), "400") << fields;
  }
  EXPECT_EQ(WithHost("POST / HTTP/1.1", "Transfer-Encoding: gzip, chunked\r\n"), "501");
  EXPECT_EQ(WithHost("POST / HTTP/1.0", "Transfer-Encoding: chunked\r\n"), "400");
  EXPECT_EQ(WithHost("POST / HTTP/1.1", "Expect: tea\r\n"), "417");
  EXPECT_EQ(Read("GET / HTTP/1.1\r\n\r\n"), "400");
  EXPECT_EQ(Read("GET / HTTP/1.0\r\n\r\n"), "GET /? 0 close");
}

TEST(RequestHeadTest, FindsFieldsInAnyCaseWithoutTheirSpaces) {
  Request request;
  RequestFraming framing;
  ASSERT_FALSE(ParseRequestHead("GET / HTTP/1.1\r\nhOsT: h\r\nX-A: \t one two \t\r\n\r\n", &request,
                                &framing));
  EXPECT_EQ(request.header("x-a"), "one two");
  EXPECT_EQ(request.header("HOST"), "h");
  EXPECT_EQ(request.header("x-b"), "");
}

TEST(RequestHeadTest, BoundsTheNumberOfFields) {
  std::string fields;
  for (size_t i = 1; i < kHeaderFieldsMax; ++i) fields += "A: b\r\n";
  EXPECT_EQ(WithHost("GET / HTTP/1.1", fields), "GET /? 0 keep");
  EXPECT_EQ(WithHost("GET / HTTP/1.1", absl::StrCat(fields, "A: b\r\n")), "431");
}

TEST(RequestHeadTest, FindsTheEndHoweverTheHeadIsCut) {
  const std::string text = "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET";
  const size_t end = text.size() - 3;
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    const size_t first = FindHeadEnd(absl::string_view(text).substr(0, cut), 0);
    EXPECT_EQ(first, cut < end ? absl::string_view::npos : end) << cut;
    if (cut < end) EXPECT_EQ(FindHeadEnd(text, cut), end) << cut;
  }
}

TEST(RequestHeadTest, ReadsTheQueryOnce) {
  Request request;
  RequestFraming framing;
  ASSERT_FALSE(ParseRequestHead("GET /?a=1 HTTP/1.1\r\nHost: h\r\n\r\n", &request, &framing));
  EXPECT_EQ((*request.params())->Get("a"), "1");
  ASSERT_FALSE(ParseRequestHead("GET /?a=%q HTTP/1.1\r\nHost: h\r\n\r\n", &request, &framing));
  EXPECT_FALSE(request.params().ok());
  ASSERT_FALSE(ParseRequestHead("GET /?a=2 HTTP/1.1\r\nHost: h\r\n\r\n", &request, &framing));
  EXPECT_EQ((*request.params())->Get("a"), "2");
}

}  // namespace
}  // namespace nearcast::http
