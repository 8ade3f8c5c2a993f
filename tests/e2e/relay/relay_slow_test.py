"""A viewer that reads too slowly, at a real relay: what it gets decodes at every moment, its delay comes back down, and
it loses less at once than if whole GOPs were dropped. The path is shaped here: a reader that takes so many bytes a second."""

import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from relay_harness import HTTP_PORT, Publisher, Relay, wait_for

FRAME_MS, GOP_MS = 40, 2000


class SlowViewer:
    """Takes an FLV stream at a rate that is a function of time, keeps every byte, and notes when each tag came."""

    def __init__(self, relay, path, rate, seconds):
        self.data = bytearray()
        self.arrivals = []  # (seconds, type, dts_ms)
        self.closed_by_relay = False
        self._rate = rate
        self._seconds = seconds
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)  # the backlog stays at the relay
        self._socket.connect((relay.ip, HTTP_PORT))
        self.port = self._socket.getsockname()[1]
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {relay.ip}\r\n\r\n".encode())
        self._socket.settimeout(0.05)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        began, credit, last = time.monotonic(), 0.0, time.monotonic()
        while (now := time.monotonic()) - began < self._seconds:
            credit = min(credit + self._rate(now - began) * (now - last), 8192)
            last = now
            if credit < 512:
                time.sleep(0.005)
                continue
            try:
                got = self._socket.recv(int(credit))
            except TimeoutError:
                continue
            except OSError:
                got = b""
            if not got:
                self.closed_by_relay = True
                return
            credit -= len(got)
            self.data += got
            self._note(now - began)

    def _note(self, now):
        body = self.data.find(b"\r\n\r\n") + 4
        at = self._at if hasattr(self, "_at") else body + 13
        while at + 11 <= len(self.data):
            size = int.from_bytes(self.data[at + 1:at + 4], "big")
            if at + 15 + size > len(self.data):
                break
            dts = int.from_bytes(self.data[at + 4:at + 7], "big") | self.data[at + 7] << 24
            header = size < 60 and self.data[at] != 8 or (self.data[at] == 8 and self.data[at + 12] == 0)
            if self.data[at] in (8, 9) and not header:
                self.arrivals.append((now, self.data[at], dts))
            at += 15 + size
        self._at = at

    def finish(self):
        self._thread.join()
        self._socket.close()

    def times(self, kind):
        return [dts for _, k, dts in self.arrivals if k == kind]

    def longest_gap_ms(self, kind):
        times = self.times(kind)
        return max(b - a for a, b in zip(times, times[1:]))

    def lost_pictures(self):
        times = self.times(9)
        return (times[-1] - times[0]) // FRAME_MS + 1 - len(times)

    def delays_ms(self):
        """(seconds, how far behind the newest that it could have had): the first picture's age counts as none."""
        first_s, _, first_dts = next(a for a in self.arrivals if a[1] == 9)
        return [(s, (s - first_s) * 1000 - (dts - first_dts)) for s, kind, dts in self.arrivals if kind == 9]

    def delay_at(self, second):
        return next((delay for s, delay in self.delays_ms() if s >= second), None)

    def largest_step_down_ms(self):
        """Of its delay, from one picture to the next: a leap towards the live edge."""
        delays = [delay for _, delay in self.delays_ms()]
        return max(a - b for a, b in zip(delays, delays[1:]))

    def decode(self):
        """ffmpeg's complaints about all that was received."""
        with tempfile.NamedTemporaryFile(suffix=".flv") as file:
            file.write(self.data[self.data.find(b"\r\n\r\n") + 4:self._at])
            file.flush()
            done = subprocess.run(
                ["ffmpeg", "-v", "warning", "-xerror", "-err_detect", "explode", "-nostdin", "-i", file.name,
                 "-f", "null", "-"], capture_output=True, timeout=60)
        return done.returncode, done.stderr.decode()


def stall(at, seconds, during, after):
    """Bytes per second: `during` for `seconds` from `at` on, `after` otherwise."""
    return lambda t: during if at <= t < at + seconds else after


class SlowViewerTest(unittest.TestCase):
    SECONDS = 40

    @classmethod
    def setUpClass(cls):
        cls.relay = Relay("--send_queue_kb=16")
        cls.publisher = Publisher(cls.relay.rtmp("live/slow"), gop_frames=GOP_MS // FRAME_MS)
        cls.relay.wait_live("live/slow", cached_ms=4000)
        rate = wait_for("a bit rate", lambda: cls.relay.stream("live/slow")["bits_per_s"]) / 8 * 1.05
        latency = "queue=latency&protected_period=1000&gop_cache_ms=0"
        hiccup = stall(8, 6, 0.15 * rate, 1.3 * rate)
        narrow = stall(5, 1000, 0.6 * rate, 2 * rate)
        ways = {"progressive": (latency, hiccup), "whole_gop": (latency + "&drop=whole_gop", hiccup),
                "narrow": (latency, narrow), "narrow_whole_gop": (latency + "&drop=whole_gop", narrow),
                "kept": (latency + "&gop_keep_duration=1200", narrow),
                "never": ("queue=latency&protected_period=0&gop_cache_ms=0", hiccup),
                "late": ("queue=latency&protected_period=60000&gop_cache_ms=0", narrow)}
        cls.viewers = {name: SlowViewer(cls.relay, f"/live/slow.flv?{query}", shape, cls.SECONDS)
                       for name, (query, shape) in ways.items()}
        time.sleep(cls.SECONDS - 1)
        cls.status = cls.relay.stream("live/slow")
        cls.metrics = cls.relay.get("/metrics").decode()
        cls.seen = json.loads(cls.relay.get("/api/viewers?stream=live/slow"))["viewers"]
        cls.two = json.loads(cls.relay.get("/api/viewers?limit=2"))["viewers"]
        for name, viewer in cls.viewers.items():
            viewer.finish()
            print(f"{name}: longest gap {viewer.longest_gap_ms(9)} ms, pictures lost {viewer.lost_pictures()}, "
                  f"longest delay {max(d for _, d in viewer.delays_ms()):.0f} ms, "
                  f"largest step down {viewer.largest_step_down_ms():.0f} ms", file=sys.stderr)

    @classmethod
    def tearDownClass(cls):
        cls.publisher.stop()
        assert cls.relay.stop() == 0, cls.relay.log[-5:]

    def test_everything_that_is_received_decodes(self):
        for name, viewer in self.viewers.items():
            with self.subTest(name):
                self.assertEqual(viewer.decode(), (0, ""))

    def test_sound_has_no_gap(self):
        for name, viewer in self.viewers.items():
            with self.subTest(name):
                self.assertLess(viewer.longest_gap_ms(8), 60)

    def test_it_loses_less_at_once_than_by_whole_gops(self):
        for ours, theirs in (("progressive", "whole_gop"), ("narrow", "narrow_whole_gop")):
            with self.subTest(ours):
                self.assertGreater(self.viewers[ours].lost_pictures(), 0)
                self.assertGreaterEqual(self.viewers[theirs].longest_gap_ms(9), GOP_MS)
                self.assertLess(self.viewers[ours].longest_gap_ms(9), self.viewers[theirs].longest_gap_ms(9))

    def test_the_delay_comes_back_down_smoothly(self):
        viewer = self.viewers["progressive"]
        worst = max(delay for _, delay in viewer.delays_ms())
        self.assertGreater(worst, 2000)  # the hiccup was felt
        self.assertLess(viewer.delay_at(self.SECONDS - 4), worst / 2)
        # Never by more than one GOP without its keyframe at once, here or where the path stays narrow.
        for name in ("progressive", "narrow", "kept"):
            self.assertLess(self.viewers[name].largest_step_down_ms(), GOP_MS, name)

    def test_nothing_is_lost_in_the_protected_period(self):
        self.assertEqual(self.viewers["never"].lost_pictures(), 0)
        self.assertEqual(self.viewers["late"].lost_pictures(), 0)

    def test_a_gop_that_loses_frames_keeps_its_duration(self):
        by_gop = {}
        first = self.viewers["kept"].times(9)[0]
        for dts in self.viewers["kept"].times(9):
            by_gop.setdefault((dts - first) // GOP_MS, []).append(dts)
        whole = list(by_gop.values())[:-1]
        self.assertTrue(any(len(gop) < GOP_MS // FRAME_MS for gop in whole))
        for gop in whole:
            self.assertGreaterEqual(len(gop) * FRAME_MS, 1200)

    def test_every_drop_is_counted(self):
        lost = sum(viewer.lost_pictures() for viewer in self.viewers.values())
        counted = self.status["dropped"]
        self.assertEqual(counted["jumped"], 0)
        # Those behind the last picture that a viewer has seen are counted, and not missed yet.
        self.assertGreaterEqual(sum(counted.values()), lost * 0.8)
        for kind, count in counted.items():
            self.assertIn(f'nearcast_relay_frames_dropped_total{{kind="{kind}"}}', self.metrics)
            self.assertIn(f'nearcast_relay_stream_frames_dropped_total{{stream="live/slow",kind="{kind}"}} ', self.metrics)

    def test_every_viewer_is_seen_with_its_queue_and_its_losses(self):
        by_port = {int(viewer["address"].rsplit(":", 1)[1]): viewer for viewer in self.seen}
        for name, viewer in self.viewers.items():
            self.assertTrue(viewer.port in by_port or viewer.closed_by_relay, name)
            # Only who may not lose a frame is let go, and what it got until then is whole.
            self.assertTrue(name in ("late", "never") or not viewer.closed_by_relay, name)
        narrow = by_port[self.viewers["narrow"].port]
        self.assertEqual((narrow["protocol"], narrow["state"]), ("http-flv", "playing"))
        self.assertGreater(narrow["queue_ms"], narrow["bound_ms"])
        self.assertGreater(narrow["bits_per_s"], 0)
        self.assertGreaterEqual(narrow["delay_ms_max"], narrow["delay_ms_mean"])
        self.assertGreater(narrow["delay_ms_mean"], 0)
        self.assertGreater(narrow["dropped_rest"], 100)
        self.assertNotEqual(narrow["drops_now"], "none")
        never = by_port[self.viewers["never"].port]
        self.assertEqual((never["protected_period"], never["drops_now"], never["dropped_rest"]), (0, "none", 0))
        self.assertGreaterEqual(self.status["viewer_delay_ms_max"], 1000)
        self.assertGreaterEqual(self.status["viewers_behind"], 1)
        self.assertIn('nearcast_relay_viewer_queue_seconds_bucket{le="+Inf"}', self.metrics)
        self.assertEqual(len(self.two), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
