// WriteMessage: any protobuf message as YAML, by reflection; MessageReader reads it back.
#ifndef PROTO_YAML_MESSAGE_WRITER_H_
#define PROTO_YAML_MESSAGE_WRITER_H_

#include <string>

namespace google::protobuf {
class Message;
}

namespace nearcast::yaml {

// Block style, a field a line, in the order of the schema; maps by key; text of several lines as a
// literal block. Fields that are not set are left out. Each line begins with `indent` spaces and
// ends with a line feed. A message with nothing set is "{}". The same message always gives the same
// text.
std::string WriteMessage(const google::protobuf::Message& message, int indent = 0);

}  // namespace nearcast::yaml

#endif  // PROTO_YAML_MESSAGE_WRITER_H_
