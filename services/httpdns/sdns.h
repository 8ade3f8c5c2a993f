// Alibaba's SDNS: parameters that an app hands on to the one who decides, and what it gets back.
// Source: Alibaba Cloud HTTPDNS, "Custom resolution" (SDNS).
//
//   sdns-KEY=VALUE     KEY: letters, digits, "_", "-"; VALUE: these and "="; 1,000 octets in all
//
// sdns-stream names the stream, for names that spread by stream; other keys mean nothing here.
#ifndef SERVICES_HTTPDNS_SDNS_H_
#define SERVICES_HTTPDNS_SDNS_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "services/httpdns/question.h"

namespace nearcast::httpdns {

inline constexpr size_t kSdnsBytesMax = 1000;

// Reads one request's parameters, one after the other, into its question.
class SdnsReader {
 public:
  explicit SdnsReader(Question* question) : question_(question) {}

  // `name` begins with "sdns-"; `value` must live as long as the question. SdnsNotSupported when a
  // rule is broken.
  std::optional<Refusal> Read(absl::string_view name, absl::string_view value);

 private:
  Question* const question_;
  size_t bytes_ = 0;
};

// Appends ,"extra":"cname=…;stream=…"; nothing when there is neither.
void AppendExtra(const NameResult& result, std::string* out);

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_SDNS_H_
