#include "services/http/router.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace nearcast::http {

void Router::Handle(Method method, absl::string_view path, Handler handler) {
  Add(method, path).now = std::move(handler);
}

void Router::HandleLater(Method method, absl::string_view path, LaterHandler handler) {
  Add(method, path).later = std::move(handler);
}

void Router::HandleAnyMethod(absl::string_view path, const Handler& handler) {
  for (size_t i = 0; i < kMethods; ++i) Handle(static_cast<Method>(i), path, handler);
}

Endpoint& Router::Add(Method method, absl::string_view path) {
  Route& route = RouteOf(path);
  Endpoint& endpoint = route.endpoints[static_cast<size_t>(method)];
  NC_CHECK(endpoint.now == nullptr && endpoint.later == nullptr);
  const auto allow = [&](absl::string_view name) {
    if (!name.empty()) absl::StrAppend(&route.allow, route.allow.empty() ? "" : ", ", name);
  };
  allow(MethodName(method));
  const Endpoint& head = route.endpoints[static_cast<size_t>(Method::kHead)];
  if (method == Method::kGet && head.now == nullptr) allow("HEAD");
  return endpoint;
}

Router::Route& Router::RouteOf(absl::string_view path) {
  NC_CHECK(absl::StartsWith(path, "/"));
  if (absl::StartsWith(path, "/{}")) return after_first_segment_[std::string(path.substr(3))];
  if (!absl::EndsWith(path, "*")) return exact_[std::string(path)];
  const std::string beginning(path.substr(0, path.size() - 1));
  const auto at = std::find_if(beginnings_.begin(), beginnings_.end(), [&](const auto& entry) {
    return entry.first.size() < beginning.size() || entry.first == beginning;
  });
  if (at != beginnings_.end() && at->first == beginning) return at->second;
  return beginnings_.insert(at, {beginning, Route()})->second;
}

RouteMatch Router::Choose(const Route& route, Method method, absl::string_view wildcard) {
  const auto endpoint = [&](Method m) -> const Endpoint* {
    const Endpoint& candidate = route.endpoints[static_cast<size_t>(m)];
    return candidate.now != nullptr || candidate.later != nullptr ? &candidate : nullptr;
  };
  const Endpoint* found = endpoint(method);
  if (found == nullptr && method == Method::kHead) found = endpoint(Method::kGet);
  if (found == nullptr) return {nullptr, wildcard, route.allow};
  return {found, wildcard, {}};
}

RouteMatch Router::Find(Method method, absl::string_view path) const {
  if (const auto it = exact_.find(path); it != exact_.end()) return Choose(it->second, method, {});
  const size_t slash = path.find('/', 1);
  if (slash != path.npos && slash > 1 && !after_first_segment_.empty()) {
    const auto it = after_first_segment_.find(path.substr(slash));
    if (it != after_first_segment_.end()) {
      return Choose(it->second, method, path.substr(1, slash - 1));
    }
  }
  for (const auto& [beginning, route] : beginnings_) {
    if (absl::StartsWith(path, beginning)) {
      return Choose(route, method, path.substr(beginning.size()));
    }
  }
  return {};
}

}  // namespace nearcast::http
