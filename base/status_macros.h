// NC_RETURN_IF_ERROR and NC_ASSIGN_OR_RETURN: pass an absl::Status up, in one line.
//
//   NC_RETURN_IF_ERROR(store->Commit(edit));
//   NC_ASSIGN_OR_RETURN(const Zone zone, ReadZone(text));
#ifndef BASE_STATUS_MACROS_H_
#define BASE_STATUS_MACROS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define NC_STATUS_CONCAT_INNER(a, b) a##b
#define NC_STATUS_CONCAT(a, b) NC_STATUS_CONCAT_INNER(a, b)

#define NC_RETURN_IF_ERROR(expression)                                            \
  do {                                                                            \
    if (absl::Status nc_status = (expression); !nc_status.ok()) return nc_status; \
  } while (false)

#define NC_ASSIGN_OR_RETURN(target, expression) \
  NC_ASSIGN_OR_RETURN_INNER(NC_STATUS_CONCAT(nc_status_or_, __LINE__), target, expression)

#define NC_ASSIGN_OR_RETURN_INNER(status_or, target, expression) \
  auto status_or = (expression);                                 \
  if (!status_or.ok()) return status_or.status();                \
  target = *std::move(status_or)

#endif  // BASE_STATUS_MACROS_H_
