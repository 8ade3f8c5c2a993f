#include "proto/resource/resource_key.h"

#include "absl/strings/str_cat.h"
#include "nearcast/v1/config.pb.h"
#include "proto/resource/kind.h"

namespace nearcast::resource {

std::string ResourceKey::ToString() const { return absl::StrCat(kind, "/", name); }

ResourceKey KeyOf(const v1::Resource& resource) {
  return ResourceKey{.kind = KindOf(resource), .name = resource.name()};
}

}  // namespace nearcast::resource
