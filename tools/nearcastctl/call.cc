#include "tools/nearcastctl/call.h"

#include <ostream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "proto/yaml/message_writer.h"

namespace nearcast::ctl {

std::vector<Flag> NoteFlags() {
  return {{"reason", 'r', "TEXT", "why, kept with the revision"},
          {"author", 0, "NAME", "who, kept with the revision (else your login name)"}};
}

std::vector<Flag> ChangeFlags(std::vector<Flag> own) {
  own.push_back({"dry-run", 0, "", "check and compare, change nothing"});
  for (Flag& flag : NoteFlags()) own.push_back(std::move(flag));
  return own;
}

Call::Call(const World& world, const CommandLine& line, OutputFormat format)
    : world_(world), line_(line), format_(format) {}

Client& Call::client() {
  if (client_ == nullptr) {
    const std::string server = Has("server") ? Get("server") : world_.server;
    client_ = std::make_unique<Client>(server, world_.deadline);
  }
  return *client_;
}

std::string Call::Argument(size_t index) const {
  return index < line_.arguments.size() ? line_.arguments[index] : "";
}

bool Call::Has(absl::string_view flag) const { return line_.flags.count(std::string(flag)) > 0; }

std::string Call::Get(absl::string_view flag) const {
  const std::vector<std::string> values = GetAll(flag);
  return values.empty() ? "" : values.back();
}

std::vector<std::string> Call::GetAll(absl::string_view flag) const {
  const auto found = line_.flags.find(std::string(flag));
  return found == line_.flags.end() ? std::vector<std::string>() : found->second;
}

absl::StatusOr<int> Call::GetNumber(absl::string_view flag, int least, int most,
                                    int otherwise) const {
  if (!Has(flag)) return otherwise;
  int number = 0;
  if (absl::SimpleAtoi(Get(flag), &number) && number >= least && number <= most) return number;
  return absl::InvalidArgumentError(absl::StrCat("--", flag, " takes a whole number from ", least,
                                                 " to ", most, ", not \"", Get(flag), "\""));
}

void Call::FillNote(v1::ChangeNote* note) const {
  note->set_author(Has("author") ? Get("author") : world_.user);
  note->set_reason(Get("reason"));
}

void Call::Print(absl::string_view text) { world_.out->write(text.data(), text.size()); }

ExitCode Call::Show(const google::protobuf::Message& reply,
                    absl::FunctionRef<std::string()> write_table) {
  switch (format_) {
    case OutputFormat::kTable:
      Print(write_table());
      break;
    case OutputFormat::kJson:
      Print(WriteJson(reply));
      break;
    case OutputFormat::kYaml:
      Print(yaml::WriteMessage(reply));
      break;
  }
  return ExitCode::kDone;
}

ExitCode Call::Misused(absl::string_view what) {
  *world_.err << "nearcastctl: " << what << "\n";
  return ExitCode::kUsage;
}

ExitCode Call::Failed(const absl::Status& status) {
  *world_.err << "nearcastctl: " << status.message() << "\n";
  const bool reached = !absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status);
  return reached ? ExitCode::kRefused : ExitCode::kUsage;
}

}  // namespace nearcast::ctl
