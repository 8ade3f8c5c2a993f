#include "services/httpdns/resolve.h"

namespace nearcast::httpdns {

void Resolve(const scheduler::Snapshot& snapshot, const Question& question, uint32_t unknown_ttl_s,
             std::vector<NameResult>* results) {
  results->clear();
  for (const absl::string_view name : question.names) {
    const scheduler::CompiledName* compiled = snapshot.FindName(name);
    for (const ipdb::IpAddress& client : question.clients) {
      NameResult& result = results->emplace_back();
      result.name = name;
      result.client = client;
      result.ttl_s = unknown_ttl_s;
      if (compiled == nullptr) continue;
      result.answer = scheduler::DecideName(*compiled, client).answer;
      result.ttl_s = compiled->ttl_s;
    }
  }
}

}  // namespace nearcast::httpdns
