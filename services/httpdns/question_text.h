// Reads the parts that requests of several dialects are made of. Pure.
#ifndef SERVICES_HTTPDNS_QUESTION_TEXT_H_
#define SERVICES_HTTPDNS_QUESTION_TEXT_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "ipdb/ip_address.h"
#include "services/httpdns/question.h"

namespace nearcast::httpdns {

enum class TextProblem { kNone, kMissing, kNotHostName, kTooMany, kNotAddress };

// The host names of a list that is separated by commas, at least one and at most `names_max`, into
// the question. They point into `list`.
TextProblem ReadNames(absl::string_view list, size_t names_max, Question* question);

// The one client: `text` if it is an address and counts, `connection` if it is empty or does not.
TextProblem ReadClient(absl::string_view text, const ipdb::IpAddress& connection,
                       IpParameter ip_parameter, Question* question);

// For people.
absl::string_view MessageOf(TextProblem problem);

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_QUESTION_TEXT_H_
