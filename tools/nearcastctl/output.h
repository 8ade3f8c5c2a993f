// Replies as text: JSON and YAML of any message, and of resources in the form that `apply` reads.
// Pure.
#ifndef TOOLS_NEARCASTCTL_OUTPUT_H_
#define TOOLS_NEARCASTCTL_OUTPUT_H_

#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nearcast/v1/config.pb.h"

namespace google::protobuf {
class Message;
}

namespace nearcast::ctl {

enum class OutputFormat { kTable, kJson, kYaml };

// "table", "json", "yaml". INVALID_ARGUMENT lists them.
absl::StatusOr<OutputFormat> ParseOutputFormat(absl::string_view name);

// Every field, also those that are not set, under the schema's names; 64-bit numbers are text, as
// protobuf's JSON has them. Ends with a line feed.
std::string WriteJson(const google::protobuf::Message& message);

// {"kind": …, "name": …, "revision": …, "spec": {…}}, without fields that are not set.
std::string WriteResourceJson(const v1::Resource& resource);

// A list of them.
std::string WriteResourcesJson(std::span<const v1::Resource> resources);

// YAML documents, each with its revision as a remark on top.
std::string WriteResourcesYaml(std::span<const v1::Resource> resources);

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_OUTPUT_H_
