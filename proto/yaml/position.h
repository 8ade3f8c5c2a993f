// Position: a place in a text file, as editors count.
#ifndef PROTO_YAML_POSITION_H_
#define PROTO_YAML_POSITION_H_

namespace nearcast::yaml {

// Both from 1; 0 = unknown. Columns count characters, not octets.
struct Position {
  int line = 0;
  int column = 0;

  friend bool operator==(const Position& a, const Position& b) = default;
};

}  // namespace nearcast::yaml

#endif  // PROTO_YAML_POSITION_H_
