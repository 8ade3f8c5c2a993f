"""Relays measure real TCP samples and each other; the matrix fills, is shown, and follows the configuration."""

import socket

from demo_case import DemoCase, main

from processes import fetch, wait_for

HOME, AWAY = "guangzhou-telecom", "beijing-unicom"
TELECOM = "14.215.177.39"
PROBE = """
kind: DelayProbe
name: samples
spec:
  interval_s: 1
  timeout_ms: 300
  between_nodes: true
  samples:
    - address: %s                     # accepts
      place: {country: CN, region: "440000", city: "440100", isp: chinatelecom}
    - address: %s                     # refuses: an answer too
      place: {country: CN, region: "310000", city: "310100", isp: chinatelecom}
    - address: %s                     # drops: says nothing
      place: {country: SG}
"""


class Port:
    """A TCP port of loopback. `backlog` None = bound and not listening, which refuses."""

    def __init__(self, address, backlog):
        self.socket = socket.socket()
        self.socket.bind((address, 0))
        if backlog is not None:
            self.socket.listen(backlog)
        self.peer = "%s:%d" % self.socket.getsockname()

    def connect(self):
        made = socket.socket()
        made.setblocking(False)
        made.connect_ex(self.socket.getsockname())
        return made


class DelaysTest(DemoCase):
    def setUp(self):
        address = self.demo.net.prefix + ".99"
        self.accepts, self.refuses, self.drops = Port(address, 64), Port(address, None), Port(address, 0)
        # The backlog is full, so that further SYNs are dropped.
        self.fillers = [self.drops.connect() for _ in range(4)]
        self.ports = [self.accepts, self.refuses, self.drops]
        self.demo.ctl("apply", "-f", "-", stdin=PROBE % tuple(p.peer for p in self.ports))

    def tearDown(self):
        for port in self.ports:
            port.socket.close()
        for filler in self.fillers:
            filler.close()

    def entry(self, node, target):
        return self.demo.delays().get((node, target))

    def counts(self, node, target):
        entry = self.entry(node, target)
        return bool(entry and entry.get("counted_us"))

    def explanation(self):
        return self.demo.ctl("explain", "dns", "--name", "pull.live.example", "--ip", TELECOM)

    def metric(self, name, http=None):
        for line in fetch((http or self.demo.net.http) + "/metrics").splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        return None

    def test_matrix_fills_and_is_shown(self):
        accepts, refuses, drops = ("sample/" + port.peer for port in self.ports)
        for node, other in ((HOME, AWAY), (AWAY, HOME)):
            for target in (accepts, refuses, "node/" + other):
                wait_for("%s's delay to %s" % (node, target), lambda n=node, t=target: self.counts(n, t), 30)
            wait_for("%s's loss to %s" % (node, drops), lambda n=node: self.entry(n, drops), 30)
            lost = self.entry(node, drops)
            self.assertEqual(lost["loss"], 1)
            self.assertFalse(lost.get("counted_us"), "what drops has no delay")
            measured = self.entry(node, accepts)
            self.assertEqual(measured["counted_us"], 1000, "loopback, in steps of a millisecond")
            self.assertLess(measured["last_us"], 300_000)
            self.assertEqual(measured["place"]["region"], "440000")
        table = self.demo.ctl("node", "delays", HOME)
        self.assertIn(accepts, table)
        self.assertNotIn(AWAY + " ", table.split("node/" + AWAY)[0], "one node's rows alone")
        relay = "http://%s:8088" % self.demo.net.relays[HOME]
        self.assertEqual(self.metric("nearcast_relay_delay_targets", relay), 4)
        self.assertGreater(self.metric("nearcast_relay_delays_measured_total", relay), 0)
        self.assertGreater(self.metric("nearcast_relay_delay_connects_lost_total", relay), 0)
        self.assertGreater(self.metric("nearcast_delays_measured_total"), 0)
        self.assertGreater(self.metric("nearcast_delays_lost_total"), 0)
        self.assertEqual(self.metric("nearcast_delay_paths"), 8)

        # The measured place's clients are ranked by what was measured.
        wait_for("an explanation from measured delays", lambda: "measured" in self.explanation())

        self.demo.ctl("delete", "delayprobe", "samples")
        wait_for("the matrix's end", lambda: not self.demo.delays())
        self.assertEqual(self.demo.ctl("node", "delays"), "none\n")
        self.assertNotIn("measured", self.explanation())
        self.assertEqual(self.metric("nearcast_delay_paths"), 0)

    def test_node_is_described_beside_its_declaration(self):
        text = self.demo.ctl("node", "describe", HOME)
        for words in ("listens at", self.demo.net.relays[HOME], "instance", "1935", "8088"):
            self.assertIn(words, text)
        self.assertNotIn("declared: 127", text)

    def test_unknown_node_is_told(self):
        with self.assertRaisesRegex(Exception, "there is no Node"):
            self.demo.ctl("node", "delays", "nobody")


if __name__ == "__main__":
    main()
