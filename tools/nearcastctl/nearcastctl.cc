// nearcastctl: the operator's command line. docs/nearcastctl.md
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
  world.user = Environment("USER", "unknown");
  world.now = absl::Now();
  world.request_id = RandomId();
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto code = nearcast::ctl::RunCli(words, world);
  std::cout.flush();
  return static_cast<int>(code);
}
