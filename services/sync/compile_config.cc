#include "services/sync/compile_config.h"

#include <string>
#include <utility>

#include "absl/strings/str_join.h"
#include "schedulerlib/config/validate.h"
#include "schedulerlib/convert/config_convert.h"

namespace nearcast {

absl::StatusOr<scheduler::Config> CompileConfig(const std::vector<v1::Resource>& resources,
                                                int64_t revision) {
  scheduler::ConvertedConfig converted = scheduler::ConvertConfig(resources, revision);
  std::vector<scheduler::Problem> problems = std::move(converted.problems);
  for (scheduler::Problem& problem : scheduler::Validate(converted.config)) {
    problems.push_back(std::move(problem));
  }
  if (problems.empty()) return std::move(converted.config);
  return absl::InvalidArgumentError(
      absl::StrJoin(problems, "\n", [](std::string* out, const scheduler::Problem& problem) {
        out->append(problem.ToString());
      }));
}

}  // namespace nearcast
