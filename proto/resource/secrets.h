// Secrets of resources: fields that nearcast.v1 marks with (secret). They are written and never
// shown: whoever reads gets a mask, and whoever writes the mask back keeps what is stored.
#ifndef PROTO_RESOURCE_SECRETS_H_
#define PROTO_RESOURCE_SECRETS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "nearcast/v1/config.pb.h"

namespace nearcast::resource {

// Stands for a secret; with " (changed)" behind it where a change is told.
inline constexpr absl::string_view kSecretMask = "********";

// Every secret that is not empty becomes the mask.
void HideSecrets(v1::Resource& resource);

// Hides both, and marks in `after` what differs from `before`.
void HideSecrets(v1::Resource& before, v1::Resource& after);

// Every mask in `put` becomes what `stored` (null = nothing) has at the same place. Returns where
// there is nothing: "spec.pull_signing.key".
std::vector<std::string> KeepSecrets(const v1::Resource* stored, v1::Resource& put);

}  // namespace nearcast::resource

#endif  // PROTO_RESOURCE_SECRETS_H_
