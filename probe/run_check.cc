#include "probe/run_check.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "probe/connection.h"
#include "probe/exchange.h"
#include "probe/host_lookup.h"

namespace nearcast::probe {
namespace {

using Check = v1::ProbePlan::Check;

constexpr size_t kReadBytes = 16 << 10;

bool IsOverTls(const Check& check) { return check.type() == "https" || check.type() == "flvs"; }

// The first of a name's addresses that takes the connection, as players do; each has its share of
// the time.
absl::StatusOr<std::unique_ptr<Connection>> Open(const Check& check, const std::string& source,
                                                 absl::Duration deadline) {
  NC_ASSIGN_OR_RETURN(const auto addresses, LookUpHost(check.address(), deadline));
  absl::StatusOr<std::unique_ptr<Connection>> connection;
  for (size_t i = 0; i < addresses.size(); ++i) {
    const absl::Duration now = Clock::System()->Monotonic();
    const auto to_go = static_cast<int64_t>(addresses.size() - i);
    connection = Connection::Open(
        {.address = addresses[i], .port = static_cast<uint16_t>(check.port()), .source = source},
        now + (deadline - now) / to_go);
    if (!connection.ok()) continue;
    (*connection)->SetDeadline(deadline);
    if (IsOverTls(check)) {
      NC_RETURN_IF_ERROR((*connection)
                             ->StartTls({.server_name = check.server_name(),
                                         .address = addresses[i],
                                         .verify = !check.skip_verify()}));
    }
    return connection;
  }
  return connection;
}

// Talks until there is a verdict. An error is one of the connection.
absl::StatusOr<Verdict> Talk(Connection& connection, Exchange& exchange) {
  std::string output;
  std::optional<Verdict> verdict = exchange.Start(&output);
  char buffer[kReadBytes];
  while (!verdict.has_value()) {
    NC_RETURN_IF_ERROR(connection.Write(output));
    output.clear();
    NC_ASSIGN_OR_RETURN(const size_t size, connection.Read(buffer, sizeof buffer));
    if (size == 0) return exchange.Close();
    verdict = exchange.Read(absl::string_view(buffer, size), &output);
  }
  return *std::move(verdict);
}

Verdict Within(absl::string_view what, const Check& check) {
  return absl::StrCat(what, " within ",
                      absl::FormatDuration(absl::Milliseconds(check.timeout_ms())));
}

Verdict VerdictOf(const Check& check, const std::string& source, absl::Duration begin) {
  const absl::Duration deadline = begin + absl::Milliseconds(check.timeout_ms());
  const auto exchange = MakeExchange(check);
  const auto connection = Open(check, source, deadline);
  if (absl::IsDeadlineExceeded(connection.status())) return Within("no connection", check);
  if (!connection.ok()) return std::string(connection.status().message());
  absl::StatusOr<Verdict> verdict = Talk(**connection, *exchange);
  if (verdict.ok()) return *std::move(verdict);
  if (absl::IsDeadlineExceeded(verdict.status())) return Within(exchange->Lacking(), check);
  return std::string(verdict.status().message());
}

}  // namespace

v1::ProbeReport::CheckResult RunCheck(const Check& check, const std::string& source) {
  const absl::Duration begin = Clock::System()->Monotonic();
  Verdict verdict = VerdictOf(check, source, begin);
  v1::ProbeReport::CheckResult result;
  result.set_check(check.check());
  result.set_node(check.node());
  result.set_ok(verdict.empty());
  result.set_detail(std::move(verdict));
  result.set_took_us(
      static_cast<uint32_t>(absl::ToInt64Microseconds(Clock::System()->Monotonic() - begin)));
  return result;
}

}  // namespace nearcast::probe
