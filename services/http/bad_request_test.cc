// One row for each way in which a request can be odd or broken: its bytes on a connection of their
// own, and the exact statuses that come back. Sources: RFC 9110, RFC 9112; the request smuggling
// cases of James Kettle, "HTTP Desync Attacks", 2019.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "services/http/server.h"
#include "services/http/test_client.h"

namespace nearcast::http {
namespace {

struct Row {
  const char* what;
  std::string bytes;
  std::string statuses;  // in order; "" = the connection ends without a word
};

std::string Repeat(absl::string_view text, size_t times) {
  std::string repeated;
  for (; times > 0; --times) absl::StrAppend(&repeated, text);
  return repeated;
}

// A row's bytes may hold zero octets.
std::string Text(absl::string_view text) { return std::string(text); }

// A request line with all that a request needs.
std::string Line(const std::string& line) { return line + "\r\nHost: h\r\n\r\n"; }

// A GET with further fields.
std::string WithFields(const std::string& fields) {
  return absl::StrCat("GET /hello HTTP/1.1\r\nHost: h\r\n", fields, "\r\n");
}

// A POST with further fields and what follows its head.
std::string Post(const std::string& fields, const std::string& rest) {
  return absl::StrCat("POST /echo HTTP/1.1\r\nHost: h\r\n", fields, "\r\n", rest);
}

std::string Chunked(const std::string& body) {
  return Post("Transfer-Encoding: chunked\r\n", body);
}

class BadRequestTest : public ::testing::Test {
 protected:
  BadRequestTest() {
    router_.Handle(Method::kGet, "/hello",
                   [](const Request&, Response& response) { response.body = "\"hello\""; });
    router_.Handle(Method::kPost, "/echo", [](const Request& request, Response& response) {
      response.body = std::string(request.body);
    });
    ServerOptions options;
    options.port = 0;
    options.body_bytes_max = 1000;
    auto server = Server::Listen(options, &router_, Clock::System());
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  std::string Statuses(const std::string& bytes) const {
    TestClient client(server_->port());
    client.Send(bytes);
    client.ShutdownSend();
    std::string statuses;
    while (const int status = client.Receive().status) {
      absl::StrAppend(&statuses, statuses.empty() ? "" : " ", status);
    }
    std::string rest;
    EXPECT_TRUE(client.ReceiveEnd(&rest)) << "the connection stays open";
    EXPECT_EQ(rest, "");
    return statuses;
  }

  void Check(const std::vector<Row>& rows) const {
    for (const Row& row : rows) {
      EXPECT_EQ(Statuses(row.bytes), row.statuses) << row.what;
      // Nobody else notices.
      EXPECT_EQ(Statuses(Line("GET /hello HTTP/1.1")), "200") << "after: " << row.what;
    }
  }

  Router router_;
  std::unique_ptr<Server> server_;
};

TEST_F(BadRequestTest, RequestLines) {
  Check({
      {"nothing", "", ""},
      {"empty lines alone", "\r\n\r\n\r\n", ""},
      {"empty lines before", "\r\n\r\n" + Line("GET /hello HTTP/1.1"), "200"},
      {"a lone LF before", "\n" + Line("GET /hello HTTP/1.1"), "400"},
      {"HTTP/0.9", "GET /hello\r\n\r\n", "400"},
      {"HTTP/0.9 with a version", Line("GET /hello HTTP/0.9"), "505"},
      {"a method alone", "GET\r\n\r\n", "400"},
      {"no target", Line("GET HTTP/1.1"), "400"},
      {"an empty target", Line("GET  HTTP/1.1"), "400"},
      {"a space in the target", Line("GET /a b HTTP/1.1"), "400"},
      {"a tab for a space", Line("GET\t/hello HTTP/1.1"), "400"},
      {"a space at the end", Line("GET /hello HTTP/1.1 "), "400"},
      {"a space at the beginning", Line(" GET /hello HTTP/1.1"), "400"},
      {"a method that is no token", Line("G@T /hello HTTP/1.1"), "400"},
      {"an unknown method", Line("BREW /hello HTTP/1.1"), "501"},
      {"a method in small letters", Line("get /hello HTTP/1.1"), "501"},
      {"a known method, but not here", Line("DELETE /hello HTTP/1.1"), "405"},
      {"a very long method", Line(std::string(5000, 'G') + " /hello HTTP/1.1"), "501"},
      {"CONNECT", Line("CONNECT h:80 HTTP/1.1"), "400"},
      {"OPTIONS *", Line("OPTIONS * HTTP/1.1"), "404"},
      {"GET *", Line("GET * HTTP/1.1"), "404"},
      {"a version too high", Line("GET /hello HTTP/1.2"), "505"},
      {"HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"},
      {"a version of three digits", Line("GET /hello HTTP/1.11"), "400"},
      {"a version in small letters", Line("GET /hello http/1.1"), "400"},
      {"RTSP", Line("OPTIONS rtsp://h/ RTSP/1.0"), "400"},
      {"a zero octet in the target", Line(Text({"GET /he\0llo HTTP/1.1", 20})), "400"},
      {"a zero octet in the method", Line(Text({"G\0T /hello HTTP/1.1", 19})), "400"},
      {"a lone CR in the line", Line("GET /hello\r HTTP/1.1"), "400"},
      {"an LF for a line's end", "GET /hello HTTP/1.1\nHost: h\r\n\r\n", "400"},
      {"PROXY", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + Line("GET /hello HTTP/1.1"), "400"},
      {"TLS", Text({"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11}), "400"},
      {"a DNS message", Text({"\x00\x1d\x12\x34\x00\x00\x00\x01", 8}), "400"},
      {"binary after a letter", "G" + std::string(20000, '\xff'), "414"},
  });
}

TEST_F(BadRequestTest, Targets) {
  Check({
      {"absolute-form", Line("GET http://h/hello HTTP/1.1"), "200"},
      {"absolute-form in capitals", Line("GET HTTP://h/hello HTTP/1.1"), "200"},
      {"absolute-form without path", Line("GET http://h HTTP/1.1"), "404"},
      {"absolute-form of another scheme", Line("GET ftp://h/hello HTTP/1.1"), "400"},
      {"no slash", Line("GET hello HTTP/1.1"), "400"},
      {"a fragment", Line("GET /hello#a HTTP/1.1"), "400"},
      {"an escaped letter", Line("GET /%68ello HTTP/1.1"), "200"},
      {"an escaped slash", Line("GET %2Fhello HTTP/1.1"), "400"},
      {"an escaped zero", Line("GET /hello%00 HTTP/1.1"), "400"},
      {"an escape of one digit", Line("GET /%6 HTTP/1.1"), "400"},
      {"an escape of no digits", Line("GET /% HTTP/1.1"), "400"},
      {"an escape that is not hex", Line("GET /%zz HTTP/1.1"), "400"},
      {"%u", Line("GET /%u0068ello HTTP/1.1"), "400"},
      {"an escaped percent", Line("GET /%2568ello HTTP/1.1"), "404"},
      {"a plus in the path", Line("GET /hel+lo HTTP/1.1"), "404"},
      {"dots", Line("GET /../../hello HTTP/1.1"), "404"},
      {"escaped dots", Line("GET /%2e%2e/hello HTTP/1.1"), "404"},
      {"two slashes", Line("GET //hello HTTP/1.1"), "404"},
      {"UTF-8", Line("GET /h\xc3\xa9llo HTTP/1.1"), "404"},
      {"overlong UTF-8", Line("GET /%c0%af HTTP/1.1"), "404"},
      {"8,192 octets", Line("GET /" + std::string(8191, 'a') + " HTTP/1.1"), "404"},
      {"8,193 octets", Line("GET /" + std::string(8192, 'a') + " HTTP/1.1"), "414"},
      {"a long target without end", "GET /" + std::string(9000, 'a'), "414"},
      {"a long query", Line("GET /hello?" + std::string(9000, 'a') + " HTTP/1.1"), "414"},
  });
}

TEST_F(BadRequestTest, HeaderFields) {
  const std::string line = "GET /hello HTTP/1.1\r\n";
  Check({
      {"no Host", line + "\r\n", "400"},
      {"no Host in HTTP/1.0", "GET /hello HTTP/1.0\r\n\r\n", "200"},
      {"two Hosts", line + "Host: h\r\nHost: h\r\n\r\n", "400"},
      {"an empty Host", line + "Host:\r\n\r\n", "200"},
      {"a Host with a port", line + "Host: [2001:db8::1]:8080\r\n\r\n", "200"},
      {"a Host of two words", line + "Host: a b\r\n\r\n", "400"},
      {"a Host with a path", line + "Host: a/b\r\n\r\n", "400"},
      {"a Host with a user", line + "Host: a@b\r\n\r\n", "400"},
      {"a list of Hosts", line + "Host: a, b\r\n\r\n", "400"},
      {"a space before the colon", WithFields("A : b\r\n"), "400"},
      {"a folded line", WithFields("A: b\r\n c\r\n"), "400"},
      {"a fold at the beginning", line + " Host: h\r\n\r\n", "400"},
      {"no colon", WithFields("A\r\n"), "400"},
      {"no name", WithFields(": b\r\n"), "400"},
      {"a name that is no token", WithFields("A(: b\r\n"), "400"},
      {"a zero octet in a name", WithFields(Text({"A\0: b\r\n", 7})), "400"},
      {"a zero octet in a value", WithFields(Text({"A: \0b\r\n", 7})), "400"},
      {"a bell in a value", WithFields("A: \ab\r\n"), "400"},
      {"DEL in a value", WithFields("A: \x7f\r\n"), "400"},
      {"a lone CR in a value", WithFields("A: b\rC: d\r\n"), "400"},
      {"a lone LF in a value", WithFields("A: b\nC: d\r\n"), "400"},
      {"octets above ASCII in a value", WithFields("A: \xe4\xb8\xad\r\n"), "200"},
      {"no value", WithFields("A:\r\n"), "200"},
      {"64 fields", WithFields(Repeat("A: b\r\n", 63)), "200"},
      {"65 fields", WithFields(Repeat("A: b\r\n", 64)), "431"},
      {"a head of 17 KB in one field", WithFields("A: " + std::string(17000, 'a') + "\r\n"), "431"},
      {"a head of 17 KB in many fields",
       WithFields(Repeat("Abcdefgh: " + std::string(990, 'a') + "\r\n", 17)), "431"},
      {"a head of 17 KB without end", line + "A: " + std::string(17000, 'a'), "431"},
      {"a head that ends early", line + "Host: h\r\n", ""},
      {"Expect: 100-continue without a body", WithFields("Expect: 100-continue\r\n"), "200"},
      {"Expect: other", WithFields("Expect: 200-ok\r\n"), "417"},
      {"Connection of odd options", WithFields("Connection: , ,x,,\r\n"), "200"},
      {"Upgrade", WithFields("Connection: upgrade\r\nUpgrade: h2c\r\n"), "200"},
  });
}

TEST_F(BadRequestTest, Lengths) {
  const auto length = [](const std::string& value) {
    return Post("Content-Length: " + value + "\r\n", "hello");
  };
  Check({
      {"right", length("5"), "200"},
      {"zeros before", length("0005"), "200"},
      {"negative", length("-5"), "400"},
      {"with a plus", length("+5"), "400"},
      {"hexadecimal", length("0x5"), "400"},
      {"a fraction", length("5.0"), "400"},
      {"empty", length(""), "400"},
      {"two words", length("5 5"), "400"},
      {"a list", length("5, 5"), "400"},
      {"2^64", length("18446744073709551616"), "400"},
      {"2^64 - 1", length("18446744073709551615"), "413"},
      {"one octet too many", length("1001"), "413"},
      {"more than comes", length("6"), ""},
      {"the same twice", Post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), "200"},
      {"two that differ", Post("Content-Length: 5\r\nContent-Length: 4\r\n", "hello"), "400"},
      {"less than comes", length("3") + Line("GET /hello HTTP/1.1"), "200 501"},
      {"a GET with a body",
       WithFields("Content-Length: 5\r\n") + "hello" + Line("GET /hello HTTP/1.1"), "200 200"},
      {"a request inside a body", Post("Content-Length: 35\r\n", Line("DELETE /hello HTTP/1.1")),
       "200"},
  });
}

TEST_F(BadRequestTest, TransferCodings) {
  const auto coding = [](const std::string& fields) {
    return Post(fields, "5\r\nhello\r\n0\r\n\r\n");
  };
  Check({
      {"chunked", coding("Transfer-Encoding: chunked\r\n"), "200"},
      {"in capitals, with a tab", coding("TRANSFER-ENCODING:\tCHUNKED\t\r\n"), "200"},
      {"with a length", coding("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), "400"},
      {"after a length", coding("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), "400"},
      {"gzip", coding("Transfer-Encoding: gzip\r\n"), "501"},
      {"gzip, chunked", coding("Transfer-Encoding: gzip, chunked\r\n"), "501"},
      {"chunked, chunked", coding("Transfer-Encoding: chunked, chunked\r\n"), "501"},
      {"chunked, identity", coding("Transfer-Encoding: chunked, identity\r\n"), "501"},
      {"twice", coding("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), "501"},
      {"first identity", coding("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n"),
       "501"},
      {"xchunked", coding("Transfer-Encoding: xchunked\r\n"), "501"},
      {"quoted", coding("Transfer-Encoding: \"chunked\"\r\n"), "501"},
      {"empty", coding("Transfer-Encoding:\r\n"), "501"},
      {"a space before the colon", coding("Transfer-Encoding : chunked\r\n"), "400"},
      {"a fold", coding("Transfer-Encoding:\r\n chunked\r\n"), "501"},
      {"a vertical tab", coding("Transfer-Encoding: \vchunked\r\n"), "400"},
      {"in HTTP/1.0",
       "POST /echo HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
  });
}

TEST_F(BadRequestTest, Chunks) {
  Check({
      {"none", Chunked("0\r\n\r\n"), "200"},
      {"two", Chunked("2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"), "200"},
      {"an extension", Chunked("5;a=b\r\nhello\r\n0\r\n\r\n"), "200"},
      {"a trailer", Chunked("0\r\nA: b\r\n\r\n"), "200"},
      {"then another request", Chunked("0\r\n\r\n") + Line("GET /hello HTTP/1.1"), "200 200"},
      {"no size", Chunked("\r\nhello\r\n0\r\n\r\n"), "400"},
      {"a size that is not hex", Chunked("g\r\n"), "400"},
      {"a negative size", Chunked("-5\r\nhello\r\n"), "400"},
      {"a size with 0x", Chunked("0x5\r\nhello\r\n"), "400"},
      {"a space before the size", Chunked(" 5\r\nhello\r\n"), "400"},
      {"a size of 15 digits", Chunked("fffffffffffffff\r\n"), "413"},
      {"a size of 16 digits", Chunked("ffffffffffffffff\r\n"), "400"},
      {"a size of a thousand zeros", Chunked(std::string(1000, '0') + "\r\n\r\n"), "400"},
      {"one octet too many in all", Chunked("3e8\r\n" + std::string(1000, 'a') + "\r\n1\r\n"),
       "413"},
      {"an LF for a line's end", Chunked("5\nhello\n0\n\n"), "400"},
      {"data longer than its size", Chunked("4\r\nhello\r\n0\r\n\r\n"), "400"},
      {"data shorter than its size", Chunked("6\r\nhello\r\n0\r\n\r\n"), "400"},
      {"an endless extension", Chunked("5;" + std::string(5000, 'a')), "400"},
      {"an endless trailer", Chunked("0\r\n" + Repeat("A: b\r\n", 1000)), "400"},
      {"the end within a chunk", Chunked("5\r\nhel"), ""},
      {"the end before the last line", Chunked("0\r\n"), ""},
  });
}

TEST_F(BadRequestTest, Pipelines) {
  const std::string good = Line("GET /hello HTTP/1.1");
  Check({
      {"what follows rubbish is not read", good + "rubbish\r\n\r\n" + good, "200 400"},
      {"what follows an end is not read",
       WithFields("Connection: close\r\n") + Line("GET /nowhere HTTP/1.1"), "200"},
      {"what follows HTTP/1.0 is not read", "GET /hello HTTP/1.0\r\n\r\n" + good, "200"},
      {"a hundred, the last cut", Repeat(good, 100) + "GET /he", "200" + Repeat(" 200", 99)},
  });
}

}  // namespace
}  // namespace nearcast::http
