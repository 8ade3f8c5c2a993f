// nearcastctl: the operator's command line. docs/nearcastctl.md
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "tools/nearcastctl/cli.h"

namespace {

std::string Environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

// Who asks: the person behind sudo, not root; no shell has to have set USER (cron, containers).
std::string UserName() {
  for (const char* variable : {"SUDO_USER", "USER"}) {
    const std::string name = Environment(variable, "");
    if (!name.empty()) return name;
  }
  const passwd* user = getpwuid(geteuid());
  return user == nullptr ? "unknown" : user->pw_name;
}

std::string RandomId() {
  std::random_device random;
  return absl::StrFormat("%08x%08x%08x%08x", random(), random(), random(), random());
}

}  // namespace

int main(int argc, char** argv) {
  using nearcast::ctl::TextStyle;
  nearcast::ctl::World world;
  world.in = &std::cin;
  world.out = &std::cout;
  world.err = &std::cerr;
  world.style = isatty(STDOUT_FILENO) ? TextStyle::kTerminal : TextStyle::kPlain;
  world.server = Environment("NEARCAST_SERVER", "127.0.0.1:7070");
  world.user = UserName();
  world.now = absl::Now();
  world.request_id = RandomId();
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto code = nearcast::ctl::RunCli(words, world);
  std::cout.flush();
  return static_cast<int>(code);
}
