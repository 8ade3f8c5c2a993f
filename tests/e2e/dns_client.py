"""Just enough DNS to ask for addresses with a Client Subnet (RFC 1035, RFC 7871), for comparing many answers."""

import ipaddress
import socket
import struct

A, AAAA, OPT = 1, 28, 41


def query(number, name, kind, client):
    """A query's bytes: one question, and the whole address of `client` as Client Subnet."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    address = ipaddress.ip_address(client)
    family = 1 if address.version == 4 else 2
    subnet = struct.pack("!HBB", family, address.max_prefixlen, 0) + address.packed
    option = struct.pack("!HH", 8, len(subnet)) + subnet
    return (struct.pack("!HHHHHH", number, 0, 1, 0, 0, 1) + labels + b"\0" + struct.pack("!HH", kind, 1)
            + b"\0" + struct.pack("!HHIH", OPT, 1232, 0, len(option)) + option)


def skip_name(message, at):
    while message[at]:
        if message[at] >= 0xC0:
            return at + 2
        at += 1 + message[at]
    return at + 1


def addresses(message, kind):
    """The addresses of a response's answer section, in order."""
    if message[3] & 15:
        raise ValueError("rcode %d" % (message[3] & 15))
    count = struct.unpack("!H", message[6:8])[0]
    at = skip_name(message, 12) + 4
    found = []
    for _ in range(count):
        at = skip_name(message, at)
        record, _, _, length = struct.unpack("!HHIH", message[at:at + 10])
        at += 10
        if record == kind:
            found.append(str(ipaddress.ip_address(message[at:at + length])))
        at += length
    return found


class Client:
    """Asks one server over UDP, one question at a time."""

    def __init__(self, address, port=8053):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(5)
        self.socket.connect((address, port))
        self.number = 0

    def ask(self, name, client, kind=A):
        self.number = (self.number + 1) & 0xFFFF
        self.socket.send(query(self.number, name, kind, client))
        while True:
            message = self.socket.recv(4096)
            if struct.unpack("!H", message[:2])[0] == self.number:
                return addresses(message, kind)

    def close(self):
        self.socket.close()
