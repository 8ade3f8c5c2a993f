"""The client library against the real front: what an app sees while servers, networks and names come and go."""

import subprocess
import threading
import urllib.error

from demo_case import DemoCase, main

from processes import fetch, wait_for

NAME = "pull.live.example"

# Its names live for a second, so that what happens beyond a TTL can be seen soon.
SHORT_LIVED = """
kind: Domain
name: short.example
spec:
  zone_file: |
    @      3600 SOA ns1 hostmaster 1 7200 1800 259200 60
    @      3600 NS  ns1
    ns1    3600 A   127.0.0.1
  scheduled_names:
    - {name: pull, cdn: nearcast, ttl_s: 1, answers: 2}
"""

# As soon as there is an account, nobody else is answered.
ACCOUNT = """
kind: Account
name: app
spec: {account_id: "100000", sign_secret: 0123456789abcdef}
"""


class Client:
    """A running nearcast-resolve: a command goes in, a line comes out."""

    def __init__(self, binary, *flags):
        self.process = subprocess.Popen([binary, *flags], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)

    def __call__(self, command):
        self.process.stdin.write(command + "\n")
        # A client that hangs is a failure, not a test that never ends.
        alarm = threading.Timer(20, self.process.kill)
        alarm.start()
        line = self.process.stdout.readline().rstrip("\n")
        alarm.cancel()
        return line

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


class ClientTest(DemoCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.demo.ctl("apply", "-f", "-", stdin=SHORT_LIVED)

    def client(self, *flags):
        client = Client("client/nearcast-resolve", "--server=" + self.demo.net.http, "--probe_port=8088", *flags)
        self.addCleanup(client.close)
        return client

    def queries(self):
        """How many HTTPDNS calls of this dialect the daemon has answered."""
        for line in fetch(self.demo.net.http + "/metrics").splitlines():
            if line.startswith('nearcast_httpdns_queries_total{dialect="alibaba_v1"}'):
                return int(line.split()[-1])
        self.fail("no such metric")

    def relays(self):
        return set(self.demo.net.relays.values())

    def test_names_are_resolved_ahead_in_one_call_and_then_without_any(self):
        client = self.client()
        before = self.queries()
        self.assertEqual(client("preresolve %s push.live.example" % NAME), "ok")
        wait_for("the answers", lambda: client("resolve " + NAME).startswith(NAME + " httpdns fresh"))
        for name in (NAME, "push.live.example", NAME.upper() + "."):
            answer = client("resolve " + name).split()
            self.assertEqual(answer[1:3], ["httpdns", "fresh"])
            self.assertIn(answer[3], self.relays())
        self.assertEqual(self.queries(), before + 1)

    def test_expired_addresses_serve_while_the_server_is_down(self):
        client = self.client()
        name = "pull.short.example"
        known = set(client("resolve " + name).split()[3:])
        self.assertEqual(known, self.relays())
        self.demo.processes.end("nearcastd")
        try:
            stale = wait_for("an expired answer", lambda: next(
                (a for a in [client("resolve " + name)] if " httpdns stale " in a), None))
            self.assertEqual(set(stale.split()[3:]), known)
        finally:
            self.demo.start_control()
        wait_for("a fresh answer", lambda: " httpdns fresh " in client("resolve " + name))

    def test_names_in_use_are_refreshed_ahead_without_a_question(self):
        client = self.client()
        client("resolve pull.short.example")
        before = self.queries()
        wait_for("refreshes by themselves", lambda: self.queries() >= before + 2)

    def test_unknown_names_come_from_local_dns(self):
        client = self.client()
        self.assertEqual(client("resolve localhost"), "localhost local fresh 127.0.0.1")

    def test_without_any_server_local_dns_answers(self):
        client = Client("client/nearcast-resolve", "--server=http://%s:1" % self.demo.net.control)
        self.addCleanup(client.close)
        self.assertEqual(client("resolve localhost"), "localhost local fresh 127.0.0.1")

    def test_the_second_server_answers_when_the_first_is_gone(self):
        client = Client("client/nearcast-resolve", "--probe_port=0",
                        "--server=http://%s:1,%s" % (self.demo.net.control, self.demo.net.http))
        self.addCleanup(client.close)
        self.assertIn(" httpdns fresh ", client("resolve " + NAME))
        self.assertIn("requests=2", client("counts"))

    def test_another_network_asks_anew_and_the_first_is_remembered(self):
        client = self.client("--network=wifi")
        client("resolve " + NAME)
        before = self.queries()
        self.assertEqual(client("network 4g"), "ok")
        wait_for("the refresh of what is in use", lambda: self.queries() == before + 1)
        self.assertIn(" httpdns fresh ", client("resolve " + NAME))
        self.assertEqual(client("network wifi"), "ok")
        self.assertIn(" httpdns fresh ", client("resolve " + NAME))
        self.assertEqual(self.queries(), before + 1)

    def test_a_url_with_the_address_is_fetched_with_the_host_header(self):
        self.skip_without("curl")
        client = self.client()
        url, host = client("url http://%s:8088/healthz?x=1" % NAME).split()
        self.assertEqual(host, NAME + ":8088")
        self.assertIn(url, ["http://%s:8088/healthz?x=1" % relay for relay in self.relays()])
        status = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Host: " + host, url],
                                capture_output=True, text=True, timeout=20, check=True).stdout
        self.assertEqual(status, "200")

    def test_signed_questions_are_answered_and_others_are_not(self):
        def unsigned_is_answered():
            try:
                return fetch("%s/100000/d?host=%s" % (self.demo.net.http, NAME))
            except urllib.error.HTTPError:
                return None

        self.addCleanup(wait_for, "everybody's access", unsigned_is_answered)
        self.demo.ctl("apply", "-f", "-", stdin=ACCOUNT)
        self.addCleanup(self.demo.ctl, "delete", "account", "app")
        wait_for("the account", lambda: not unsigned_is_answered())
        signed = self.client("--account=100000", "--secret=0123456789abcdef")
        self.assertIn(" httpdns fresh ", signed("resolve " + NAME))
        self.assertEqual(signed("preresolve push.live.example pull.short.example"), "ok")
        wait_for("the answers", lambda: " httpdns " in signed("resolve push.live.example"))
        forged = self.client("--account=100000", "--secret=wrong")
        self.assertIn("InvalidSignature", forged("resolve " + NAME))

    def test_names_on_the_command_line_are_resolved_and_failures_are_the_exit_code(self):
        def run(*words):
            return subprocess.run(["client/nearcast-resolve", "--server=" + self.demo.net.http, *words],
                                  capture_output=True, text=True, timeout=30, check=False)

        good = run(NAME, "localhost")
        self.assertEqual(good.returncode, 0, good.stderr)
        self.assertEqual(len(good.stdout.splitlines()), 2)
        self.assertEqual(run("not/a/name").returncode, 1)
        self.assertEqual(run("--server=nonsense", NAME).returncode, 2)


if __name__ == "__main__":
    main()
