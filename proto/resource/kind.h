// Kinds of resources, taken from the schema: a new member of Resource's `spec` is a new kind
// everywhere at once.
//
//   v1::Resource resource;
//   MutableSpec(&resource, "Node");       // resource.has_node()
//   KindOf(resource);                     // "Node"
//   ParseKind("ratio-rules");             // "RatioRule"
#ifndef PROTO_RESOURCE_KIND_H_
#define PROTO_RESOURCE_KIND_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace google::protobuf {
class Message;
}

namespace nearcast::v1 {
class Resource;
}

namespace nearcast::resource {

// The message's name, as YAML's `kind` has it: "Node". Empty when the resource has no spec.
std::string KindOf(const v1::Resource& resource);

// Every kind, in alphabetical order.
const std::vector<std::string>& ListKinds();

// The spec, whatever its kind. Null when the resource has none. Lives as long as the resource.
const google::protobuf::Message* SpecOf(const v1::Resource& resource);

// Makes the resource one of this kind, with an empty spec when it was of another. Null for an
// unknown kind. `kind` is exactly a name from ListKinds.
google::protobuf::Message* MutableSpec(v1::Resource* resource, absl::string_view kind);

// The kind that a person means: letter case, '-', '_' and the plural do not matter; initials ("pp")
// and the beginning of a name ("pub") do when only one kind has them. INVALID_ARGUMENT names the
// nearest kind, or all.
absl::StatusOr<std::string> ParseKind(absl::string_view typed);

}  // namespace nearcast::resource

#endif  // PROTO_RESOURCE_KIND_H_
