"""What happens to nodes and not to streams: a node restarts, an origin dies with many pulls on it, the clock is set back."""

import http.server
import os
import signal
import statistics
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

STEPPED_CLOCK = os.path.abspath(sys.argv.pop(2)) if len(sys.argv) > 2 else None

from relay_harness import HTTP_PORT, FlvPlayer, Publisher, RelayCase, loopback_address, wait_for  # noqa: E402

PULLS = 200


class RefusingOrigin:
    """Answers each fetch with 503 and notes when it came."""

    def __init__(self):
        origin = self
        self.asked = {}  # path → times
        self.ip = loopback_address()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                origin.asked.setdefault(self.path.split("?")[0], []).append(time.monotonic())
                self.send_error(503)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 1024

        self.server = Server((self.ip, HTTP_PORT), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class DisturbedTest(RelayCase):
    def goes_on(self, player, pictures=50, seconds=30):
        count = len(player.video())
        wait_for("pictures", lambda: len(player.video()) > count + pictures, seconds)

    def test_an_upstream_that_restarts_is_found_again_without_a_new_viewer(self):
        origin = self.relay(node="origin")
        self.publish(origin)
        middle = self.relay(f"--origin={origin.http()}", node="middle")
        edge = self.relay(f"--origin={middle.http()}", node="edge")
        viewer = self.play(edge)
        self.goes_on(viewer)
        middle.process.send_signal(signal.SIGKILL)
        middle.process.wait()
        wait_for("the edge to notice", lambda: edge.stream("live/show").get("state") == "interrupted")
        self.relay(f"--origin={origin.http()}", node="middle", ip=middle.ip)
        self.goes_on(viewer)
        self.assertIsNone(viewer.error)
        viewer.check_times(self)
        times = [tag[1] for tag in viewer.video()]
        self.assertEqual(len(times), len(set(times)), "a picture came twice")

    def test_pulls_from_an_origin_that_refuses_them_spread_out(self):
        origin = RefusingOrigin()
        self.addCleanup(origin.stop)
        edge = self.relay(f"--origin=http://{origin.ip}:{HTTP_PORT}", "--play_wait_ms=12000", node="edge")
        for i in range(PULLS):
            self.play(edge, f"/live/s{i}.flv")
        wait_for("four tries of each", lambda: len(origin.asked) == PULLS and
                 min(map(len, origin.asked.values())) >= 4, 40)
        pauses = [[times[i + 1] - times[i] for times in origin.asked.values()] for i in range(3)]
        for i, some in enumerate(pauses):
            print(f"pause {i + 1}: {min(some):.3f} to {max(some):.3f} s, mean {statistics.mean(some):.3f}")
        # Each pause is drawn from [half, whole] of 200, 400, 800 ms; never sooner, whatever the machine does.
        for some, least in zip(pauses, (0.1, 0.2, 0.4)):
            self.assertGreater(min(some), least - 0.02)
            self.assertGreater(max(some) - min(some), least * 0.5, "all at once")
        self.assertGreater(statistics.mean(pauses[2]), statistics.mean(pauses[0]) * 1.5)

    def test_a_dying_upstream_loses_no_viewer_that_has_another(self):
        origin = self.relay(node="origin")
        self.publish(origin)
        first = self.relay(f"--origin={origin.http()}", node="first")
        second = self.relay(f"--origin={origin.http()}", node="second")
        edges = [self.relay(f"--origin={first.http()},{second.http()}", node=f"edge-{i}") for i in range(4)]
        viewers = [self.play(edge) for edge in edges for _ in range(5)]
        for viewer in viewers:
            self.goes_on(viewer, 10)
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
        for viewer in viewers:
            self.goes_on(viewer, 60)
            self.assertIsNone(viewer.error)
            viewer.check_times(self)

    def test_a_clock_that_is_set_back_an_hour_is_not_noticed(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        step = os.path.join(folder.name, "step")
        relay = self.relay(node="stepped", env={"LD_PRELOAD": STEPPED_CLOCK, "STEPPED_CLOCK": step,
                                                "ASAN_OPTIONS": "verify_asan_link_order=0"})
        self.publish(relay)
        viewer = self.play(relay)
        self.goes_on(viewer)
        entry = relay.get("/live/show.m3u8").decode()
        session = next(line for line in entry.splitlines() if line and not line.startswith("#"))
        self.check_session(session)
        before = time.time() - 3000
        with open(step, "w"):
            pass
        wait_for("a line of log from before", lambda: self.logged_before(relay, before), 60)
        self.check_session(session)
        self.goes_on(viewer, 100)
        self.check_session(session)
        later = self.play(relay)
        self.goes_on(later)
        self.assertIsNone(viewer.error)
        viewer.check_times(self)
        times = [tag[1] for tag in viewer.video()]
        self.assertLessEqual(max(b - a for a, b in zip(times, times[1:])), 80, "a picture is missing")
        status = relay.stream("live/show")
        self.assertEqual(status["state"], "live")
        self.assertGreater(status["bits_per_s"], 0)

    def check_session(self, url):
        with urllib.request.urlopen(url, timeout=15) as answer:
            self.assertIn(b"#EXTINF", answer.read())

    @staticmethod
    def logged_before(relay, when):
        """Whether the step has reached the relay: the time in its log says so. Each try makes it log."""
        player = FlvPlayer(relay, "/live/none.flv")
        player.close()
        publisher = Publisher(relay.rtmp("live/moment"), seconds=1)
        publisher.process.wait()
        publisher.stop()
        for line in reversed(relay.log):
            try:
                return time.mktime(time.strptime(line[1:20], "%Y-%m-%d %H:%M:%S")) < when
            except ValueError:
                continue
        return False


if __name__ == "__main__":
    unittest.main(verbosity=2)
