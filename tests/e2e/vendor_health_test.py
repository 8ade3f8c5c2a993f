"""Two vantages check a vendor's domain by signed URLs: while its server is gone, viewers play from the second choice."""

import hashlib
import hmac
import http.server
import json
import socketserver
import threading
import urllib.parse

from demo_case import DemoCase, main

from processes import fetch, wait_for

TELECOM = "14.215.177.39"
KEY = "a vendor's key"
VANTAGES = ("vantage-1", "vantage-2")

VENDOR = """
kind: Cdn
name: alpha
spec:
  kind: VENDOR
  push_domain: push.alpha.example
  pull_domain: localhost:%d
  pull_templates:
    flv: http://{host}/{app}/{stream}{suffix}.flv
  pull_signing: {method: HMAC_SHA256, key: "%s"}
---
kind: RatioRule
name: default
spec:
  main: [{cdn: alpha, weight: 100}]
  backup: [{cdn: nearcast, weight: 100}]
---
kind: HealthCheck
name: alpha
spec:
  cdn: alpha
  type: HTTP
  path: /live/probe.flv
  sign_path: true
  body_contains: FLV
  interval_ms: 300
  timeout_ms: 250
  up_threshold: 1
  down_threshold: 2
"""


class Edge(http.server.BaseHTTPRequestHandler):
    """A vendor's edge: the media for whoever has a right signature."""

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        text = "%s\n%s" % (url.path, query.get("expire", ""))
        right = hmac.new(KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
        found = hmac.compare_digest(right, query.get("sign", ""))
        body = b"FLV\x01" if found else b"forbidden"
        self.server.asked.add((self.headers["Host"], found))
        self.send_response(200 if found else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    asked = set()


class Vendor:
    """The vendor's server, on one port of this host whenever it runs."""

    def __init__(self):
        self.port = 0
        self.start()

    def start(self):
        self.server = Server(("127.0.0.1", self.port), Edge)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class VendorHealthTest(DemoCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor = Vendor()

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "vendor"):
            cls.vendor.stop()
        super().tearDownClass()

    def start_vantage(self, name):
        source = self.demo.net.prefix + ".%d" % (21 + VANTAGES.index(name))
        self.demo.processes.start(name, [self.demo.processes.path("probe/nearcast-prober"), "--vantage=" + name,
                                         "--control=" + self.demo.net.grpc, "--source_ip=" + source])

    def alpha(self):
        return next(c for c in self.demo.ctl_json("cdn", "ratio", "status")["cdns"] if c["cdn"] == "alpha")

    def main_line(self):
        answer = json.loads(fetch("%s/v1/play?stream=s1&ip=%s" % (self.demo.net.http, TELECOM)))
        url = answer["stream_url"]["flv_pull_url"]["FULL_HD1"]
        return "alpha" if urllib.parse.urlsplit(url).hostname == "localhost" else "nearcast"

    def explain(self):
        return self.demo.ctl("explain", "play", "--stream", "s1", "--ip", TELECOM)

    def test_viewers_leave_a_vendor_whose_server_is_gone_and_return(self):
        ctl = self.demo.ctl
        ctl("apply", "-f", "-", "--reason", "test", stdin=VENDOR % (self.vendor.port, KEY))
        ctl("stream", "create", "s1", "--publish-point", "demo", "--ip", TELECOM)
        ctl("stream", "state", "s1", "publishing")
        for name in VANTAGES:
            self.start_vantage(name)
        wait_for("both vantages' word", lambda: self.alpha().get("play_checks") == "2 vantages up")
        self.assertEqual(self.alpha()["play_standing"], "usable")
        self.assertEqual(self.main_line(), "alpha")
        self.assertEqual(Server.asked, {("localhost:%d" % self.vendor.port, True)})
        self.assertRegex(self.explain(), r"main line's scores: alpha \d+\.\d \(weight 100\)")

        self.vendor.stop()
        wait_for("the second choice", lambda: self.main_line() == "nearcast")
        wait_for("both vantages' word", lambda: self.alpha().get("play_checks", "").startswith(
            "2 of 2 vantages down: alpha (connection refused)"))
        self.assertEqual(self.alpha()["play_standing"], "a last resort: checks find its play domains down")
        self.assertEqual(self.alpha()["push_standing"], "usable")
        told = self.explain()
        self.assertIn("main alpha=100 (a last resort: checks find its play domains down)", told)
        self.assertNotIn("drained", told)

        self.vendor.start()
        wait_for("the vendor again", lambda: self.main_line() == "alpha")
        wait_for("both vantages' word", lambda: self.alpha().get("play_checks") == "2 vantages up")


if __name__ == "__main__":
    main()
