"""DNS and HTTPDNS are two doors to one decision: 10,000 clients ask both and get the same."""

import http.client
import ipaddress
import json
import os
import random

import dns_client
from demo_case import DemoCase, main

NAME = "pull.live.example"
CLIENTS = 10000


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

    def clients(self):
        """Half from the demonstration's networks, half from anywhere; seeded, so that a failure can be repeated."""
        chance = random.Random(20)
        known = list(networks("deploy/demo/networks.csv"))
        for i in range(CLIENTS):
            if i % 2:
                net = chance.choice(known)
                yield str(net[chance.randrange(net.num_addresses)])
            else:
                yield str(ipaddress.ip_address(chance.randrange(1 << 24, 224 << 24)))

    def test_dns_and_httpdns_agree_for_10000_clients(self):
        dns = dns_client.Client(self.demo.net.control)
        web = http.client.HTTPConnection(self.demo.net.control, 8080, timeout=5)
        seen = set()
        for client in self.clients():
            web.request("GET", "/d?host=%s&ip=%s" % (NAME, client))
            by_http = json.loads(web.getresponse().read())["ips"]
            by_dns = dns.ask(NAME, client)
            self.assertEqual(by_dns, by_http, client)
            self.assertTrue(by_dns, client)
            seen.update(by_dns)
        dns.close()
        web.close()
        self.assertEqual(seen, set(self.demo.net.relays.values()))


if __name__ == "__main__":
    main()
