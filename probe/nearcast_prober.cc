// nearcast-prober: a vantage that checks nodes from outside and tells the control plane.
#include <signal.h>

#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/list_flags.h"
#include "probe/connection.h"
#include "probe/prober.h"
#include "spdlog/spdlog.h"

ABSL_FLAG(std::string, vantage, "", "this vantage's name, kept over restarts; required");
ABSL_FLAG(std::vector<std::string>, control, {},
          "host:port of the control plane's gRPC port, one per replica, separated by commas; "
          "required");
ABSL_FLAG(std::string, source_ip, "", "address of this host to connect from; any by default");
ABSL_FLAG(std::string, tls_roots, "",
          "PEM file with certificates that HTTPS checks trust beside the system's");
ABSL_FLAG(uint32_t, threads, 64, "checks that run at the same time at most");

namespace nearcast::probe {
namespace {

constexpr char kUsage[] =
    "nearcast-prober: a vantage. It checks nodes as the HealthCheck resources say, and tells the\n"
    "control plane what it finds.\n\n"
    "  nearcast-prober --vantage=shanghai-1 --control=10.0.0.1:7070,10.0.0.2:7070\n"
    "  nearcast-prober --vantage=unicom --source_ip=192.0.2.7 --control=127.0.0.1:7070\n";

constexpr uint32_t kThreadsMax = 4096;

absl::StatusOr<ProberOptions> OptionsFromFlags() {
  ProberOptions options;
  options.vantage = absl::GetFlag(FLAGS_vantage);
  options.source = absl::GetFlag(FLAGS_source_ip);
  options.threads = absl::GetFlag(FLAGS_threads);
  options.seed = std::random_device()();
  if (options.vantage.empty()) {
    return absl::InvalidArgumentError("--vantage: give this vantage a name, as in --vantage=bj-1");
  }
  for (const std::string& control : absl::GetFlag(FLAGS_control)) {
    if (!absl::StrContains(control, ':')) {
      return absl::InvalidArgumentError(absl::StrCat("--control: ", control, ": want host:port"));
    }
    options.controls.push_back(control);
  }
  if (options.controls.empty()) {
    return absl::InvalidArgumentError("--control: give the control plane's host:port");
  }
  if (options.threads < 1 || options.threads > kThreadsMax) {
    return absl::InvalidArgumentError(absl::StrCat("--threads: want 1 to ", kThreadsMax));
  }
  return options;
}

int Main(int argc, char** argv) {
  absl::SetProgramUsageMessage(kUsage);
  absl::FlagsUsageConfig config;
  config.contains_help_flags = [](absl::string_view file) {
    return absl::EndsWith(file, "probe/nearcast_prober.cc");
  };
  absl::SetFlagsUsageConfig(config);
  ParseFlagsWithLists(argc, argv);
  const absl::StatusOr<ProberOptions> options = OptionsFromFlags();
  absl::Status ready = options.status();
  if (const std::string roots = absl::GetFlag(FLAGS_tls_roots); ready.ok() && !roots.empty()) {
    ready = AddTlsRoots(roots);
  }
  if (!ready.ok()) {
    std::fprintf(stderr, "nearcast-prober: %s\n", std::string(ready.message()).c_str());
    return 2;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread begins: all inherit it
  ::signal(SIGPIPE, SIG_IGN);
  spdlog::info("vantage {}: control plane {}", options->vantage,
               absl::StrJoin(options->controls, ", "));
  const Prober prober(*options);
  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("vantage {}: stops", options->vantage);
  return 0;
}

}  // namespace
}  // namespace nearcast::probe

int main(int argc, char** argv) { return nearcast::probe::Main(argc, argv); }
