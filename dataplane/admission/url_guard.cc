#include "dataplane/admission/url_guard.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "signing/expiry.h"
#include "signing/url_signer.h"

namespace nearcast::admission {
namespace {

// "live" and "show" of "live/show".
struct Name {
  absl::string_view app;
  absl::string_view stream;
};

Name SplitName(absl::string_view name) {
  const size_t slash = name.find('/');
  if (slash == absl::string_view::npos) return {name, ""};
  return {name.substr(0, slash), name.substr(slash + 1)};
}

}  // namespace

struct UrlGuard::Keys {
  explicit Keys(const UrlKeys& keys) : push(keys.push), pull(keys.pull), pull_signer(keys.pull) {}

  const UrlVerifier push;
  const UrlVerifier pull;
  const UrlSigner pull_signer;
};

UrlGuard::UrlGuard(const Clock* clock)
    : clock_(clock), keys_(std::make_shared<const Keys>(UrlKeys())) {}

UrlGuard::~UrlGuard() = default;

void UrlGuard::SetKeys(const UrlKeys& keys) {
  auto made = std::make_shared<const Keys>(keys);
  absl::MutexLock lock(&mutex_);
  std::swap(keys_, made);
}

std::shared_ptr<const UrlGuard::Keys> UrlGuard::Current() const {
  absl::MutexLock lock(&mutex_);
  return keys_;
}

absl::Status UrlGuard::CheckPush(const Attempt& attempt) { return Check(Current()->push, attempt); }

absl::Status UrlGuard::CheckPull(const Attempt& attempt) { return Check(Current()->pull, attempt); }

absl::Status UrlGuard::Check(const UrlVerifier& verifier, const Attempt& attempt) {
  if (!verifier.verifies()) return absl::OkStatus();
  const Name name = SplitName(attempt.stream);
  const SignedUrl url{
      .parts = {.host = attempt.host, .path = attempt.path, .app = name.app, .stream = name.stream},
      .query = attempt.query,
      .path_prefix = attempt.path_signature};
  const SignatureFault fault = verifier.Check(url, absl::ToUnixSeconds(clock_->Now()));
  if (fault == SignatureFault::kNone) return absl::OkStatus();
  if (fault == SignatureFault::kMissing) missing_.fetch_add(1, std::memory_order_relaxed);
  if (fault == SignatureFault::kExpired) expired_.fetch_add(1, std::memory_order_relaxed);
  if (fault == SignatureFault::kWrong) wrong_.fetch_add(1, std::memory_order_relaxed);
  return absl::PermissionDeniedError(DescribeFault(fault));
}

std::string UrlGuard::SignPull(absl::string_view url) const {
  // The address to connect to (pull/http_url.h) is no part of what is asked for.
  const absl::string_view address = url.substr(std::min(url.find('#'), url.size()));
  url.remove_suffix(address.size());
  std::string text(url.data(), url.size());
  const std::shared_ptr<const Keys> keys = Current();
  const size_t scheme = url.find("://");
  const size_t path_at = scheme == absl::string_view::npos ? scheme : url.find('/', scheme + 3);
  if (path_at == absl::string_view::npos || !keys->pull_signer.signs()) {
    return absl::StrCat(text, address);
  }
  absl::string_view path = url.substr(path_at + 1);
  path = absl::StripSuffix(path.substr(0, path.find('?')), ".flv");
  const Name name = SplitName(path);
  const int64_t expiry_s =
      ExpiryFor(absl::ToUnixSeconds(clock_->Now()), keys->pull_signer.validity_s(), 0);
  keys->pull_signer.Sign(path_at, name.app, name.stream, expiry_s, text);
  return absl::StrCat(text, address);
}

FaultCounts UrlGuard::counts() const {
  return {.missing = missing_.load(std::memory_order_relaxed),
          .expired = expired_.load(std::memory_order_relaxed),
          .wrong = wrong_.load(std::memory_order_relaxed)};
}

}  // namespace nearcast::admission
