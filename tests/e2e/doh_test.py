"""DNS over HTTPS and over TLS as real clients use them: curl and kdig; and certificates that are renewed."""

import base64
import os
import shutil
import signal
import ssl
import subprocess

import dns_client
from demo_case import DemoCase, main

from processes import wait_for

NAME = "pull.live.example"
TELECOM, UNICOM = "14.215.177.39", "202.106.0.9"


class DohTest(DemoCase):
    with_relays = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certificate, cls.key = (os.path.join(cls.var, "tls." + end) for end in ("crt", "key"))
        try:
            cls.make_certificate()
            cls.demo.processes.end("nearcastd")
            cls.demo.control_flags = ["--https_port=8443", "--tls_cert=" + cls.certificate, "--tls_key=" + cls.key,
                                      "--dns_tls_certificate=" + cls.certificate, "--dns_tls_key=" + cls.key]
            cls.demo.start_control()
        except BaseException:
            cls.tearDownClass()
            raise
        cls.url = "https://%s:8443/dns-query" % cls.demo.net.control

    @classmethod
    def make_certificate(cls):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=DNS:localhost,IP:" + cls.demo.net.control, "-keyout", cls.key, "-out", cls.certificate],
                       check=True, capture_output=True)

    def curl(self, *arguments):
        done = subprocess.run(["curl", "-sS", "-m", "10", "--cacert", self.certificate, *arguments],
                              capture_output=True, timeout=20, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_curl_resolves_a_name_by_it(self):
        self.skip_without("curl")
        page = self.curl("--doh-url", self.url, "--doh-insecure", "http://ns1.live.example:8080/healthz")
        self.assertEqual(page, self.curl("http://%s:8080/healthz" % self.demo.net.control))

    def test_get_and_post_give_what_dns_gives(self):
        self.skip_without("curl")
        dns = dns_client.Client(self.demo.net.control)
        body = os.path.join(self.var, "query")
        for client in (TELECOM, UNICOM):
            query = dns_client.query(0, NAME, dns_client.A, client)  # RFC 8484 §4.1: the ID is 0
            with open(body, "wb") as file:
                file.write(query)
            text = base64.urlsafe_b64encode(query).rstrip(b"=").decode()
            by_get = self.curl("-H", "Accept: application/dns-message", self.url + "?dns=" + text)
            by_post = self.curl("-H", "Content-Type: application/dns-message", "--data-binary", "@" + body, self.url)
            self.assertEqual(by_get, by_post)
            self.assertEqual(dns_client.addresses(by_get, dns_client.A), dns.ask(NAME, client))
        dns.close()

    def test_answers_say_what_they_are_and_how_long_they_hold(self):
        self.skip_without("curl")
        query = base64.urlsafe_b64encode(dns_client.query(0, NAME, dns_client.A, TELECOM)).rstrip(b"=").decode()
        head = self.curl("-D", "-", "-o", os.devnull, self.url + "?dns=" + query).decode().lower()
        self.assertIn("http/1.1 200 ok\r\n", head)
        self.assertIn("\r\ncontent-type: application/dns-message\r\n", head)
        self.assertIn("\r\ncache-control: private, max-age=60\r\n", head)

    def test_other_methods_and_bodies_are_refused(self):
        self.skip_without("curl")
        for status, arguments in ((400, [self.url]), (400, [self.url + "?dns=!!!"]), (405, ["-X", "PUT", self.url]),
                                  (415, ["-d", "x", self.url])):
            code = self.curl("-o", os.devnull, "-w", "%{http_code}", *arguments)
            self.assertEqual(int(code), status, arguments)

    def kdig(self, client):
        done = subprocess.run(["kdig", "@" + self.demo.net.control, "-p", "8853", "+tls-ca=" + self.certificate,
                               "+tls-hostname=localhost", "+short", "+subnet=%s/24" % client, NAME],
                              capture_output=True, text=True, timeout=20, check=False)
        return done.stdout.split()

    def served(self, port):
        """The certificate that stands at a port, as the server shows it."""
        return ssl.get_server_certificate((self.demo.net.control, port))

    def test_dns_over_tls_gives_what_dns_gives(self):
        self.skip_without("kdig")
        dns = dns_client.Client(self.demo.net.control)
        for client in (TELECOM, UNICOM):
            self.assertEqual(self.kdig(client), dns.ask(NAME, client))
        dns.close()

    def test_z_sighup_reads_the_certificates_of_both_doors_again(self):
        before = {port: self.served(port) for port in (8443, 8853)}
        with open(self.certificate) as file:
            self.assertEqual(before, dict.fromkeys(before, file.read()))
        self.make_certificate()
        self.demo.processes.children["nearcastd"].send_signal(signal.SIGHUP)
        with open(self.certificate) as file:
            renewed = file.read()
        wait_for("the new certificate at both doors",
                 lambda: all(self.served(port) == renewed for port in before))
        self.assertEqual(self.kdig(TELECOM) if shutil.which("kdig") else [self.demo.net.relays["guangzhou-telecom"]],
                         [self.demo.net.relays["guangzhou-telecom"]])
        with open(self.key, "w") as file:
            file.write("no key")
        self.demo.processes.children["nearcastd"].send_signal(signal.SIGHUP)
        wait_for("the refusal in the log", lambda: "a certificate was not read again" in self.log())
        self.assertEqual({port: self.served(port) for port in before}, dict.fromkeys(before, renewed))

    def log(self):
        with open(self.demo.processes.log("nearcastd")) as file:
            return file.read()


if __name__ == "__main__":
    main()
