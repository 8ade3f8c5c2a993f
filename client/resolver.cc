#include "client/resolver.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/status_macros.h"
#include "client/address_ranking.h"
#include "client/curl_fetcher.h"
#include "client/host_name.h"
#include "client/system_dns.h"
#include "client/tcp_prober.h"

namespace nearcast::client {
namespace {

constexpr size_t kLaneCapacity = 256;

absl::Status CheckServers(std::vector<std::string>* servers) {
  if (servers->empty()) return absl::InvalidArgumentError("servers: at least one is needed");
  for (std::string& server : *servers) {
    while (absl::EndsWith(server, "/")) server.pop_back();
    const absl::Status status = FindHost(server).status();
    if (!status.ok() ||
        !(absl::StartsWith(server, "http://") || absl::StartsWith(server, "https://"))) {
      return absl::InvalidArgumentError(
          absl::StrCat("servers: \"", server, "\" is not http(s)://HOST[:PORT]"));
    }
  }
  return absl::OkStatus();
}

absl::Status Check(ResolverOptions* options) {
  NC_RETURN_IF_ERROR(CheckServers(&options->servers));
  const auto require = [](bool holds, absl::string_view what) {
    return holds ? absl::OkStatus() : absl::InvalidArgumentError(what);
  };
  constexpr absl::Duration kNone = absl::ZeroDuration();
  const CachePolicy& cache = options->cache;
  NC_RETURN_IF_ERROR(require(std::all_of(options->account_id.begin(), options->account_id.end(),
                                         [](char c) { return absl::ascii_isalnum(c); }),
                             "account_id: letters and digits only"));
  NC_RETURN_IF_ERROR(
      require(options->request_timeout > kNone && options->request_timeout <= absl::Seconds(5),
              "request_timeout: above 0, at most 5 s"));
  NC_RETURN_IF_ERROR(require(options->local_ttl > kNone, "local_ttl: above 0"));
  NC_RETURN_IF_ERROR(require(options->refresh_tick > kNone, "refresh_tick: above 0"));
  NC_RETURN_IF_ERROR(require(options->signature_validity > kNone, "signature_validity: above 0"));
  NC_RETURN_IF_ERROR(require(cache.entries_max > 0, "cache.entries_max: above 0"));
  NC_RETURN_IF_ERROR(require(cache.refresh_at > 0 && cache.refresh_at <= 1,
                             "cache.refresh_at: above 0, at most 1"));
  return require(cache.stale_max >= kNone && cache.retry_wait >= kNone && cache.idle_max >= kNone,
                 "cache: stale_max, retry_wait and idle_max are not negative");
}

// Fills in the real world where the options name none; returns what then must be kept alive.
std::vector<std::shared_ptr<void>> Complete(ResolverOptions* options) {
  std::vector<std::shared_ptr<void>> owned;
  const auto fill = [&owned](auto** place, auto made) {
    if (*place != nullptr) return;
    *place = made.get();
    owned.push_back(std::move(made));
  };
  if (options->clock == nullptr) options->clock = Clock::System();
  fill(&options->fetcher, std::make_shared<CurlFetcher>());
  fill(&options->prober, std::make_shared<TcpProber>());
  fill(&options->local, std::make_shared<SystemDns>());
  return owned;
}

HttpdnsOptions ToHttpdns(const ResolverOptions& options) {
  return {.servers = options.servers,
          .account = {options.account_id, options.secret},
          .families = options.families,
          .request_timeout = options.request_timeout,
          .signature_validity = options.signature_validity};
}

absl::Status UnknownName(const std::string& name) {
  return absl::NotFoundError(absl::StrCat(name, ": neither HTTPDNS nor LocalDNS knows an address"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Resolver>> Resolver::Create(ResolverOptions options) {
  NC_RETURN_IF_ERROR(Check(&options));
  return std::unique_ptr<Resolver>(new Resolver(std::move(options)));
}

Resolver::Resolver(ResolverOptions options)
    : real_(Complete(&options)),
      options_(std::move(options)),
      httpdns_(ToHttpdns(options_), options_.clock, options_.fetcher),
      network_(options_.network),
      cache_(options_.cache),
      probe_lane_(std::make_unique<Lane>(kLaneCapacity, absl::InfiniteDuration(), nullptr)),
      local_lane_(std::make_unique<Lane>(kLaneCapacity, absl::InfiniteDuration(), nullptr)),
      ask_lane_(
          std::make_unique<Lane>(kLaneCapacity, options_.refresh_tick, [this] { RefreshDue(); })) {}

// In the order in which the lanes hand work on, so that none pushes to one that is gone.
Resolver::~Resolver() {
  ask_lane_->Close();
  local_lane_->Close();
  probe_lane_->Close();
  std::vector<Told> told;
  {
    absl::MutexLock lock(&mutex_);
    for (auto& [name, waiters] : pending_) {
      told.push_back({std::move(waiters), absl::CancelledError("the resolver is being destroyed")});
    }
  }
  Tell(std::move(told));
}

absl::StatusOr<Resolution> Resolver::Resolve(absl::string_view name, absl::Duration wait) {
  struct Outcome {
    absl::Notification ready;
    absl::StatusOr<Resolution> result = absl::UnknownError("");
  };
  // Shared: the answer may come when this call has given up.
  auto outcome = std::make_shared<Outcome>();
  ResolveAsync(name, [outcome](absl::StatusOr<Resolution> result) {
    outcome->result = std::move(result);
    outcome->ready.Notify();
  });
  if (!outcome->ready.WaitForNotificationWithTimeout(wait)) {
    return absl::DeadlineExceededError(
        absl::StrCat(name, ": no answer within ", absl::FormatDuration(wait)));
  }
  return std::move(outcome->result);
}

void Resolver::ResolveAsync(absl::string_view name, Callback done) {
  const bool literal = FindFamily(name).has_value();
  const auto host = literal ? std::string(name) : ParseHostName(name);
  absl::StatusOr<Resolution> now = absl::UnknownError("");
  {
    absl::MutexLock lock(&mutex_);
    ++counts_.queries;
    if (literal) {
      ++counts_.literal;
      now = Resolution{.addresses = {*host}};
    } else if (!host.ok()) {
      ++counts_.refused;
      now = host.status();
    } else if (auto kept = FindKept(*host)) {
      now = *std::move(kept);
      ++(now.ok() && now->freshness == Freshness::kStale ? counts_.stale : counts_.fresh);
    } else {
      const absl::Status status = AddWaiter(*host, done);
      ++(status.ok() ? counts_.asked : counts_.refused);
      if (status.ok()) return;
      now = status;
    }
  }
  done(std::move(now));
}

std::optional<absl::StatusOr<Resolution>> Resolver::FindKept(const std::string& name) {
  auto found = cache_.Find({network_, name}, options_.clock->Monotonic());
  if (!found) return std::nullopt;
  if (found->freshness != Freshness::kFresh) Start({name});
  if (found->addresses.empty()) return UnknownName(name);
  return Resolution{std::move(found->addresses), found->source, found->freshness};
}

absl::Status Resolver::AddWaiter(const std::string& name, Callback done) {
  if (waiters_ >= options_.waiters_max) {
    return absl::ResourceExhaustedError(absl::StrCat(name, ": too many callers wait"));
  }
  if (!pending_.contains(name) && !StartBatch({name})) {
    return absl::ResourceExhaustedError(absl::StrCat(name, ": too many questions under way"));
  }
  pending_[name].push_back(std::move(done));
  ++waiters_;
  return absl::OkStatus();
}

absl::StatusOr<IpUrl> Resolver::ResolveUrl(absl::string_view url, absl::Duration wait) {
  NC_ASSIGN_OR_RETURN(const std::string host, FindHost(url));
  NC_ASSIGN_OR_RETURN(const Resolution resolution, Resolve(host, wait));
  return Rewrite(url, resolution.addresses.front());
}

absl::Status Resolver::PreResolve(const std::vector<std::string>& names) {
  absl::Status status;
  std::vector<std::string> hosts;
  for (const std::string& name : names) {
    if (FindFamily(name)) continue;
    auto host = ParseHostName(name);
    if (host.ok()) {
      hosts.push_back(*std::move(host));
    } else {
      status.Update(host.status());
    }
  }
  absl::MutexLock lock(&mutex_);
  Start(std::move(hosts));
  return status;
}

void Resolver::SetNetwork(absl::string_view id) {
  std::vector<Told> told;
  {
    absl::MutexLock lock(&mutex_);
    if (id == network_) return;
    std::vector<std::string> names = cache_.FindUsed(network_, options_.clock->Monotonic());
    ++generation_;
    network_ = std::string(id);
    httpdns_.Restart();
    auto waiting = std::move(pending_);
    pending_.clear();
    waiters_ = 0;
    for (auto& [name, waiters] : waiting) {
      // Nobody waits: it was a refresh, or asked for ahead.
      if (waiters.empty()) names.push_back(name);
      for (Callback& done : waiters) {
        absl::Status status;
        auto now = FindKept(name);
        if (!now) status = AddWaiter(name, done);
        if (!status.ok()) now = status;
        if (now) told.push_back({{std::move(done)}, *std::move(now)});
      }
    }
    Start(std::move(names));
  }
  Tell(std::move(told));
}

void Resolver::Clear() {
  absl::MutexLock lock(&mutex_);
  cache_.Clear();
}

void Resolver::RefreshDue() {
  absl::MutexLock lock(&mutex_);
  Start(cache_.FindDue(network_, options_.clock->Monotonic()));
}

ResolverCounts Resolver::counts() const {
  absl::MutexLock lock(&mutex_);
  ResolverCounts counts = counts_;
  counts.evicted = cache_.evicted();
  counts.entries = cache_.size();
  counts.httpdns = httpdns_.counts();
  return counts;
}

// Begins a refresh of those that want one and are not under way.
void Resolver::Start(std::vector<std::string> names) {
  const absl::Duration now = options_.clock->Monotonic();
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::erase_if(names, [&](const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return pending_.contains(name) || !cache_.WantsRefresh({network_, name}, now);
  });
  for (size_t i = 0; i < names.size(); i += kBatchNamesMax) {
    const size_t end = std::min(i + kBatchNamesMax, names.size());
    if (!StartBatch({names.begin() + i, names.begin() + end})) ++counts_.dropped;
  }
}

bool Resolver::StartBatch(std::vector<std::string> names) {
  const Batch batch{generation_, network_, names};
  if (!ask_lane_->TryPush([this, batch] { Ask(batch); })) return false;
  for (std::string& name : names) pending_.try_emplace(std::move(name));
  return true;
}

void Resolver::Ask(const Batch& batch) {
  {
    absl::MutexLock lock(&mutex_);
    if (batch.generation != generation_) return;
  }
  auto answers = httpdns_.Ask(batch.names);
  std::vector<Told> told;
  {
    absl::MutexLock lock(&mutex_);
    if (batch.generation != generation_) return;
    for (size_t i = 0; i < batch.names.size(); ++i) {
      const std::string& name = batch.names[i];
      if (!answers.ok()) {
        told.push_back(Fall(batch, name, answers.status()));
      } else if (NameAnswer& answer = (*answers)[i]; answer.addresses.empty()) {
        told.push_back(Fall(batch, name, std::move(answer)));
      } else {
        told.push_back(
            Settle(batch, name, std::move(answer.addresses), Source::kHttpdns, answer.ttl));
      }
    }
  }
  Tell(std::move(told));
}

// `httpdns` is an answer without addresses, or why there is none.
Resolver::Told Resolver::Fall(const Batch& batch, const std::string& name,
                              absl::StatusOr<NameAnswer> httpdns) {
  const absl::Duration now = options_.clock->Monotonic();
  if (!httpdns.ok()) {
    // HTTPDNS's expired answer is still nearer the truth than LocalDNS's.
    const auto kept = cache_.Look({network_, name}, now);
    if (kept && kept->source == Source::kHttpdns && !kept->addresses.empty()) {
      cache_.Postpone({network_, name}, now);
      return {TakeWaiters(name), Resolution{kept->addresses, kept->source, kept->freshness}};
    }
  }
  if (options_.local_dns == LocalDnsUse::kFallback) {
    Batch one{batch.generation, batch.network, {name}};
    if (local_lane_->TryPush([this, one, httpdns] { AskLocal(one, httpdns); })) return {};
    ++counts_.dropped;
  } else if (httpdns.ok()) {
    return Settle(batch, name, {}, Source::kHttpdns, httpdns->ttl);
  }
  return Fail(name, httpdns.ok() ? absl::ResourceExhaustedError("too many LocalDNS questions")
                                 : httpdns.status());
}

void Resolver::AskLocal(const Batch& batch, const absl::StatusOr<NameAnswer>& httpdns) {
  const std::string& name = batch.names.front();
  auto addresses = options_.local->Resolve(name, options_.families);
  std::vector<Told> told;
  {
    absl::MutexLock lock(&mutex_);
    if (batch.generation != generation_) return;
    if (addresses.ok()) {
      ++counts_.local;
      told.push_back(
          Settle(batch, name, *std::move(addresses), Source::kLocalDns, options_.local_ttl));
    } else if (httpdns.ok() && absl::IsNotFound(addresses.status())) {
      told.push_back(Settle(batch, name, {}, Source::kHttpdns, httpdns->ttl));
    } else {
      // An error is not an answer: nothing is kept.
      told.push_back(
          Fail(name, absl::UnavailableError(absl::StrCat(
                         httpdns.ok() ? "HTTPDNS knows no address" : httpdns.status().message(),
                         "; ", addresses.status().message()))));
    }
  }
  Tell(std::move(told));
}

Resolver::Told Resolver::Settle(const Batch& batch, const std::string& name,
                                std::vector<std::string> addresses, Source source,
                                absl::Duration ttl) {
  const CacheKey key{network_, name};
  const absl::Duration now = options_.clock->Monotonic();
  const bool ranked = options_.probe_port != 0 && addresses.size() > 1;
  if (ranked) {
    const Batch one{batch.generation, batch.network, {name}};
    if (!probe_lane_->TryPush([this, one, addresses] { Measure(one, addresses); })) {
      ++counts_.dropped;
    }
    // The same addresses keep their ranking until they are measured again.
    const auto kept = cache_.Look(key, now);
    if (kept && std::is_permutation(kept->addresses.begin(), kept->addresses.end(),
                                    addresses.begin(), addresses.end())) {
      addresses = kept->addresses;
    }
  }
  cache_.Put(key, addresses, source, ttl, now);
  if (addresses.empty()) return {TakeWaiters(name), UnknownName(name)};
  return {TakeWaiters(name), Resolution{std::move(addresses), source, Freshness::kFresh}};
}

Resolver::Told Resolver::Fail(const std::string& name, const absl::Status& why) {
  cache_.Postpone({network_, name}, options_.clock->Monotonic());
  return {TakeWaiters(name), why};
}

std::vector<Resolver::Callback> Resolver::TakeWaiters(const std::string& name) {
  const auto found = pending_.find(name);
  if (found == pending_.end()) return {};
  std::vector<Callback> waiters = std::move(found->second);
  pending_.erase(found);
  waiters_ -= waiters.size();
  return waiters;
}

void Resolver::Measure(const Batch& batch, const std::vector<std::string>& addresses) {
  const auto times = options_.prober->Probe(addresses, options_.probe_port, options_.probe_timeout);
  auto ranked = RankAddresses(addresses, times);
  absl::MutexLock lock(&mutex_);
  if (batch.generation != generation_) return;
  cache_.Rank({batch.network, batch.names.front()}, std::move(ranked));
}

void Resolver::Tell(std::vector<Told> told) {
  for (Told& one : told) {
    for (Callback& done : one.waiters) done(one.result);
  }
}

}  // namespace nearcast::client
