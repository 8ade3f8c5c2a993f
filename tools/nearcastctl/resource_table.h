// Resources as a table: the columns worth seeing of each kind. Pure.
#ifndef TOOLS_NEARCASTCTL_RESOURCE_TABLE_H_
#define TOOLS_NEARCASTCTL_RESOURCE_TABLE_H_

#include <span>
#include <string>

#include "nearcast/v1/config.pb.h"
#include "tools/nearcastctl/table.h"

namespace nearcast::ctl {

// A table for each kind among `resources`, an empty line between them. Kinds without columns of
// their own show all their fields of one value.
std::string WriteResourceTables(std::span<const v1::Resource> resources, TextStyle style);

// "CN/440000/440100 chinatelecom"
std::string DescribeLocation(const v1::Location& location);

// "isp=chinatelecom publish_point=show"; "everything" when the scope excludes nothing.
std::string DescribeScope(const v1::RatioRule::Scope& scope);

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_RESOURCE_TABLE_H_
