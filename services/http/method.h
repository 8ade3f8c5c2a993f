// Method: the request methods of RFC 9110 section 9 that a route can be registered for.
#ifndef SERVICES_HTTP_METHOD_H_
#define SERVICES_HTTP_METHOD_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace nearcast::http {

enum class Method : uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kUnknown };
inline constexpr size_t kMethods = 8;

// "GET", …; "" for kUnknown.
constexpr absl::string_view MethodName(Method method) {
  constexpr absl::string_view kNames[kMethods] = {"GET",   "HEAD",   "POST",    "PUT",
                                                  "PATCH", "DELETE", "OPTIONS", ""};
  return kNames[static_cast<size_t>(method)];
}

// Methods are case-sensitive (RFC 9110 section 9.1). What is not in the list is kUnknown.
constexpr Method FindMethod(absl::string_view name) {
  for (size_t i = 0; i + 1 < kMethods; ++i) {
    if (MethodName(static_cast<Method>(i)) == name) return static_cast<Method>(i);
  }
  return Method::kUnknown;
}

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_METHOD_H_
