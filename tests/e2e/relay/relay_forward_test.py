"""Push-forward: to other relays and to ffmpeg, again after the target was away, and never in a ring."""

import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse
import urllib.request

from relay_harness import RTMP_PORT, RelayCase, loopback_address, wait_for


class Throttle:
    """Passes one port's connections on to another, what clients send at a bounded rate."""

    def __init__(self, host, port, bytes_per_s):
        self.target = (host, port)
        self.bytes_per_s = bytes_per_s
        self.stopped = threading.Event()
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        # As on a network: loopback's own segments are larger than the buffer.
        self.listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
        self.listener.bind((loopback_address(), 0))
        self.listener.listen()
        self.address = "%s:%d" % self.listener.getsockname()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(self.target)
            threading.Thread(target=self.copy, args=(client, server, self.bytes_per_s),
                             daemon=True).start()
            threading.Thread(target=self.copy, args=(server, client, 10**9), daemon=True).start()

    def copy(self, source, sink, bytes_per_s):
        try:
            while not self.stopped.is_set():
                data = source.recv(4096)
                if not data:
                    break
                sink.sendall(data)
                self.stopped.wait(len(data) / bytes_per_s)
        except OSError:
            pass
        for end in (source, sink):
            end.close()

    def stop(self):
        self.stopped.set()
        self.listener.close()


class ForwardTest(RelayCase):
    @staticmethod
    def forwards(relay):
        return json.loads(relay.get("/api/streams")).get("forwards", [])

    def wait_state(self, relay, state, seconds=15):
        wait_for(f"a forward that is {state}",
                 lambda: [f for f in self.forwards(relay) if f["state"] == state], seconds)

    @staticmethod
    def order(relay, method, stream, url):
        query = urllib.parse.urlencode({"stream": stream, "url": url})
        request = urllib.request.Request(relay.http(f"/api/forward?{query}"), method=method)
        with urllib.request.urlopen(request, timeout=15) as response:
            return response.status

    def test_another_relay_gets_every_frame_from_a_keyframe_on(self):
        target = self.relay(node="target")
        source = self.relay(f"--forward=live/show={target.rtmp('live/copy')}?key=secret",
                            node="source")
        self.publish(source)
        truth = self.play(source, "/live/show.flv")
        target.wait_live("live/copy")
        copy = self.play(target, "/live/copy.flv")
        wait_for("pictures", lambda: len(copy.video()) > 100)
        self.assertEqual(copy.video()[0][2] >> 4, 1, "no keyframe at the start")
        digests = [f[2] for f in copy.frames()]
        wait_for("the source's viewer",
                 lambda: digests[-1] in [f[2] for f in truth.frames()])
        sent = [f[2] for f in truth.frames()]
        part = sent[sent.index(digests[0]):sent.index(digests[-1]) + 1]
        self.assertEqual(len(set(part) - set(digests)), 0, "frames are missing")
        self.assertEqual(target.stream("live/copy")["width"], 320)
        forward = self.forwards(source)[0]
        self.assertEqual((forward["state"], forward["stream"]), ("sending", "live/show"))
        self.assertNotIn("secret", json.dumps(forward))
        self.assertEqual(source.metric("nearcast_relay_forwards_sending"), 1)

    def test_the_end_of_the_stream_and_of_the_order_are_passed_on(self):
        target = self.relay(node="target")
        source = self.relay(node="source")
        url = target.rtmp("live/copy")
        self.order(source, "PUT", "live/show", url)
        publisher = self.publish(source)
        target.wait_live("live/copy")
        publisher.stop()
        wait_for("the end", lambda: target.stream("live/copy").get("state") != "live")
        self.publish(source)
        target.wait_live("live/copy")
        failed = source.metric("nearcast_relay_forwards_failed_total")
        self.order(source, "DELETE", "live/show", url)
        wait_for("the end", lambda: target.stream("live/copy").get("state") != "live")
        # A line that is only cut would leave it interrupted, for the target's grace.
        self.assertIn(target.stream("live/copy").get("state"), (None, "ended"))
        self.assertEqual(self.forwards(source), [])
        self.assertEqual(source.metric("nearcast_relay_forwards_failed_total"), failed)

    @staticmethod
    def dropped(relay):
        kinds = ("tail", "unreferred", "rest")
        return sum(relay.metric('nearcast_relay_frames_dropped_total{kind="%s"}' % kind)
                   for kind in kinds)

    def test_a_slow_target_loses_frames_and_nobody_else_does(self):
        target = self.relay(node="target")
        throttle = Throttle(target.ip, RTMP_PORT, bytes_per_s=12_000)
        self.addCleanup(throttle.stop)
        other = self.relay(node="other")
        source = self.relay(f"--forward=live/show=rtmp://{throttle.address}/live/copy",
                            f"--forward=live/show={other.rtmp('live/copy')}", node="source")
        self.publish(source)
        viewer = self.play(source, "/live/show.flv")
        wait_for("the copy at the slow target",
                 lambda: target.stream("live/copy").get("state") == "live", seconds=40)
        other.wait_live("live/copy")
        began = time.monotonic()
        wait_for("drops", lambda: self.dropped(source) > 20, seconds=60)
        # Longer than a line may be dead: the kernel's own bound takes a slow reader for one.
        wait_for("twenty seconds", lambda: time.monotonic() - began > 20, seconds=40)
        frames = other.stream("live/copy")["frames"]
        wait_for("the other target's frames",
                 lambda: other.stream("live/copy")["frames"] > frames + 50)
        print(f"a target at a third of the rate: {self.dropped(source):.0f} frames dropped in "
              f"{time.monotonic() - began:.1f} s, longest silence of a viewer "
              f"{viewer.longest_silence_ms(began):.0f} ms")
        self.assertEqual([f["state"] for f in self.forwards(source)], ["sending", "sending"])
        self.assertEqual(source.metric("nearcast_relay_forwards_failed_total"), 0)
        self.assertEqual(target.stream("live/copy").get("state"), "live")
        viewer.check_times(self)
        self.assertFalse(viewer.ended, viewer.error)

    def test_a_target_that_is_away_is_tried_again(self):
        ip = loopback_address()
        source = self.relay(f"--forward=live/show=rtmp://{ip}:{RTMP_PORT}/live/copy",
                            node="source")
        self.publish(source)
        wait_for("failures", lambda: source.metric("nearcast_relay_forwards_failed_total") >= 2)
        self.assertIn("refused", self.forwards(source)[0]["error"])
        first = self.relay(node="target", ip=ip)
        first.wait_live("live/copy")
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
        self.wait_state(source, "waiting")
        second = self.relay(node="target", ip=ip)
        wait_for("the copy again",
                 lambda: second.stream("live/copy").get("state") == "live", seconds=40)

    def test_a_target_that_stands_still_is_let_go_and_viewers_do_not_notice(self):
        target = self.relay(node="target")
        self.addCleanup(target.process.send_signal, signal.SIGCONT)
        source = self.relay(f"--forward=live/show={target.rtmp('live/copy')}", node="source")
        self.publish(source)
        viewer = self.play(source, "/live/show.flv")
        target.wait_live("live/copy")
        stopped = time.monotonic()
        target.process.send_signal(signal.SIGSTOP)
        wait_for("the line to be given up",
                 lambda: source.metric("nearcast_relay_forwards_failed_total") >= 1, seconds=60)
        print(f"a target that stands still: given up after {time.monotonic() - stopped:.1f} s, "
              f"longest silence of a viewer {viewer.longest_silence_ms(stopped):.0f} ms")
        viewer.check_times(self)
        self.assertFalse(viewer.ended, viewer.error)
        target.process.send_signal(signal.SIGCONT)
        self.wait_state(source, "sending", seconds=60)
        target.wait_live("live/copy")

    def test_what_comes_back_is_refused(self):
        one_ip, two_ip = loopback_address(), loopback_address()
        url = "rtmp://{}:%d/live/show" % RTMP_PORT
        one = self.relay(f"--forward=live/show={url.format(two_ip)}", "--reconnect_grace_ms=1500",
                         "--takeover_silence_ms=200", node="one", ip=one_ip)
        two = self.relay(f"--forward=live/show={url.format(one_ip)}", "--reconnect_grace_ms=1500",
                         "--takeover_silence_ms=200", node="two", ip=two_ip)
        publisher = self.publish(one)
        two.wait_live("live/show")
        wait_for("a refusal", lambda: any("loop" in f["error"] for f in self.forwards(two)))
        publisher.stop(signal.SIGKILL)
        for relay in (one, two):
            wait_for("the end of the stream",
                     lambda: relay.stream("live/show").get("state") != "live")
        self.assertEqual(one.stream("live/show").get("epoch", 1), 1, "its own echo published it")

    def test_ffmpeg_takes_it_without_an_error(self):
        ip = loopback_address()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "copy.flv")
            taker = subprocess.Popen(
                ["ffmpeg", "-v", "error", "-nostdin", "-listen", "1", "-i",
                 f"rtmp://{ip}:{RTMP_PORT}/live/copy", "-t", "4", "-c", "copy", path],
                stderr=subprocess.PIPE)
            source = self.relay(f"--forward=live/show=rtmp://{ip}:{RTMP_PORT}/live/copy",
                                node="source")
            self.publish(source)
            _, said = taker.communicate(timeout=40)
            self.assertEqual(taker.returncode, 0, said)
            out = subprocess.run(
                ["ffmpeg", "-v", "error", "-xerror", "-err_detect", "explode", "-nostdin", "-i",
                 path, "-f", "null", "-"], capture_output=True, timeout=40)
            self.assertEqual((out.returncode, out.stderr), (0, b""))


if __name__ == "__main__":
    unittest.main(verbosity=2)
