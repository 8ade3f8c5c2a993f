// FillRandomly: any message with random contents, for property tests over the whole schema.
#ifndef PROTO_RESOURCE_RANDOM_MESSAGE_H_
#define PROTO_RESOURCE_RANDOM_MESSAGE_H_

#include <random>

namespace google::protobuf {
class Message;
}

namespace nearcast::resource {

// Sets every field, list and map of `message` with probability one half, nested messages too, down
// to six levels. Text is valid UTF-8 and includes what is awkward to quote; numbers are finite;
// enums have declared values.
void FillRandomly(std::mt19937_64& random, google::protobuf::Message* message);

}  // namespace nearcast::resource

#endif  // PROTO_RESOURCE_RANDOM_MESSAGE_H_
