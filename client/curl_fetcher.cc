#include "client/curl_fetcher.h"

#include <curl/curl.h>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace nearcast::client {
namespace {

constexpr absl::string_view kDate = "date:";

// Less than `size` taken tells libcurl to give up.
size_t TakeBody(char* data, size_t, size_t size, void* to) {
  auto* reply = static_cast<HttpReply*>(to);
  if (reply->body.size() + size > kBodyBytesMax) return 0;
  reply->body.append(data, size);
  return size;
}

size_t TakeHeader(char* data, size_t, size_t size, void* to) {
  const absl::string_view line(data, size);
  if (absl::StartsWithIgnoreCase(line, kDate)) {
    static_cast<HttpReply*>(to)->date =
        std::string(absl::StripAsciiWhitespace(line.substr(kDate.size())));
  }
  return size;
}

absl::Status ToStatus(CURLcode code, const std::string& url, const char* detail) {
  const std::string message =
      absl::StrCat(url.substr(0, url.find('?')), ": ", *detail ? detail : curl_easy_strerror(code));
  if (code == CURLE_OPERATION_TIMEDOUT) return absl::DeadlineExceededError(message);
  return absl::UnavailableError(message);
}

}  // namespace

CurlFetcher::~CurlFetcher() {
  absl::MutexLock lock(&mutex_);
  if (curl_ != nullptr) curl_easy_cleanup(curl_);
}

void CurlFetcher::Prepare(const std::string& url, absl::Duration timeout, HttpReply* reply) {
  CURL* curl = curl_;
  curl_easy_reset(curl);  // keeps connections
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(timeout)));
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, TakeBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, TakeHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, reply);
}

absl::StatusOr<HttpReply> CurlFetcher::Fetch(const std::string& url, absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  if (curl_ != nullptr && forget_.exchange(false)) {
    curl_easy_cleanup(curl_);
    curl_ = nullptr;
  }
  if (curl_ == nullptr) curl_ = curl_easy_init();
  if (curl_ == nullptr) return absl::UnavailableError("libcurl could not be initialized");
  HttpReply reply;
  char detail[CURL_ERROR_SIZE] = "";
  Prepare(url, timeout, &reply);
  curl_easy_setopt(curl_, CURLOPT_ERRORBUFFER, detail);
  const CURLcode code = curl_easy_perform(curl_);
  curl_easy_setopt(curl_, CURLOPT_ERRORBUFFER, nullptr);
  if (code != CURLE_OK) return ToStatus(code, url, detail);
  long status = 0;
  curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  return reply;
}

}  // namespace nearcast::client
