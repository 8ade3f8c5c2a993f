"""The private link over SRT: between real relays, ffmpeg at both ends, encrypted, over a path that loses packets."""

import os
import random
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from relay_harness import FlvPlayer, Publisher, Relay, wait_for

SRT_PORT = 9000


class LossyPath:
    """A UDP proxy on its own loopback address that drops a share of what passes, the same each time."""

    def __init__(self, ip, target):
        self.loss = 0.0
        self.lost = 0
        self._random = random.Random(7)
        self._target = target
        self._outside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._outside.bind((ip, SRT_PORT))
        self._lines = {}
        self._open = True
        threading.Thread(target=self._forth, daemon=True).start()

    def _drops(self):
        drop = self._random.random() < self.loss
        self.lost += drop
        return drop

    def _forth(self):
        while self._open:
            try:
                data, caller = self._outside.recvfrom(2048)
            except OSError:
                return
            if caller not in self._lines:
                line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                line.connect(self._target)
                self._lines[caller] = line
                threading.Thread(target=self._back, args=(line, caller), daemon=True).start()
            if not self._drops():
                self._send(lambda: self._lines[caller].send(data))

    def _back(self, line, caller):
        while self._open:
            try:
                data = line.recv(2048)
            except OSError:
                continue
            if not self._drops():
                self._send(lambda: self._outside.sendto(data, caller))

    @staticmethod
    def _send(send):
        try:
            send()
        except OSError:
            pass  # nobody listens there (any more)

    def close(self):
        self._open = False
        self._outside.close()
        for line in self._lines.values():
            line.close()


class SrtTest(unittest.TestCase):
    def relay(self, *flags, **names):
        relay = Relay(*flags, **names)
        self.addCleanup(relay.stop)
        self.addCleanup(self.let_go_on, relay)
        return relay

    @staticmethod
    def let_go_on(relay):
        if relay.process.poll() is None:
            relay.process.send_signal(signal.SIGCONT)

    @staticmethod
    def srt(relay):
        return f"srt://{relay.ip}:{SRT_PORT}"

    def passphrase(self, text):
        file = tempfile.NamedTemporaryFile("w", delete=False)
        self.addCleanup(os.unlink, file.name)
        with file:
            file.write(text + "\n")
        return f"--srt_passphrase_file={file.name}"

    def origin(self, *flags):
        origin = self.relay(f"--srt_port={SRT_PORT}", *flags, node="origin")
        publisher = Publisher(origin.rtmp("live/show"))
        self.addCleanup(publisher.stop)
        origin.wait_live("live/show")
        return origin

    def play(self, relay):
        player = FlvPlayer(relay, "/live/show.flv")
        self.addCleanup(player.close)
        return player

    def check(self, what, truth, viewer, since):
        count = len(viewer.video())
        wait_for("pictures after it", lambda: len(viewer.video()) > count + 75)
        frames = viewer.frames()
        wait_for("the origin's viewer", lambda: frames[-1] in truth.frames())
        sent = truth.frames()
        part = sent[sent.index(frames[0]):sent.index(frames[-1]) + 1]
        missing, doubled = len(set(part) - set(frames)), len(frames) - len(set(frames))
        print(f"{what}: longest silence {viewer.longest_silence_ms(since):.0f} ms, "
              f"{missing} frames missing, {doubled} doubled")
        self.assertEqual((missing, doubled), (0, 0))
        self.assertFalse(viewer.ended, viewer.error)
        viewer.check_times(self)

    def test_what_comes_over_an_encrypted_line_is_what_was_published(self):
        secret = self.passphrase("a passphrase of this test")
        origin = self.origin(secret)
        edge = self.relay(f"--origin={self.srt(origin)}", secret, node="edge")
        truth, viewer = self.play(origin), self.play(edge)
        wait_for("pictures", lambda: len(viewer.video()) > 75)
        self.check("over SRT", truth, viewer, time.monotonic())
        self.assertIn("srt://", edge.stream("live/show")["upstream"])
        out = subprocess.run(
            ["ffmpeg", "-v", "error", "-xerror", "-err_detect", "explode", "-nostdin", "-i",
             edge.http("/live/show.flv"), "-t", "4", "-f", "null", "-"],
            capture_output=True, timeout=40)
        self.assertEqual((out.returncode, out.stderr), (0, b""))
        self.assertEqual(origin.metric("nearcast_relay_srt_lines"), 1)
        self.assertGreater(edge.metric("nearcast_relay_srt_received_bytes_total"), 10_000)
        viewer.close()

    def test_a_line_without_the_passphrase_is_refused(self):
        origin = self.origin(self.passphrase("a passphrase of this test"))
        edge = self.relay(f"--origin={self.srt(origin)}", self.passphrase("not that passphrase"),
                          "--play_wait_ms=2000", node="edge")
        viewer = self.play(edge)
        wait_for("a refusal", lambda: viewer.status == 404)
        self.assertGreaterEqual(edge.metric("nearcast_relay_srt_failed_total"), 1)
        self.assertEqual(origin.metric("nearcast_relay_srt_accepted_total"), 0)

    def test_a_stream_that_is_not_there_is_told(self):
        origin = self.relay(f"--srt_port={SRT_PORT}", node="origin")
        edge = self.relay(f"--origin={self.srt(origin)}", node="edge")
        viewer = FlvPlayer(edge, "/live/none.flv")
        self.addCleanup(viewer.close)
        wait_for("a refusal", lambda: viewer.status == 404)
        self.assertEqual(edge.metric("nearcast_relay_pulls_failed_total"), 0)

    def fail_over(self, what, how):
        origin = self.origin()
        middle = self.relay(f"--origin={self.srt(origin)}", f"--srt_port={SRT_PORT}",
                            node="middle")
        edge = self.relay(f"--origin={self.srt(middle)},{self.srt(origin)}", node="edge")
        truth, viewer = self.play(origin), self.play(edge)
        wait_for("pictures", lambda: len(viewer.video()) > 75)
        self.assertIn(middle.ip, edge.stream("live/show")["upstream"])
        broken = time.monotonic()
        middle.process.send_signal(how)
        wait_for("the next upstream",
                 lambda: origin.ip in edge.stream("live/show").get("upstream", ""))
        self.check(what, truth, viewer, broken)

    def test_an_upstream_that_is_killed(self):
        self.fail_over("killed, over SRT", signal.SIGKILL)

    def test_an_upstream_that_falls_silent(self):
        self.fail_over("stopped, over SRT", signal.SIGSTOP)

    def test_a_path_that_loses_packets_loses_no_frame(self):
        origin = self.origin()
        path_ip = f"127.{random.randint(64, 250)}.{random.randint(1, 250)}.1"
        path = LossyPath(path_ip, (origin.ip, SRT_PORT))
        self.addCleanup(path.close)
        edge = self.relay(f"--origin=srt://{path_ip}:{SRT_PORT}", "--srt_latency_ms=60",
                          node="edge")
        truth, viewer = self.play(origin), self.play(edge)
        wait_for("pictures", lambda: len(viewer.video()) > 75)
        began = time.monotonic()
        path.loss = 0.05
        wait_for("losses", lambda: path.lost > 20)
        path.loss = 0.6  # more than can be sent again in 60 ms
        wait_for("a gap", lambda: edge.metric("nearcast_relay_srt_gaps_total") >= 1, seconds=30)
        path.loss = 0.0
        self.check(f"{path.lost} packets lost", truth, viewer, began)


if __name__ == "__main__":
    unittest.main(verbosity=2)
