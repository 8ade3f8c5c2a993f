// Command: one thing that nearcastctl does, as data (for the parser and for --help) and as a
// function.
//
// Each noun has a file that makes its commands (node_commands.cc, …); all_commands.h lists them.
#ifndef TOOLS_NEARCASTCTL_COMMAND_H_
#define TOOLS_NEARCASTCTL_COMMAND_H_

#include <string>
#include <vector>

namespace nearcast::ctl {

class Call;

// What the process ends with.
enum class ExitCode {
  kDone = 0,
  kRefused = 1,  // by the server; of `diff`: there are differences
  kUsage = 2,    // a wrong call or file, or no server
};

// Whether a command can be called without a flag.
enum class Need { kOptional, kNeeded };

struct Flag {
  std::string name;   // without "--"; the same name means the same in every command
  char letter = 0;    // -f; 0 = none
  std::string value;  // what stands for the value in help: "FILE". Empty = a switch
  std::string help;
  Need need = Need::kOptional;
};

struct Command {
  std::string name;       // "cdn ratio set"
  std::string arguments;  // "[POLICY] TIER": those in brackets may be left out
  std::string summary;    // one line
  std::string details;    // more, or nothing
  std::vector<Flag> flags;
  std::vector<std::string> examples;  // true when copied
  ExitCode (*run)(Call& call) = nullptr;
};

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_COMMAND_H_
