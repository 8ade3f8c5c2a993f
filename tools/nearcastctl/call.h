// Call: one run of one command: its words, the server, and where its words go.
#ifndef TOOLS_NEARCASTCTL_CALL_H_
#define TOOLS_NEARCASTCTL_CALL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nearcast/v1/admin.pb.h"
#include "tools/nearcastctl/client.h"
#include "tools/nearcastctl/command.h"
#include "tools/nearcastctl/command_line.h"
#include "tools/nearcastctl/output.h"
#include "tools/nearcastctl/world.h"

namespace nearcast::ctl {

// --author and --reason, which every change takes.
std::vector<Flag> NoteFlags();

// Those, --dry-run, and `own` before them.
std::vector<Flag> ChangeFlags(std::vector<Flag> own);

// One thread.
class Call {
 public:
  // `line` has a command.
  Call(const World& world, const CommandLine& line, OutputFormat format);

  const World& world() const { return world_; }
  OutputFormat format() const { return format_; }
  Client& client();

  // Empty when it was left out.
  std::string Argument(size_t index) const;
  size_t arguments() const { return line_.arguments.size(); }

  bool Has(absl::string_view flag) const;
  std::string Get(absl::string_view flag) const;  // the last one; empty when it was left out
  std::vector<std::string> GetAll(absl::string_view flag) const;

  // A whole number from `least` to `most`, or `otherwise` when the flag was left out.
  absl::StatusOr<int> GetNumber(absl::string_view flag, int least, int most, int otherwise) const;

  // Author and reason of a change.
  void FillNote(v1::ChangeNote* note) const;

  void Print(absl::string_view text);

  // Prints a reply in the format that was asked for.
  ExitCode Show(const google::protobuf::Message& reply,
                absl::FunctionRef<std::string()> write_table);

  // Says what is wrong with the call: kUsage.
  ExitCode Misused(absl::string_view what);

  // Says why the server did not do it: kRefused, or kUsage when it was not reached.
  ExitCode Failed(const absl::Status& status);

 private:
  const World& world_;
  const CommandLine& line_;
  const OutputFormat format_;
  std::unique_ptr<Client> client_;
};

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_CALL_H_
