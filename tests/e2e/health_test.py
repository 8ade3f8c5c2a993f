"""Two vantages check two relays: a relay that dies leaves the answers, vantages that die change nothing."""

import json
import os
import signal
import time

import dns_client
from demo_case import DemoCase, main

from processes import fetch, wait_for

NAME = "pull.live.example"
TELECOM = "14.215.177.39"
HOME, AWAY = "guangzhou-telecom", "beijing-unicom"
VANTAGES = ("vantage-1", "vantage-2")
INTERVAL_S = 0.3

# Nodes that always count as up by themselves: only checks can bring them down.
ALWAYS_UP = """
kind: Node
name: %s
spec:
  cdn: nearcast
  location: {country: CN, region: "440000", city: "440100", isp: chinatelecom}
  addresses: [%s]
  capacity_mbps: 1000
  health: ALWAYS_UP
"""
CHECK = """
kind: HealthCheck
name: http
spec:
  cdn: nearcast
  type: HTTP
  path: /healthz
  interval_ms: 300
  timeout_ms: 250
  up_threshold: 1
  down_threshold: 2
"""


class HealthTest(DemoCase):
    def setUp(self):
        net = self.demo.net
        self.demo.ctl("apply", "-f", "-", stdin=ALWAYS_UP % (HOME, net.relays[HOME]) + "---" + CHECK)
        for name in VANTAGES:
            self.start_vantage(name)
        self.wait_for_checks("2 vantages up")

    def tearDown(self):
        for name in VANTAGES:
            self.demo.processes.end(name)

    def start_vantage(self, name):
        source = self.demo.net.prefix + ".%d" % (21 + VANTAGES.index(name))
        self.demo.processes.start(name, [self.demo.processes.path("probe/nearcast-prober"), "--vantage=" + name,
                                         "--control=" + self.demo.net.grpc, "--source_ip=" + source])

    def status(self, node):
        return next(s for s in self.demo.ctl_json("node", "list")["nodes"] if s["name"] == node)

    def wait_for_checks(self, words, nodes=(HOME, AWAY)):
        wait_for("%r in the node list" % words,
                 lambda: all(words in self.status(node).get("checks", "") for node in nodes))

    def answers(self):
        """What DNS and HTTPDNS say to a client beside HOME."""
        client = dns_client.Client(self.demo.net.control)
        try:
            by_dns = client.ask(NAME, TELECOM)
        finally:
            client.close()
        by_http = json.loads(fetch("%s/d?host=%s&ip=%s" % (self.demo.net.http, NAME, TELECOM)))["ips"]
        return by_dns[0], by_http[0]

    def assert_stays(self, answers, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.assertEqual(self.answers(), answers)
            time.sleep(0.05)

    def restart_relay(self, name):
        address = self.demo.net.relays[name]
        self.demo.processes.start(name, [self.demo.processes.path("dataplane/nearcast-relay"), "--node=" + name,
                                         "--listen_ip=" + address, "--control=" + self.demo.net.grpc])

    def test_dead_relay_leaves_the_answers_and_comes_back(self):
        home, away = (self.demo.net.relays[n] for n in (HOME, AWAY))
        self.assertEqual(self.answers(), (home, home))
        self.demo.processes.end(HOME, signal.SIGKILL)
        wait_for("answers without the dead relay", lambda: self.answers() == (away, away))
        self.assertEqual(self.status(HOME)["health"], "DOWN")
        self.wait_for_checks("2 of 2 vantages down: http (connection refused)", (HOME,))
        self.assertIn("down: http (connection refused)", self.demo.ctl("node", "list"))
        self.restart_relay(HOME)
        wait_for("answers with the relay that is back", lambda: self.answers() == (home, home))

    def test_dead_vantages_change_nothing(self):
        home = self.demo.net.relays[HOME]
        self.demo.processes.end(VANTAGES[0], signal.SIGKILL)
        self.assert_stays((home, home), 4 * INTERVAL_S)
        self.wait_for_checks("1 vantages up")
        self.demo.processes.end(VANTAGES[1], signal.SIGKILL)
        self.assert_stays((home, home), 4 * INTERVAL_S)
        self.wait_for_checks("no vantage is heard; the last word was up")
        self.assertEqual(self.status(HOME)["health"], "UP")

    def test_dead_relay_stays_out_when_the_vantages_die_after_it(self):
        home, away = (self.demo.net.relays[n] for n in (HOME, AWAY))
        self.demo.processes.end(HOME, signal.SIGKILL)
        wait_for("answers without the dead relay", lambda: self.answers() == (away, away))
        for name in VANTAGES:
            self.demo.processes.end(name, signal.SIGKILL)
        self.assert_stays((away, away), 4 * INTERVAL_S)
        self.restart_relay(HOME)
        for name in VANTAGES:
            self.start_vantage(name)
        wait_for("answers with the relay that is back", lambda: self.answers() == (home, home))

    def test_changed_check_reaches_the_vantages(self):
        path = os.path.join(self.var, "check.yaml")
        with open(path, "w") as file:
            file.write(CHECK.replace("/healthz", "/nowhere"))
        self.demo.ctl("apply", "-f", path)
        wait_for("the new path in the vantages' words",
                 lambda: any("status 404" in open(self.demo.processes.log(v)).read() for v in VANTAGES))
        # Every check of every vantage fails now: that says more of the check than of the nodes.
        self.assertEqual(self.status(HOME)["health"], "UP")


if __name__ == "__main__":
    main()
