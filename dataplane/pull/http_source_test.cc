#include "dataplane/pull/http_source.h"

#include <netdb.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace {

absl::Notification name_server_is_back;

}  // namespace

// Stands in for the system's: a name server that is away.
extern "C" int getaddrinfo(const char*, const char*, const addrinfo*, addrinfo**) {
  name_server_is_back.WaitForNotification();
  return EAI_AGAIN;
}

namespace nearcast::pull {
namespace {

TEST(HttpSourceTest, ANameThatIsNotAnsweredIsGivenUpInTime) {
  boost::asio::io_context io;
  HttpSource source(io.get_executor(), {.connect_ms_max = 20},
                    {.host = "edge.test", .port = "80", .authority = "edge.test", .target = "/"});
  std::optional<absl::Status> opened;
  boost::asio::co_spawn(io, source.Open(),
                        [&](std::exception_ptr, absl::Status status) { opened = status; });
  while (!opened && io.run_one_for(std::chrono::seconds(20)) > 0) {
  }
  name_server_is_back.Notify();
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened, absl::DeadlineExceededError("resolve edge.test: no answer in time"));
}

}  // namespace
}  // namespace nearcast::pull
