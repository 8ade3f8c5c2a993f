// Scalars as YAML text: plain where every YAML reader takes them for text, quoted where not.
#ifndef PROTO_YAML_SCALAR_TEXT_H_
#define PROTO_YAML_SCALAR_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace nearcast::yaml {

// `text` on one line: 192.0.2.1 stays plain, "440000", "no" and "" are quoted, line ends and
// control characters are escaped (YAML 1.2 section 5.7). Octets that are not UTF-8 become U+FFFD.
std::string WriteText(absl::string_view text);

// Whether `text` has several lines and can stand as a literal block ("|", YAML 1.2 section 8.1.2)
// and come back as it was.
bool FitsLiteralBlock(absl::string_view text);

// The value of a singular field (`index` < 0), or one of a repeated field's, on one line. `field`
// is not of type message, or of one that IsScalarMessage.
std::string WriteScalarField(const google::protobuf::Message& message,
                             const google::protobuf::FieldDescriptor* field, int index);

}  // namespace nearcast::yaml

#endif  // PROTO_YAML_SCALAR_TEXT_H_
