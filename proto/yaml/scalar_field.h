// One scalar of YAML into one field of a message, whatever the field's type.
#ifndef PROTO_YAML_SCALAR_FIELD_H_
#define PROTO_YAML_SCALAR_FIELD_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace nearcast::yaml {

// Sets a singular field, or adds to a repeated one. `field` is of any type but message. Text fields
// take any scalar as it is written; numbers may be quoted; enums are named in any letter case;
// octets are Base64 (RFC 4648 section 4). INVALID_ARGUMENT says what the field takes.
absl::Status ParseScalarField(absl::string_view scalar,
                              const google::protobuf::FieldDescriptor* field,
                              google::protobuf::Message* message);

// Messages that are one scalar in YAML: google.protobuf.Timestamp (RFC 3339) and Duration ("1.5s").
bool IsScalarMessage(const google::protobuf::Descriptor* type);

// Fills such a message. INVALID_ARGUMENT says what it takes.
absl::Status ParseScalarMessage(absl::string_view scalar, google::protobuf::Message* message);

}  // namespace nearcast::yaml

#endif  // PROTO_YAML_SCALAR_FIELD_H_
