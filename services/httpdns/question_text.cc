#include "services/httpdns/question_text.h"

#include "services/httpdns/host_name.h"

namespace nearcast::httpdns {

TextProblem ReadNames(absl::string_view list, size_t names_max, Question* question) {
  if (list.empty()) return TextProblem::kMissing;
  while (!list.empty()) {
    const absl::string_view name = TakeListItem(&list);
    if (!IsHostName(name)) return TextProblem::kNotHostName;
    if (question->names.size() == names_max) return TextProblem::kTooMany;
    question->names.push_back(name);
  }
  return TextProblem::kNone;
}

TextProblem ReadClient(absl::string_view text, const ipdb::IpAddress& connection,
                       IpParameter ip_parameter, Question* question) {
  ipdb::IpAddress client = connection;
  if (!text.empty()) {
    const auto address = ipdb::ParseIpAddress(text);
    if (!address.ok()) return TextProblem::kNotAddress;
    if (ip_parameter == IpParameter::kHonoured) client = *address;
  }
  question->clients.push_back(client);
  return TextProblem::kNone;
}

absl::string_view MessageOf(TextProblem problem) {
  switch (problem) {
    case TextProblem::kNone:
      break;
    case TextProblem::kMissing:
      return "no host name is given";
    case TextProblem::kNotHostName:
      return "an item is not a host name";
    case TextProblem::kTooMany:
      return "too many names at once";
    case TextProblem::kNotAddress:
      return "the client is not an IP address";
  }
  return "";
}

}  // namespace nearcast::httpdns
