"""Where the demonstration's parts listen: one address each, on the default ports.

Ports are the same everywhere, so two demonstrations only need different networks within 127.0.0.0/8.
"""

import random


class Net:
    """The addresses of one demonstration. `prefix` is the first three octets, as in "127.0.0"."""

    def __init__(self, prefix="127.0.0"):
        self.prefix = prefix
        self.control = prefix + ".1"
        self.relays = {"guangzhou-telecom": prefix + ".11", "beijing-unicom": prefix + ".12"}
        self.vantages = {"vantage-south": prefix + ".21", "vantage-north": prefix + ".22"}
        self.grpc = self.control + ":7070"
        self.http = "http://%s:8080" % self.control

    @staticmethod
    def at_random():
        """A network for a test: away from the default one, and hardly ever another test's."""
        return Net("127.%d.%d" % (random.randint(1, 254), random.randint(1, 254)))

    def rewrite(self, text):
        """The demonstration's configuration, written for 127.0.0, for this network."""
        return text.replace("127.0.0.", self.prefix + ".")
