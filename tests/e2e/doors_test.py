"""DNS, HTTPDNS and playback are doors to one decision: 10,000 clients ask the first two and get the same."""

import http.client
import ipaddress
import json
import os
import random

import dns_client
from demo_case import DemoCase, main

from processes import fetch, wait_for

NAME = "pull.live.example"
CLIENTS = 10000

OVERRIDE = """
kind: PrefixOverride
name: branch
spec: {prefixes: [14.215.177.0/24], nodes: [beijing-unicom]}
"""


def networks(path):
    with open(path) as file:
        for line in file:
            first = line.split(",")[0].strip()
            if first and first[0].isdigit():
                yield ipaddress.ip_network(first)


class DoorsTest(DemoCase):
    with_relays = False

    @classmethod
    def databases(cls):
        shared = os.path.join(os.environ.get("NEARCAST_SHARED", ""), "data/ipdb/networks.mmdb")
        return [shared] if os.path.exists(shared) else []

    def clients(self, count):
        """Half from the demonstration's networks, half from anywhere; seeded, so that a failure can be repeated."""
        chance = random.Random(20)
        known = list(networks("deploy/demo/networks.csv"))
        for i in range(count):
            if i % 2:
                net = chance.choice(known)
                yield str(net[chance.randrange(net.num_addresses)])
            else:
                yield str(ipaddress.ip_address(chance.randrange(1 << 24, 224 << 24)))

    def agreed(self, count):
        """{address: how many of so many clients DNS and HTTPDNS give it}, once both have been found to agree."""
        dns = dns_client.Client(self.demo.net.control)
        web = http.client.HTTPConnection(self.demo.net.control, 8080, timeout=5)
        seen = {}
        for client in self.clients(count):
            web.request("GET", "/d?host=%s&ip=%s" % (NAME, client))
            by_http = json.loads(web.getresponse().read())["ips"]
            by_dns = dns.ask(NAME, client)
            self.assertEqual(by_dns, by_http, client)
            self.assertTrue(by_dns, client)
            for address in by_dns:
                seen[address] = seen.get(address, 0) + 1
        dns.close()
        web.close()
        return seen

    def test_dns_and_httpdns_agree_for_10000_clients(self):
        self.assertEqual(set(self.agreed(CLIENTS)), set(self.demo.net.relays.values()))

    def test_a_switch_of_a_node_reaches_names_for_some_clients_until_it_expires(self):
        """The demonstration's nodes are down here, where no relay runs; so they are declared up."""
        self.declare_up()
        relays = self.demo.net.relays
        near, far = relays["guangzhou-telecom"], relays["beijing-unicom"]
        client = "14.215.178.39"  # beside the block that another test overrides
        dns = dns_client.Client(self.demo.net.control)
        self.addCleanup(dns.close)
        before = self.agreed(2000)
        self.demo.ctl("switch", "set", "half", "--off", "node/guangzhou-telecom", "--percent", "50")
        half = self.agreed(2000)
        self.assertAlmostEqual(half[near], before[near] / 2, delta=before[near] / 5)
        self.demo.ctl("switch", "clear", "half")
        self.assertEqual(dns.ask(NAME, client), [near])
        self.demo.ctl("switch", "set", "south", "--off", "node/guangzhou-telecom", "--region", "440000", "--for", "12s")
        self.assertEqual(dns.ask(NAME, client), [far])
        steps = self.demo.ctl("explain", "dns", "--name", NAME, "--ip", client)
        self.assertIn("switch south applies (region 440000): node/guangzhou-telecom off", steps)
        wait_for("the switch to expire", lambda: dns.ask(NAME, client) == [near])

    def declare_up(self):
        with open("deploy/demo/nodes.yaml") as nodes:
            text = self.demo.net.rewrite(nodes.read())
        self.demo.ctl("apply", "-f", "-", "--reason", "test",
                      stdin=text.replace("  capacity_mbps", "  health: ALWAYS_UP\n  capacity_mbps"))

    def every_door(self, client):
        """The address that each door gives a client."""
        web = self.demo.net.http
        by_http = json.loads(fetch("%s/d?host=%s&ip=%s" % (web, NAME, client)))["ips"]
        played = json.loads(fetch("%s/v1/play?stream=doors&ip=%s" % (web, client)))
        data = json.loads(played["stream_url"]["live_core_sdk_data"]["pull_data"]["stream_data"])["data"]
        dns = dns_client.Client(self.demo.net.control)
        by_dns = dns.ask(NAME, client)
        dns.close()
        self.assertEqual((len(by_dns), len(by_http)), (1, 1))
        return {"dns": by_dns[0], "httpdns": by_http[0],
                "play": data["origin"]["main"]["flv"].split("/")[2].split(":")[0]}

    def test_a_prefix_override_counts_at_every_door(self):
        """Another node than the nearest, for one block; its neighbours keep what they have."""
        self.declare_up()
        self.demo.ctl("stream", "create", "doors", "--publish-point", "demo")
        self.demo.ctl("stream", "state", "doors", "publishing")
        inside, outside = "14.215.177.39", "14.215.178.39"
        before = {client: self.every_door(client) for client in (inside, outside)}
        near, far = (self.demo.net.relays[node] for node in ("guangzhou-telecom", "beijing-unicom"))
        doors = ("dns", "httpdns", "play")
        self.assertEqual(before[inside], dict.fromkeys(doors, near))
        self.demo.ctl("apply", "-f", "-", "--reason", "test", stdin=OVERRIDE)
        self.assertEqual(self.every_door(inside), dict.fromkeys(doors, far))
        self.assertEqual(self.every_door(outside), before[outside])
        for question in (("dns", "--name", NAME), ("play", "--stream", "doors")):
            steps = self.demo.ctl("explain", *question, "--ip", inside)
            self.assertIn("prefix override branch holds 14.215.177.0/24", steps)


if __name__ == "__main__":
    main()
