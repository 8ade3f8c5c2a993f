"""Relays, publishers and players for tests: each on its own loopback address, stopped with the test."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
import urllib.request
import zlib

RELAY = sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else None
RTMP_PORT = 1935
HTTP_PORT = 8088


def wait_for(what, condition, seconds=60):
    """Polls until condition() is true; returns its value. Fails with `what` otherwise."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {seconds} s")


def loopback_address():
    """An address that no other test is likely to use at the same time: the default ports are free on it."""
    return f"127.{random.randint(64, 250)}.{random.randint(1, 250)}.{random.randint(2, 250)}"


class Relay:
    def __init__(self, *flags, node="node", ip=None, env=None):
        self.ip = ip or loopback_address()
        self.node = node
        self.process = subprocess.Popen(
            [RELAY, f"--listen_ip={self.ip}", f"--node={node}", "--threads=2", *flags],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **(env or {})})
        self.log = []
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        wait_for("relay healthy", lambda: self.process.poll() is not None or self.healthy())

    def _read_log(self):
        for line in self.process.stdout:
            self.log.append(line.decode(errors="replace").rstrip())

    def healthy(self):
        try:
            return self.get("/healthz") == b"ok\n"
        except OSError:
            return False

    def get(self, path, headers=None):
        request = urllib.request.Request(self.http(path), headers=headers or {})
        with urllib.request.urlopen(request, timeout=15) as response:
            return response.read()

    def http(self, path=""):
        return f"http://{self.ip}:{HTTP_PORT}{path}"

    def rtmp(self, name):
        return f"rtmp://{self.ip}:{RTMP_PORT}/{name}"

    def streams(self):
        return {s["name"]: s for s in json.loads(self.get("/api/streams"))["streams"]}

    def stream(self, name):
        return self.streams().get(name, {})

    def wait_live(self, name, cached_ms=0):
        return wait_for(f"{name} live on {self.node}",
                        lambda: self.stream(name).get("state") == "live"
                        and self.stream(name)["cached_keyframes"] > 0
                        and self.stream(name)["cached_ms"] >= cached_ms)

    def metric(self, name):
        for line in self.get("/metrics").decode().splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        raise AssertionError(f"no metric {name}")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def resident_kb(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            for line in status:
                if line.startswith("VmRSS"):
                    return int(line.split()[1])
        return 0

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=10)
        self._reader.join(timeout=5)
        self.process.stdout.close()
        return code


class Publisher:
    """ffmpeg's test picture and tone, 25 frames/s, a keyframe each `gop_frames`."""

    def __init__(self, url, gop_frames=50, seconds=600, audio=True, video=True):
        command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-re"]
        if video:
            command += ["-f", "lavfi", "-i", "testsrc=size=320x180:rate=25"]
        if audio:
            command += ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100"]
        if video:
            command += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
                        "-g", str(gop_frames),
                        "-keyint_min", str(gop_frames), "-sc_threshold", "0", "-b:v", "400k",
                        "-threads", "1"]
        if audio:
            command += ["-c:a", "aac", "-b:a", "64k"]
        self.process = subprocess.Popen(command + ["-t", str(seconds), "-f", "flv", url],
                                        stderr=subprocess.PIPE)

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(timeout=10)
        self.process.stderr.close()


class FlvPlayer:
    """An HTTP-FLV viewer that checks each tag as it comes and keeps (type, dts_ms, first payload byte, size)."""

    def __init__(self, relay, path, headers=()):
        self.tags = []
        self.arrivals = []  # of each tag: when it came, and a digest of its body
        self.status = None
        self.flags = None
        self.error = None
        self.ended = False
        self.began = time.monotonic()
        self._socket = socket.create_connection((relay.ip, HTTP_PORT), timeout=20)
        lines = [f"GET {path} HTTP/1.1", f"Host: {relay.ip}", *headers, "", ""]
        self._socket.sendall("\r\n".join(lines).encode())
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            self._read(self._socket.makefile("rb"))
        except (OSError, ValueError) as error:
            self.error = self.error or str(error)
        self.ended = True

    def _read(self, stream):
        line = stream.readline().split()
        if len(line) < 2:
            return  # closed before it was answered
        self.status = int(line[1])
        while stream.readline() not in (b"\r\n", b""):
            pass
        if self.status != 200:
            return
        head = stream.read(13)
        if head[:3] != b"FLV":
            raise ValueError(f"not FLV: {head!r}")
        self.flags = head[4]
        while True:
            tag = stream.read(11)
            if len(tag) < 11:
                return
            size = int.from_bytes(tag[1:4], "big")
            dts = int.from_bytes(tag[4:7], "big") | tag[7] << 24
            body = stream.read(size)
            if len(body) < size:
                return
            previous = int.from_bytes(stream.read(4), "big")
            if tag[0] not in (8, 9, 18) or previous != size + 11:
                raise ValueError(f"broken tag after {len(self.tags)} tags: {tag!r}")
            self.arrivals.append((time.monotonic(), zlib.crc32(body)))
            self.tags.append((tag[0], dts, body[0] if body else 0, size))

    def video(self):
        """Pictures only: sequence headers (FLV packet type 0, always tiny) left out."""
        return [t for t in self.tags if t[0] == 9 and t[3] > 60]

    def frames(self):
        """(type, dts_ms, digest) of pictures and sound, sequence headers left out."""
        return [(tag[0], tag[1], digest) for tag, (_, digest) in zip(self.tags, self.arrivals)
                if tag[0] in (8, 9) and tag[3] > (60 if tag[0] == 9 else 8)]

    def longest_silence_ms(self, since):
        """Between two tags, of those that came after `since` (monotonic) or just before."""
        times = [at for at, _ in list(self.arrivals) if at >= since - 0.2]
        return max((b - a for a, b in zip(times, times[1:])), default=0) * 1000

    def check_times(self, test):
        for kind in (8, 9):
            times = [t[1] for t in self.tags if t[0] == kind]
            test.assertEqual(times, sorted(times), "dts runs backwards")

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._thread.join(timeout=5)
        self._socket.close()


def probe_packets(url, count=20):
    """The first packets that ffprobe gets: dicts with codec_type, dts_time, flags."""
    out = subprocess.run(
        ["ffprobe", "-v", "error", "-show_packets", "-read_intervals", f"%+#{count}", "-of", "json",
         "-show_entries", "packet=codec_type,dts_time,flags", url],
        capture_output=True, timeout=30)
    return json.loads(out.stdout or b"{}").get("packets", [])


class RelayCase(unittest.TestCase):
    """Whatever a test starts is stopped when it ends."""

    def relay(self, *flags, **names):
        relay = Relay(*flags, **names)
        self.addCleanup(relay.stop)
        return relay

    def publish(self, relay, name="live/show", **shape):
        publisher = Publisher(relay.rtmp(name), **{"gop_frames": 25, **shape})
        self.addCleanup(publisher.stop)
        relay.wait_live(name)
        return publisher

    def play(self, relay, path="/live/show.flv"):
        player = FlvPlayer(relay, path)
        self.addCleanup(player.close)
        return player
