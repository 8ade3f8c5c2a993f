#include "services/http/test_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace nearcast::http {
namespace {

sockaddr_in Loopback(const std::string& address, uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  inet_pton(AF_INET, address.c_str(), &result.sin_addr);
  return result;
}

}  // namespace

TestClient::TestClient(uint16_t port, const std::string& source) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{.tv_sec = 10, .tv_usec = 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  // The port is chosen by connect: one that another server's clients had a moment ago will do.
  const int on = 1;
  setsockopt(fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const sockaddr_in from = Loopback(source, 0);
  const sockaddr_in to = Loopback("127.0.0.1", port);
  connected_ = bind(fd_, reinterpret_cast<const sockaddr*>(&from), sizeof from) == 0 &&
               connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
}

TestClient::~TestClient() { close(fd_); }

bool TestClient::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

void TestClient::ShutdownSend() { shutdown(fd_, SHUT_WR); }

bool TestClient::Fill() {
  char bytes[65536];
  const ssize_t n = recv(fd_, bytes, sizeof bytes, 0);
  if (n <= 0) return false;
  received_.append(bytes, static_cast<size_t>(n));
  return true;
}

TestResponse TestClient::Receive(Body body) {
  size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return {};
  }
  TestResponse response;
  const std::string head = received_.substr(0, end);
  received_.erase(0, end + 4);
  if (!absl::SimpleAtoi(head.substr(9, 3), &response.status)) return {};
  for (const absl::string_view line : absl::StrSplit(head, "\r\n")) {
    const std::pair<absl::string_view, absl::string_view> field =
        absl::StrSplit(line, absl::MaxSplits(": ", 1));
    response.headers[absl::AsciiStrToLower(field.first)] = std::string(field.second);
  }
  size_t length = 0;
  if (body == Body::kExpected && absl::SimpleAtoi(response.headers["content-length"], &length)) {
    while (received_.size() < length) {
      if (!Fill()) return {};
    }
    response.body = received_.substr(0, length);
    received_.erase(0, length);
  }
  return response;
}

TestResponse TestClient::Get(absl::string_view target) {
  if (!Send(absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: test\r\n\r\n"))) return {};
  return Receive();
}

bool TestClient::ReceiveEnd(std::string* rest) {
  char bytes[65536];
  ssize_t n = 0;
  while ((n = recv(fd_, bytes, sizeof bytes, 0)) > 0) {
    received_.append(bytes, static_cast<size_t>(n));
  }
  *rest = received_;
  received_.clear();
  return n == 0;
}

std::string RunCommand(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "";
  std::string output;
  char bytes[4096];
  size_t n = 0;
  while ((n = fread(bytes, 1, sizeof bytes, pipe)) > 0) output.append(bytes, n);
  pclose(pipe);
  return output;
}

bool HasProgram(const std::string& name) {
  return !RunCommand(absl::StrCat("command -v ", name, " 2>/dev/null")).empty();
}

}  // namespace nearcast::http
