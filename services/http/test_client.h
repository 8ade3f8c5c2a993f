// TestClient: a blocking HTTP connection for tests, which can also misbehave.
#ifndef SERVICES_HTTP_TEST_CLIENT_H_
#define SERVICES_HTTP_TEST_CLIENT_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"

namespace nearcast::http {

struct TestResponse {
  int status = 0;                              // 0: the connection ended before a whole response
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

class TestClient {
 public:
  enum class Body { kExpected, kNone };  // kNone after HEAD

  // To 127.0.0.1; `source` is the client's own loopback address.
  explicit TestClient(uint16_t port, const std::string& source = "127.0.0.1");
  ~TestClient();
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  bool connected() const { return connected_; }

  // False if the peer is gone.
  bool Send(absl::string_view bytes);
  void ShutdownSend();

  TestResponse Receive(Body body = Body::kExpected);

  // GET on this connection.
  TestResponse Get(absl::string_view target);

  // Reads to the end of the stream; false if nothing ended it within 10 s.
  bool ReceiveEnd(std::string* rest);

 private:
  bool Fill();

  int fd_ = -1;
  bool connected_ = false;
  std::string received_;
};

// The standard output of a shell command.
std::string RunCommand(const std::string& command);

// Whether a program of that name is on the PATH.
bool HasProgram(const std::string& name);

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_TEST_CLIENT_H_
