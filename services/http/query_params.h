// QueryParams: the query part of a request's target, read as name=value pairs.
//
//   QueryParams params;
//   NC_RETURN_IF_ERROR(params.Parse("host=pull.live.example&ip=192.0.2.1"));
//   params.Get("host")   // "pull.live.example"
//   params.Get("query")  // ""
//
// The encoding is application/x-www-form-urlencoded: '+' is a space, '%' and two hex digits are a
// byte (RFC 3986 section 2.1). Nothing is guessed: a '%' without its digits is an error, so that
// two readers of one signed query cannot see two different texts.
#ifndef SERVICES_HTTP_QUERY_PARAMS_H_
#define SERVICES_HTTP_QUERY_PARAMS_H_

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace nearcast::http {

// Reusable: Parse replaces what was there and keeps the memory. Not thread-safe.
class QueryParams {
 public:
  static constexpr size_t kParamsMax = 48;

  struct Param {
    absl::string_view name;
    absl::string_view value;
  };

  QueryParams() = default;
  QueryParams(const QueryParams&) = delete;
  QueryParams& operator=(const QueryParams&) = delete;

  // `query` is what follows '?', and must live as long as the views that are handed out. Empty
  // pairs ("a=1&&b=2") are skipped; a name without '=' has the value "". kInvalidArgument on a
  // broken escape, on an encoded zero byte and on more than kParamsMax pairs; there are no
  // parameters then.
  absl::Status Parse(absl::string_view query);

  // The value of the first parameter of that name. Names are case-sensitive.
  std::optional<absl::string_view> Find(absl::string_view name) const;
  // "" where Find finds nothing.
  absl::string_view Get(absl::string_view name) const;

  // In the order of the query.
  std::span<const Param> all() const { return {params_.data(), count_}; }

 private:
  // The text without escapes: a part of the query itself where it has none, else a part of
  // decoded_.
  absl::Status Decode(absl::string_view text, absl::string_view* decoded);

  bool has_escapes_ = false;  // of the query being read
  size_t count_ = 0;
  std::array<Param, kParamsMax> params_;
  std::string decoded_;  // Never longer than the query, so it never moves while one is being read.
};

enum class PlusSign { kSpace, kLiteral };

// Appends `text` without its escapes. kInvalidArgument as above; `out` has the part before the
// error then.
absl::Status AppendPercentDecoded(absl::string_view text, PlusSign plus, std::string* out);

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_QUERY_PARAMS_H_
