// WriteResource: a resource as the YAML document that ParseResources (resource_reader.h) reads back
// the same.
#ifndef PROTO_YAML_RESOURCE_WRITER_H_
#define PROTO_YAML_RESOURCE_WRITER_H_

#include <span>
#include <string>

#include "nearcast/v1/config.pb.h"

namespace nearcast::yaml {

// "kind: …\nname: …\nspec:\n  …\n". The revision is left out: the server gives it. The resource
// must have a spec.
std::string WriteResource(const v1::Resource& resource);

// One document after the other, "---" between them.
std::string WriteResources(std::span<const v1::Resource> resources);

}  // namespace nearcast::yaml

#endif  // PROTO_YAML_RESOURCE_WRITER_H_
