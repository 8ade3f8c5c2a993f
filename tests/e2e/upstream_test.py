"""HTTPDNS resolves a CDN vendor's names: the vendor is a second control plane, whose DNS answers by Client Subnet."""

import json
import os
import re
import subprocess
import sys
import time

from demo_case import DemoCase, main

sys.path.insert(0, "deploy/demo")

from net import Net  # noqa: E402
from processes import Demo, fetch, wait_for  # noqa: E402

TELECOM, UNICOM = "14.215.177.39", "202.106.0.9"
SOUTH, NORTH = "198.51.100.1", "198.51.100.2"

VENDOR = """
kind: Cdn
name: edge
spec: {kind: OWN, addressing: NODE_ADDRESS}
---
kind: Node
name: south
spec:
  cdn: edge
  location: {country: CN, region: "440000", city: "440100", isp: chinatelecom}
  addresses: [%s]
  health: ALWAYS_UP
---
kind: Node
name: north
spec:
  cdn: edge
  location: {country: CN, region: "110000", city: "110100", isp: chinaunicom}
  addresses: [%s]
  health: ALWAYS_UP
---
kind: Domain
name: vendor.example
spec:
  zone_file: |
    @    3600 SOA ns1 hostmaster 1 7200 1800 259200 5
    @    3600 NS  ns1
    ns1  3600 A   127.0.0.1
    pull 6    CNAME live
  scheduled_names:
    - {name: live, cdn: edge, ttl_s: 6, answers: 1}
""" % (SOUTH, NORTH)

ALIAS = """
kind: Domain
name: show.example
spec:
  zone_file: |
    @    3600 SOA ns1 hostmaster 1 7200 1800 259200 60
    @    3600 NS  ns1
    ns1  3600 A   127.0.0.1
  scheduled_names:
    - name: pull
      cdn: nearcast
      ttl_s: 60
      rules:
        - {match: {isp: chinaunicom}, cname: live.vendor.example}
        - {match: {isp: chinatelecom}, cname: live.vendor.example}
"""


class UpstreamTest(DemoCase):
    with_relays = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor = Demo(Net.at_random(), ".", os.path.join(cls.var, "vendor"), ".")
        try:
            cls.vendor.start_control()
            cls.vendor.ctl("apply", "-f", "-", "--reason", "test", stdin=VENDOR)
            cls.demo.processes.end("nearcastd")
            cls.demo.control_flags = ["--upstream=%s:8053" % cls.vendor.net.control]
            cls.demo.start_control()
            cls.demo.ctl("apply", "-f", "-", "--reason", "test", stdin=ALIAS)
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "vendor"):
            cls.vendor.stop()
        super().tearDownClass()

    def ask(self, name, client):
        return json.loads(fetch("%s/d?host=%s&ip=%s" % (self.demo.net.http, name, client)))

    def counter(self, name):
        found = re.search(r"^%s (\d+)" % re.escape(name), fetch(self.demo.net.http + "/metrics"), re.M)
        return int(found.group(1))

    def test_1_each_client_gets_what_the_vendor_has_for_it(self):
        for client, address in ((TELECOM, SOUTH), (UNICOM, NORTH)):
            answer = self.ask("pull.show.example", client)
            self.assertEqual(answer["ips"], [address])
            self.assertEqual(answer["extra"], "cname=live.vendor.example")
            self.assertLessEqual(answer["ttl"], answer["origin_ttl"])
            self.assertEqual(answer["origin_ttl"], 6)

    def test_2_a_cdns_own_name_and_its_alias_are_followed(self):
        self.assertEqual(self.ask("pull.vendor.example", UNICOM)["ips"], [NORTH])

    def test_3_every_dialect_and_curl(self):
        self.skip_without("curl")
        http = self.demo.net.http
        for target, answer in (
                ("/d?dn=pull.show.example&ip=%s" % TELECOM, r"198\.51\.100\.1$"),
                ("/d?dn=pull.show.example&ttl=1&clientip=1&ip=%s" % UNICOM,
                 r"198\.51\.100\.2,\d+\|202\.106\.0\.9$"),
                ("/resolve?host=pull.show.example,pull.live.example&ip=%s" % TELECOM,
                 r'\{"dns":\[\{"host":"pull\.show\.example","ips":\["198\.51\.100\.1"\].*'),
                ("/v2/d?id=1&dn=pull.show.example&cip=%s" % UNICOM, r'.*"ips":\["198\.51\.100\.2"\].*'),
                ("/resolve?domain=pull.show.example&type=A&ip=%s" % TELECOM,
                 r'.*"ips":\["198\.51\.100\.1"\].*'),
                ("/v4/resolve?dn=pull.show.example&ip=%s" % TELECOM,
                 r'\{"msg":"ok".*"ip":\["198\.51\.100\.1"\].*')):
            text = subprocess.run(["curl", "-sS", "-m", "10", http + target], capture_output=True, text=True,
                                  timeout=20, check=True).stdout
            self.assertRegex(text, "^" + answer)

    def test_3b_explain_tells_what_upstream_said(self):
        text = self.demo.ctl("explain", "dns", "--name", "pull.show.example", "--ip", TELECOM)
        self.assertRegex(text, r"HTTPDNS asks upstream, for clients in 14\.215\.\d+\.0/\d+")
        self.assertRegex(text, r"of upstream is known: A 198\.51\.100\.1")

    def test_4_who_asks_all_the_time_never_waits(self):
        self.ask("pull.show.example", TELECOM)
        waits = self.counter("nearcast_upstream_waits_total")
        refreshes = self.counter("nearcast_upstream_refreshes_total")

        def refreshed():
            self.assertEqual(self.ask("pull.show.example", TELECOM)["ips"], [SOUTH])
            return self.counter("nearcast_upstream_refreshes_total") >= refreshes + 2

        wait_for("two refreshes", refreshed, 30)
        self.assertEqual(self.counter("nearcast_upstream_waits_total"), waits)

    def test_5_the_vendor_is_gone_and_its_addresses_stay(self):
        self.assertEqual(self.ask("pull.show.example", TELECOM)["ips"], [SOUTH])
        self.vendor.processes.end("nearcastd")
        stale = 'nearcast_upstream_finds_total{result="stale"}'
        before = self.counter(stale)

        def served_stale():
            began = time.monotonic()
            answer = self.ask("pull.show.example", TELECOM)
            self.assertEqual(answer["ips"], [SOUTH])
            self.assertLess(time.monotonic() - began, 5)
            return self.counter(stale) > before and answer["ttl"] == 30

        wait_for("an answer that has expired", served_stale, 30)
        text = fetch("%s/d?dn=pull.show.example&ttl=1&ip=%s" % (self.demo.net.http, TELECOM))
        self.assertEqual(text, SOUTH + ",30")


if __name__ == "__main__":
    main()
