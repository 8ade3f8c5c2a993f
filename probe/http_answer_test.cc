#include "probe/http_answer.h"

#include <ostream>

#include "gtest/gtest.h"

namespace nearcast::probe {
namespace {

struct Row {
  std::string what;
  std::string answer;
  std::string told;  // "status body done", or the error

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.what; }
};

// Reads it in pieces of `step` bytes.
std::string Told(const std::string& answer, size_t step) {
  HttpAnswer reader;
  std::string body;
  for (size_t at = 0; at < answer.size(); at += step) {
    const std::string piece = answer.substr(at, step);
    const absl::Status status = reader.Read(piece, &body);
    if (!status.ok()) return std::string(status.message());
  }
  if (!reader.has_head()) return "no head";
  const char* end = reader.done() ? " done" : reader.ended_by_close() ? " until close" : " open";
  return std::to_string(reader.status()) + " " + body + end;
}

class HttpAnswerTest : public ::testing::TestWithParam<Row> {};

TEST_P(HttpAnswerTest, IsReadTheSameHoweverItIsCut) {
  for (size_t step = 1; step <= GetParam().answer.size(); ++step) {
    ASSERT_EQ(Told(GetParam().answer, step), GetParam().told) << step;
  }
}

const char kChunked[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    Rows, HttpAnswerTest,
    ::testing::Values(
        Row{"Length", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", "200 hello done"},
        Row{"Behind", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello", "200 he done"},
        Row{"Short", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", "200 hello open"},
        Row{"Empty", "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", "503  done"},
        Row{"Close", "HTTP/1.0 404 Not Found\r\n\r\ngone", "404 gone until close"},
        Row{"NoReason", "HTTP/1.1 200\r\n\r\n", "200  until close"},
        Row{"NoContent", "HTTP/1.1 204 No Content\r\n\r\n", "204  done"},
        Row{"Continue", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx",
            "200 x until close"},
        Row{"Chunked", std::string(kChunked) + "3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\nA: b\r\n\r\n",
            "200 hello done"},
        Row{"ChunkedBeatsLength",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n"
            "1\r\nx\r\n0\r\n\r\n",
            "200 x done"},
        Row{"ChunkSize", std::string(kChunked) + "-1\r\n", "not HTTP: chunk size"},
        Row{"HugeChunk", std::string(kChunked) + "fffffffff\r\n", "not HTTP: chunk size"},
        Row{"Ssh", "SSH-2.0-x\r\n", "not HTTP: it does not begin with HTTP/1"},
        Row{"Half", "HTTP/1.1 200 OK\r\n", "no head"},
        Row{"NoStatus", "HTTP/1.1 OK\r\n\r\n", "not HTTP: no status"}));

TEST(HttpAnswerBoundTest, HeadWithoutEndIsRefused) {
  const std::string endless = "HTTP/1.1 200 OK\r\nA: " + std::string(20'000, 'a');
  EXPECT_EQ(Told(endless, 100), "not HTTP: a head or line without end");
  EXPECT_EQ(Told(std::string(kChunked) + std::string(20'000, ' '), 100),
            "not HTTP: a head or line without end");
}

}  // namespace
}  // namespace nearcast::probe
