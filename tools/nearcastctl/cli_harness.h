// CliHarness: runs nearcastctl against a fake server and keeps what it printed.
#ifndef TOOLS_NEARCASTCTL_CLI_HARNESS_H_
#define TOOLS_NEARCASTCTL_CLI_HARNESS_H_

#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tools/nearcastctl/cli.h"
#include "tools/nearcastctl/fake_server.h"
#include "tools/nearcastctl/world.h"

namespace nearcast::ctl {

class CliHarness : public testing::Test {
 protected:
  // Runs the words of `text` (no quotes in them) with `input` on standard input; "%" stands for a
  // blank within a word.
  int Run(const std::string& text, const std::string& input = "") {
    std::vector<std::string> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
    for (std::string& word : words) {
      for (char& c : word) c = c == '%' ? ' ' : c;
    }
    std::istringstream in(input);
    std::ostringstream out, err;
    World world;
    world.in = &in;
    world.out = &out;
    world.err = &err;
    world.server = server_address_.empty() ? server_.address() : server_address_;
    world.deadline = deadline_;
    world.user = "ann";
    world.now = absl::FromUnixSeconds(1'767'323'045);
    world.request_id = "request-1";
    const ExitCode code = RunCli(words, world);
    out_ = out.str();
    err_ = err.str();
    return static_cast<int>(code);
  }

  FakeServer server_;
  std::string server_address_;  // another server than the fake one
  absl::Duration deadline_ = absl::Seconds(10);
  std::string out_;
  std::string err_;
};

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_CLI_HARNESS_H_
