// Runs a fuzz target on mutants of its corpus, one process, no feedback: slower to find its way than
// libFuzzer, but at the speed of the target itself, and the same inputs every time.
//
// usage: NAME_mutate [--inputs=N] [--first=K] [--seed=S] [--finding=PATH] FILE...
//   the mutants K to K + N - 1 of seed S (1,000,000 from 0 of seed 1). Prints one line. On a crash the
//   input is written to PATH ("finding"), and its number is named: --first=NUMBER --inputs=1 replays
//   it.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "tests/fuzz/byte_mutator.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
// Of the sanitizers' runtime, where there is one.
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace {

uint64_t number = 0;
std::vector<uint8_t> input;
std::string finding = "finding";

// Only calls that a dying process may make.
void KeepFinding() {
  const int fd = open(finding.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  if (fd >= 0 && write(fd, input.data(), input.size()) >= 0) close(fd);
  char text[64];
  const int bytes = std::snprintf(text, sizeof(text), "crashed on input %llu\n",
                                  static_cast<unsigned long long>(number));
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text, static_cast<size_t>(bytes));
}

void OnAbort(int signal) {
  KeepFinding();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

struct Plan {
  uint64_t first = 0;
  uint64_t inputs = 1'000'000;
  uint64_t seed = 1;
  std::vector<nearcast::ByteMutator::Bytes> corpus;
};

bool ReadNumber(const char* argument, const char* name, uint64_t* value) {
  const size_t bytes = std::strlen(name);
  if (std::strncmp(argument, name, bytes) != 0) return false;
  *value = std::strtoull(argument + bytes, nullptr, 10);
  return true;
}

bool ReadPlan(int argc, char** argv, Plan* plan) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (ReadNumber(argv[i], "--inputs=", &plan->inputs) ||
        ReadNumber(argv[i], "--first=", &plan->first) ||
        ReadNumber(argv[i], "--seed=", &plan->seed)) {
      continue;
    }
    if (argument.rfind("--finding=", 0) == 0) {
      finding = argument.substr(10);
      continue;
    }
    std::ifstream file(argument, std::ios::binary);
    if (!file) {
      std::fprintf(stderr, "mutate: cannot open %s\n", argv[i]);
      return false;
    }
    plan->corpus.emplace_back((std::istreambuf_iterator<char>(file)),
                              std::istreambuf_iterator<char>());
    if (plan->corpus.back().size() > nearcast::ByteMutator::kBytesMax) plan->corpus.pop_back();
  }
  if (plan->corpus.empty()) std::fprintf(stderr, "mutate: no corpus file given\n");
  return !plan->corpus.empty();
}

}  // namespace

int main(int argc, char** argv) {
  Plan plan;
  if (!ReadPlan(argc, argv, &plan)) return 2;
  std::signal(SIGABRT, OnAbort);
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(KeepFinding);
  const nearcast::ByteMutator mutator(plan.corpus, plan.seed);
  input.reserve(2 * nearcast::ByteMutator::kBytesMax);
  const auto begin = std::chrono::steady_clock::now();
  for (number = plan.first; number < plan.first + plan.inputs; ++number) {
    mutator.Mutate(number, &input);
    // In memory of its own, so that a sanitizer sees an octet read beyond it.
    const std::unique_ptr<uint8_t[]> exact(new uint8_t[input.size()]);
    std::copy(input.begin(), input.end(), exact.get());
    LLVMFuzzerTestOneInput(exact.get(), input.size());
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  std::printf("%llu mutants of %zu seeds in %.0f s (%.2f us each)\n",
              static_cast<unsigned long long>(plan.inputs), plan.corpus.size(), elapsed.count(),
              elapsed.count() / static_cast<double>(plan.inputs) * 1e6);
  return 0;
}
