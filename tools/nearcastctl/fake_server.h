// FakeServer: answers every call with what a test has said, and keeps what it was asked.
#ifndef TOOLS_NEARCASTCTL_FAKE_SERVER_H_
#define TOOLS_NEARCASTCTL_FAKE_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace nearcast::ctl {

// Listens on a free loopback port as long as it lives. Methods are named without their service:
// "Apply". What nobody said anything about is UNIMPLEMENTED.
class FakeServer {
 public:
  FakeServer();
  ~FakeServer();

  std::string address() const;

  void Answer(const std::string& method, const google::protobuf::Message& response);
  void Refuse(const std::string& method, const absl::Status& status);
  void StaySilent(const std::string& method);

  // The last request of that method. Empty when there was none.
  template <typename Request>
  Request Last(const std::string& method) const {
    Request request;
    request.ParseFromString(LastOctets(method));
    return request;
  }

 private:
  struct State;

  std::string LastOctets(const std::string& method) const;

  const std::unique_ptr<State> state_;
};

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_FAKE_SERVER_H_
