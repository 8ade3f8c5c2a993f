#include "schedulerlib/config/delay_probes.h"

#include "absl/strings/str_cat.h"
#include "schedulerlib/model/sample_address.h"

namespace nearcast::scheduler {

void ValidateDelayProbe(const DelayProbe& probe, std::map<std::string, std::string>& seen,
                        AddProblem add) {
  const auto check_range = [add](absl::string_view path, uint32_t value, uint32_t min,
                                 uint32_t max) {
    if (value < min || value > max) add(path, absl::StrCat("must be ", min, " to ", max));
  };
  if (probe.samples.empty() && !probe.between_nodes) {
    add("spec.samples", "is empty, and between_nodes is not set; nothing would be measured");
  }
  for (size_t i = 0; i < probe.samples.size(); ++i) {
    const std::string path = absl::StrCat("spec.samples[", i, "]");
    const auto address = ParseSampleAddress(probe.samples[i].address);
    if (!address.ok()) {
      add(absl::StrCat(path, ".address"), address.status().message());
      continue;
    }
    const auto [at, is_new] = seen.emplace(address->ToString(), probe.name);
    if (!is_new) {
      add(absl::StrCat(path, ".address"),
          absl::StrCat("is a sample of DelayProbe \"", at->second, "\" already: ", at->first));
    }
    const ipdb::Location& place = probe.samples[i].place;
    if (place != ipdb::Location() && place.country.empty()) {
      add(absl::StrCat(path, ".place.country"), "is empty; a place needs at least its country");
    }
  }
  if (seen.size() > kDelaySamplesMax) {
    add("spec.samples",
        absl::StrCat("brings the samples of all probes to more than ", kDelaySamplesMax));
  }
  check_range("spec.interval_s", probe.interval_s, 1, 86'400);
  check_range("spec.tries", probe.tries, 1, 10);
  check_range("spec.timeout_ms", probe.timeout_ms, 1, 10'000);
}

}  // namespace nearcast::scheduler
