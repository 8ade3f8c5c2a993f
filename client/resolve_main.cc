// nearcast-resolve: the client library at the command line. Resolves the names it is given; without
// names it reads commands, a line each, and answers a line each:
//
//   resolve NAME     NAME SOURCE FRESHNESS ADDRESS…       (httpdns or local; fresh, due or stale)
//   url URL          URL-WITH-ADDRESS HOST-HEADER
//   preresolve NAME… · network ID · clear                 ok
//   counts           queries=… fresh=… stale=… asked=… requests=…
//
// What fails answers "error: " and why, and the next command is read.
#include <cstdint>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/usage.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "base/list_flags.h"
#include "client/resolver.h"

ABSL_FLAG(std::vector<std::string>, server, {"http://127.0.0.1:8080"},
          "Service addresses, http(s)://HOST[:PORT], the first preferred.");
ABSL_FLAG(std::string, account, "", "Account id; empty for servers without accounts.");
ABSL_FLAG(std::string, secret, "", "Signs requests; empty for unsigned ones.");
ABSL_FLAG(std::string, query, "4", "Families: 4, 6 or 4,6.");
ABSL_FLAG(std::string, network, "", "The network that we are on.");
ABSL_FLAG(uint16_t, probe_port, 80,
          "Port to measure connect times on; 0 keeps the server's order.");
ABSL_FLAG(absl::Duration, wait, absl::Seconds(5), "How long to wait for an answer.");

namespace nearcast::client {
namespace {

std::string ResolveLine(Resolver& resolver, const std::string& name) {
  const auto result = resolver.Resolve(name, absl::GetFlag(FLAGS_wait));
  if (!result.ok()) return absl::StrCat("error: ", result.status().message());
  const char* freshness[] = {"fresh", "due", "stale"};
  return absl::StrCat(name, " ", result->source == Source::kHttpdns ? "httpdns" : "local", " ",
                      freshness[static_cast<int>(result->freshness)], " ",
                      absl::StrJoin(result->addresses, " "));
}

std::string UrlLine(Resolver& resolver, const std::string& url) {
  const auto made = resolver.ResolveUrl(url, absl::GetFlag(FLAGS_wait));
  if (!made.ok()) return absl::StrCat("error: ", made.status().message());
  return absl::StrCat(made->url, " ", made->host_header);
}

std::string CountsLine(const Resolver& resolver) {
  const ResolverCounts c = resolver.counts();
  return absl::StrCat("queries=", c.queries, " fresh=", c.fresh, " stale=", c.stale,
                      " asked=", c.asked, " requests=", c.httpdns.requests);
}

std::string Obey(Resolver& resolver, std::vector<std::string> words) {
  const std::string verb = words.front();
  words.erase(words.begin());
  if (verb == "resolve" && words.size() == 1) return ResolveLine(resolver, words[0]);
  if (verb == "url" && words.size() == 1) return UrlLine(resolver, words[0]);
  if (verb == "counts" && words.empty()) return CountsLine(resolver);
  if (verb == "preresolve") {
    const absl::Status status = resolver.PreResolve(words);
    return status.ok() ? "ok" : absl::StrCat("error: ", status.message());
  }
  if (verb == "network" && words.size() == 1) {
    resolver.SetNetwork(words[0]);
    return "ok";
  }
  if (verb == "clear" && words.empty()) {
    resolver.Clear();
    return "ok";
  }
  return "error: not a command; there are resolve, url, preresolve, network, clear, counts";
}

int ResolveAll(Resolver& resolver, const std::vector<std::string>& names) {
  int failures = 0;
  if (!resolver.PreResolve(names).ok()) ++failures;
  for (const std::string& name : names) {
    const std::string line = ResolveLine(resolver, name);
    if (absl::StartsWith(line, "error: ")) ++failures;
    std::cout << line << std::endl;
  }
  return failures == 0 ? 0 : 1;
}

absl::StatusOr<ResolverOptions> ReadOptions() {
  ResolverOptions options;
  options.servers = absl::GetFlag(FLAGS_server);
  options.account_id = absl::GetFlag(FLAGS_account);
  options.secret = absl::GetFlag(FLAGS_secret);
  options.network = absl::GetFlag(FLAGS_network);
  options.probe_port = absl::GetFlag(FLAGS_probe_port);
  const std::string query = absl::GetFlag(FLAGS_query);
  if (query != "4" && query != "6" && query != "4,6") {
    return absl::InvalidArgumentError("--query is 4, 6 or 4,6");
  }
  options.families = query == "4"   ? Families::kIpv4
                     : query == "6" ? Families::kIpv6
                                    : Families::kBoth;
  return options;
}

int Run(const std::vector<std::string>& names) {
  const auto options = ReadOptions();
  auto resolver = options.ok() ? Resolver::Create(*options) : options.status();
  if (!resolver.ok()) {
    std::cerr << "nearcast-resolve: " << resolver.status().message() << std::endl;
    return 2;
  }
  if (!names.empty()) return ResolveAll(**resolver, names);
  for (std::string line; std::getline(std::cin, line);) {
    std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (!words.empty()) std::cout << Obey(**resolver, std::move(words)) << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace nearcast::client

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("nearcast-resolve [--server URL[,URL]] [NAME…]");
  const std::vector<char*> words = nearcast::ParseFlagsWithLists(argc, argv);
  return nearcast::client::Run({words.begin() + 1, words.end()});
}
