// ResourceKey: which resource, as one writes it: "Node/guangzhou-telecom-1".
#ifndef PROTO_RESOURCE_RESOURCE_KEY_H_
#define PROTO_RESOURCE_RESOURCE_KEY_H_

#include <compare>
#include <string>

namespace nearcast::v1 {
class Resource;
}

namespace nearcast::resource {

// Ordered by kind, then by name, both octet by octet.
struct ResourceKey {
  std::string kind;
  std::string name;

  friend auto operator<=>(const ResourceKey& a, const ResourceKey& b) = default;

  // "Node/guangzhou-telecom-1"
  std::string ToString() const;
};

// Its kind is empty when the resource has no spec.
ResourceKey KeyOf(const v1::Resource& resource);

}  // namespace nearcast::resource

#endif  // PROTO_RESOURCE_RESOURCE_KEY_H_
