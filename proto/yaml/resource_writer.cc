#include "proto/yaml/resource_writer.h"

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "google/protobuf/message.h"
#include "proto/resource/kind.h"
#include "proto/yaml/message_writer.h"
#include "proto/yaml/scalar_text.h"

namespace nearcast::yaml {

std::string WriteResource(const v1::Resource& resource) {
  const google::protobuf::Message* spec = resource::SpecOf(resource);
  NC_CHECK(spec != nullptr);
  std::string text = absl::StrCat("kind: ", resource::KindOf(resource),
                                  "\nname: ", WriteText(resource.name()), "\n");
  const std::string fields = WriteMessage(*spec, 2);
  absl::StrAppend(&text, fields == "  {}\n" ? "spec: {}\n" : absl::StrCat("spec:\n", fields));
  return text;
}

std::string WriteResources(std::span<const v1::Resource> resources) {
  std::string text;
  for (const v1::Resource& resource : resources) {
    absl::StrAppend(&text, text.empty() ? "" : "---\n", WriteResource(resource));
  }
  return text;
}

}  // namespace nearcast::yaml
