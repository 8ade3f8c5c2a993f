#include "services/httpdns/resolve.h"

#include "services/httpdns/access.h"

namespace nearcast::httpdns {

void Resolve(const scheduler::Snapshot& snapshot, const scheduler::Account* account,
             const Question& question, uint32_t unknown_ttl_s, std::vector<NameResult>* results) {
  results->clear();
  for (const absl::string_view name : question.names) {
    auto [compiled, stream] = snapshot.FindName(name);
    if (RightToHost(account, name) == HostRight::kDenied) compiled = nullptr;
    if (!question.stream.empty()) stream = question.stream;
    for (const ipdb::IpAddress& client : question.clients) {
      NameResult& result = results->emplace_back();
      result.name = name;
      result.client = client;
      result.ttl_s = unknown_ttl_s;
      result.stream = question.stream;
      if (compiled == nullptr) continue;
      result.answer = scheduler::DecideName(*compiled, {.client = client, .stream = stream}).answer;
      result.ttl_s = compiled->ttl_s;
    }
  }
}

}  // namespace nearcast::httpdns
