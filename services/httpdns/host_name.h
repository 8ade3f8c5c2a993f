// Which texts are host names, and reading lists of them.
#ifndef SERVICES_HTTPDNS_HOST_NAME_H_
#define SERVICES_HTTPDNS_HOST_NAME_H_

#include "absl/strings/string_view.h"

namespace nearcast::httpdns {

// Letters, digits, '-' and '_' in labels of 1 to 63, 253 characters in all (RFC 1035
// section 2.3.4), with or without the dot at the end. Such a name needs no escaping in any dialect.
bool IsHostName(absl::string_view name);

// Cuts the next item off a list that is separated by commas.
absl::string_view TakeListItem(absl::string_view* list);

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_HOST_NAME_H_
