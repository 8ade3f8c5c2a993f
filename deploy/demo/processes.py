"""Starts the demonstration's processes, waits until they are healthy, and ends them."""

import json
import os
import signal
import subprocess
import time
import urllib.request


class Failure(Exception):
    """Something did not come about; the text says what, and where to look."""


def wait_for(what, condition, seconds=20.0):
    """Calls `condition` until it returns something true, and returns that. Failure when time runs out."""
    deadline = time.monotonic() + seconds
    problem = ""
    while time.monotonic() < deadline:
        try:
            result = condition()
            if result:
                return result
        except (OSError, ValueError, subprocess.SubprocessError, Failure) as error:
            problem = ": %s" % error
        time.sleep(0.05)
    raise Failure("%s did not come about within %g s%s" % (what, seconds, problem))


def fetch(url, seconds=5.0):
    """The body of an HTTP answer, as text."""
    with urllib.request.urlopen(url, timeout=seconds) as answer:
        return answer.read().decode()


class Processes:
    """Children by name, each with a log file under `var`. Everything started here is ended by stop()."""

    def __init__(self, bin_dir, var):
        self.bin_dir = bin_dir
        self.var = var
        self.children = {}
        self.started = set()  # names whose log is this run's
        os.makedirs(var, exist_ok=True)

    def path(self, binary):
        return os.path.join(self.bin_dir, binary)

    def log(self, name):
        return os.path.join(self.var, name + ".log")

    def start(self, name, command):
        with open(self.log(name), "wb" if name not in self.started else "ab") as log:
            self.started.add(name)
            # A group of its own: Ctrl-C reaches us alone, and we end the children in order.
            self.children[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def check(self, name):
        """Failure, with the end of its log, when the process has ended."""
        code = self.children[name].poll()
        if code is None:
            return
        with open(self.log(name), errors="replace") as log:
            tail = "".join(log.readlines()[-5:]).rstrip()
        raise Failure("%s ended with code %d:\n%s" % (name, code, tail))

    def end(self, name, sign=signal.SIGTERM, seconds=5.0):
        child = self.children.pop(name, None)
        if child is None or child.poll() is not None:
            return
        child.send_signal(sign)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def stop(self):
        for name in reversed(list(self.children)):
            self.end(name)


class Demo:
    """nearcastd, two relays, and the CLI to speak to them."""

    def __init__(self, net, bin_dir, var, source_dir, ipdb=()):
        self.net = net
        self.source_dir = source_dir
        self.ipdb = list(ipdb) or [os.path.join(source_dir, "deploy/demo/networks.csv")]
        self.processes = Processes(bin_dir, var)
        self.control_flags = []  # beside the usual
        self.relay_flags = []

    def start_control(self):
        net = self.net
        self.processes.start("nearcastd", [
            self.processes.path("services/nearcastd"),
            "--store=rocksdb:" + os.path.join(self.processes.var, "store"),
            "--ipdb=" + ",".join(self.ipdb),
            "--names=" + os.path.join(self.source_dir, "deploy/names"),
            "--dns_listen=" + net.control,
            "--http_listen=" + net.control,
            "--grpc_listen=" + net.grpc,
            *self.control_flags,
        ])
        wait_for("nearcastd's health", lambda: self._healthy("nearcastd", net.http), 30)

    def start_relays(self):
        for name, address in self.net.relays.items():
            self.processes.start(name, [
                self.processes.path("dataplane/nearcast-relay"),
                "--node=" + name, "--listen_ip=" + address, "--control=" + self.net.grpc,
                *self.relay_flags,
            ])
        for name, address in self.net.relays.items():
            wait_for(name + "'s health",
                     lambda n=name, a=address: self._healthy(n, "http://%s:8088" % a))

    def _healthy(self, name, http):
        self.processes.check(name)
        try:
            return fetch(http + "/healthz")
        except OSError:
            return None

    def apply_config(self):
        text = []
        folder = os.path.join(self.source_dir, "deploy/demo")
        for file in sorted(os.listdir(folder)):
            if file.endswith(".yaml"):
                with open(os.path.join(folder, file)) as opened:
                    text.append(self.net.rewrite(opened.read()))
        self.ctl("apply", "-f", "-", "--reason", "the demonstration", stdin="\n---\n".join(text))

    def wait_for_nodes(self):
        wait_for("both relays' reports to the control plane",
                 lambda: all(self.health(node) == "UP" for node in self.net.relays), 30)

    def start_vantages(self):
        """Two probers that check the relays; relays measure each other from then on."""
        path = os.path.join(self.source_dir, "deploy/demo/vantages/checks.yaml")
        with open(path) as checks:
            self.ctl("apply", "-f", "-", "--reason", "the demonstration", stdin=checks.read())
        for name, address in self.net.vantages.items():
            self.processes.start(name, [
                self.processes.path("probe/nearcast-prober"),
                "--vantage=" + name, "--source_ip=" + address, "--control=" + self.net.grpc,
            ])

    def checks(self, node):
        """What the vantages say of a node, as in "2 vantages up"."""
        for status in self.ctl_json("node", "list")["nodes"]:
            if status["name"] == node:
                return status.get("checks", "")
        return ""

    def delays(self):
        """What the nodes have measured: {(node, target): the entry}."""
        entries = self.ctl_json("node", "delays").get("entries", [])
        return {(entry["node"], entry["target"]): entry for entry in entries}

    def start(self):
        self.start_control()
        self.apply_config()
        self.start_relays()
        self.wait_for_nodes()

    def ctl_command(self, *arguments):
        return [self.processes.path("tools/nearcastctl/nearcastctl"), "--server", self.net.grpc,
                *arguments]

    def ctl(self, *arguments, stdin=None):
        """What nearcastctl prints. Failure with its words when it exits with anything but 0."""
        done = subprocess.run(self.ctl_command(*arguments), input=stdin, capture_output=True,
                              text=True, timeout=30, check=False)
        if done.returncode != 0:
            raise Failure("nearcastctl %s: %s" % (" ".join(arguments), done.stderr.strip()))
        return done.stdout

    def ctl_json(self, *arguments):
        return json.loads(self.ctl(*arguments, "-o", "json"))

    def health(self, node):
        for status in self.ctl_json("node", "list")["nodes"]:
            if status["name"] == node:
                return status.get("health", "")
        return ""

    def stop(self):
        self.processes.stop()
