"""What strangers may do to a relay, while one ordinary viewer must not notice."""

import random
import resource
import select
import socket
import struct
import time
import unittest

from relay_harness import HTTP_PORT, RTMP_PORT, FlvPlayer, Publisher, Relay, wait_for


def amf_string(text):
    return b"\x02" + struct.pack(">H", len(text)) + text


def amf_number(value):
    return b"\0" + struct.pack(">d", value)


def chunk(stream_id, kind, payload, message_stream=0):
    """A type 0 chunk header and the payload in chunks of 128 bytes (RTMP 1.0, 5.3.1)."""
    header = bytes([stream_id]) + b"\0\0\0" + struct.pack(">I", len(payload))[1:] + bytes([kind])
    out = header + struct.pack("<I", message_stream)
    for at in range(0, len(payload), 128):
        out += (bytes([0xC0 | stream_id]) if at else b"") + payload[at:at + 128]
    return out


class HostileTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.random = random.Random(7)
        cls.relay = Relay("--rtmp_per_ip_max=300", "--reconnect_grace_ms=1500")
        cls.publisher = Publisher(cls.relay.rtmp("live/show"), gop_frames=25)
        cls.relay.wait_live("live/show")

    @classmethod
    def tearDownClass(cls):
        cls.publisher.stop()
        assert cls.relay.stop() == 0, cls.relay.log[-5:]

    def setUp(self):
        self.open = []
        self.descriptors = self.relay.descriptors()
        self.viewer = FlvPlayer(self.relay, "/live/show.flv")
        wait_for("pictures", lambda: len(self.viewer.video()) > 10)

    def tearDown(self):
        """The ordinary viewer has lost nothing, and what the strangers took is free again."""
        for stranger in self.open:
            stranger.close()
        count = len(self.viewer.video())
        wait_for("the viewer to go on", lambda: len(self.viewer.video()) > count + 10)
        self.assertIsNone(self.viewer.error)
        self.viewer.check_times(self)
        times = [t[1] for t in self.viewer.video()]
        gaps = [b - a for a, b in zip(times, times[1:])]
        self.assertLessEqual(max(gaps), 80, "a frame is missing")
        self.viewer.close()
        self.assertTrue(self.relay.healthy())
        wait_for("descriptors to be free",
                 lambda: self.relay.descriptors() <= self.descriptors + 2, seconds=20)

    def connect(self, port=RTMP_PORT):
        stranger = socket.create_connection((self.relay.ip, port), timeout=5)
        self.open.append(stranger)
        return stranger

    def send(self, stranger, data):
        try:
            stranger.sendall(data)
        except OSError:
            pass  # the relay has closed it: that is its right

    def await_close(self, stranger):
        try:
            while stranger.recv(4096):
                pass
        except ConnectionError:
            pass  # closed as well

    def shake_hands(self):
        stranger = self.connect()
        stranger.sendall(b"\x03" + bytes(8) + self.random.randbytes(1528))
        answer = b""
        while len(answer) < 3073:
            got = stranger.recv(4096)
            self.assertTrue(got)
            answer += got
        stranger.sendall(answer[1:1537])
        return stranger

    def test_bad_handshakes(self):
        for first in (b"\x06", b"GET / HTTP/1.1\r\n\r\n", bytes(4000), b"\xff" * 2000):
            for _ in range(20):
                self.send(self.connect(), first)

    def test_a_flood_of_refused_connections_is_no_flood_of_log_lines(self):
        """Ten lines of each kind in ten seconds; the counters have them all."""
        def refused():
            return [self.relay.metric(f"nearcast_relay_{door}_refused_total") for door in ("rtmp", "posts")]
        before = refused()
        written, began, count = len(self.relay.log), time.monotonic(), 500
        for _ in range(count):
            for port, first in ((RTMP_PORT, b"\x06" * 64),
                                (HTTP_PORT, b"POST /live/x.flv HTTP/1.1\r\nHost: a\r\n\r\n")):
                with socket.create_connection((self.relay.ip, port), timeout=20) as stranger:
                    self.send(stranger, first)
                    self.await_close(stranger)
        for was, now in zip(before, refused()):
            self.assertGreaterEqual(now - was, count)
        windows = (time.monotonic() - began) / 10 + 2
        self.assertLessEqual(len(self.relay.log) - written, 3 * 10 * windows)

    def test_garbage_chunks_after_a_good_handshake(self):
        for i in range(40):
            self.send(self.shake_hands(), self.random.randbytes(1 + 300 * i))

    def test_sizes_that_are_only_claimed_cost_nothing(self):
        before = self.relay.resident_kb()
        for _ in range(50):
            stranger = self.shake_hands()
            self.send(stranger, chunk(2, 1, struct.pack(">I", 0x7FFFFFFF)))  # Set Chunk Size
            self.send(stranger, b"\x06\0\0\0\xff\xff\xff\x09\x01\0\0\0" + bytes(1000))
        time.sleep(0.3)
        self.assertLess(self.relay.resident_kb() - before, 20_000)

    def test_commands_out_of_order_and_crafted(self):
        for payload in (amf_string(b"publish"), amf_string(b"play") + b"\x00" * 8,
                        amf_string(b"connect") + b"\x03" * 500, b"\x03" + b"\x00\x01a\x03" * 2000,
                        amf_string(b"x" * 9000), amf_string(b"deleteStream")):
            self.send(self.shake_hands(), chunk(3, 20, payload))

    def test_names_that_are_not_printable_ascii_are_refused(self):
        connect = (amf_string(b"connect") + amf_number(1) + b"\x03\0\x03app" + amf_string(b"live")
                   + b"\0\0\x09")
        for name in (b"x\xffy", b"\xc3\xa9", b"a b", b"a\nb", b"a\x7fb", b"\x80"):
            with self.subTest(name):
                stranger = self.shake_hands()
                publish = amf_string(b"publish") + amf_number(3) + b"\x05" + amf_string(name)
                self.send(stranger, chunk(3, 20, connect)
                          + chunk(3, 20, amf_string(b"createStream") + amf_number(2) + b"\x05")
                          + chunk(3, 20, publish + amf_string(b"live"), message_stream=1))
                answer = b""
                while b"NetStream.Publish." not in answer:
                    got = stranger.recv(4096)
                    self.assertTrue(got, answer)
                    answer += got
                self.assertIn(b"NetStream.Publish.BadName", answer)
        self.assertEqual(set(self.relay.streams()), {"live/show"})
        self.relay.get("/metrics").decode("ascii")

    def publish(self, name):
        """A stranger that has been let in to publish live/`name`."""
        stranger = self.shake_hands()
        connect = (amf_string(b"connect") + amf_number(1) + b"\x03\0\x03app" + amf_string(b"live")
                   + b"\0\0\x09")
        stranger.sendall(chunk(3, 20, connect)
                         + chunk(3, 20, amf_string(b"createStream") + amf_number(2) + b"\x05")
                         + chunk(3, 20, amf_string(b"publish") + amf_number(3) + b"\x05" + amf_string(name)
                                 + amf_string(b"live"), message_stream=1))
        answer = b""
        while b"NetStream.Publish." not in answer:
            got = stranger.recv(4096)
            self.assertTrue(got, answer)
            answer += got
        return stranger, b"NetStream.Publish.Start" in answer

    def wait_forgotten(self):
        wait_for("the strangers' streams to be forgotten",
                 lambda: set(self.relay.streams()) == {"live/show"}, seconds=10)

    def test_crafted_messages_after_a_good_publish(self):
        for i, (kind, payload) in enumerate((
                (9, b""), (9, b"\x17"), (9, b"\x17\x01\0\0\0\xff\xff\xff\xff"), (9, b"\x97hvc1" * 9),
                (8, b""), (8, b"\xaf"), (18, b"\x02\xff\xff"), (15, bytes(100)), (22, bytes(11) * 9),
                (20, amf_string(b"publish") + amf_number(3) + b"\x05" + amf_string(b"other") + amf_string(b"append")),
                (20, amf_string(b"FCUnpublish") + b"\x0a\xff\xff\xff\xff"), (99, bytes(50)))):
            stranger, admitted = self.publish(b"crafted-%d" % i)
            self.assertTrue(admitted)
            for _ in range(3):
                self.send(stranger, chunk(4, kind, payload, message_stream=1))
            stranger.close()
        self.wait_forgotten()

    def test_long_names_are_taken_whole_or_refused(self):
        for length, admitted in ((255, True), (300, True), (507, True), (508, False), (5000, False)):
            with self.subTest(length):
                self.assertEqual(self.publish(b"n" * length)[1], admitted)
                if admitted:
                    self.assertIn("live/" + "n" * length, self.relay.streams())
        for stranger in self.open:
            stranger.close()
        self.wait_forgotten()

    def test_posters_that_dribble_claim_or_lie(self):
        before = self.relay.resident_kb()
        head = b"POST /live/dribble-%d.flv HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        for i in range(60):
            stranger = self.connect(HTTP_PORT)
            self.send(stranger, head % i + b"1\r\nF\r\n")
        for i in range(60, 120):  # one tag of 16 MB, of which nothing comes
            self.send(self.connect(HTTP_PORT), head % i + b"18\r\nFLV\x01\x05\0\0\0\x09\0\0\0\0"
                      b"\x09\xff\xff\xff\0\0\0\0\0\0\0\r\n")
        for i in range(120, 140):
            self.send(self.connect(HTTP_PORT), head % i + b"ffffffffffffffff\r\n" + bytes(1000))
        time.sleep(0.3)
        self.assertLess(self.relay.resident_kb() - before, 20_000)
        for stranger in self.open:
            stranger.close()
        self.wait_forgotten()

    def test_ten_thousand_idle_connections(self):
        resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
        if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 11_000:
            self.skipTest("too few descriptors for 10,000 connections")
        before = self.relay.resident_kb()
        for i in range(10_000):
            stranger = socket.create_connection((self.relay.ip, HTTP_PORT), timeout=5)
            if i % 2:
                stranger.sendall(b"GET /live/sh")
            self.open.append(stranger)
        count = len(self.viewer.video())
        wait_for("the viewer to go on", lambda: len(self.viewer.video()) > count + 25)
        self.assertLess(self.relay.resident_kb() - before, 10_000 * 8)
        for stranger in self.open:
            stranger.close()
        self.open.clear()
        again = self.relay.resident_kb()
        for _ in range(10_000):
            socket.create_connection((self.relay.ip, HTTP_PORT), timeout=5).close()
        self.assertLess(self.relay.resident_kb() - again, 10_000)

    def test_silent_and_half_open_clients(self):
        for port in (RTMP_PORT, HTTP_PORT):
            for _ in range(60):
                stranger = self.connect(port)
                stranger.send(b"\x03"[:1] if port == RTMP_PORT else b"G")

    def test_readers_that_never_read(self):
        before = self.relay.resident_kb()
        for _ in range(60):
            stranger = socket.socket()
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stranger.settimeout(5)
            stranger.connect((self.relay.ip, HTTP_PORT))
            stranger.sendall(b"GET /live/show.flv?gop_cache_ms=8000 HTTP/1.1\r\nHost: x\r\n\r\n")
            self.open.append(stranger)
        count = len(self.viewer.video())
        wait_for("three seconds of pictures", lambda: len(self.viewer.video()) > count + 75)
        self.assertLess(self.relay.resident_kb() - before, 60 * 64)

    def test_bad_http(self):
        for request in (b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                        b"GET /" + b"a" * 20000 + b".flv HTTP/1.1\r\n\r\n",
                        b"GET /live/%00.flv HTTP/1.1\r\n" + b"X: y\r\n" * 3000,
                        b"POST /live/show.flv HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n",
                        self.random.randbytes(5000)):
            for _ in range(10):
                self.send(self.connect(HTTP_PORT), request)

    def test_a_viewer_that_talks_without_end_is_let_go(self):
        stranger = self.connect(HTTP_PORT)
        stranger.sendall(b"GET /live/show.flv HTTP/1.1\r\nHost: x\r\n\r\n")
        with self.assertRaises(OSError):
            for _ in range(100_000):
                stranger.sendall(bytes(65536))

    def test_a_crowd_that_connects_and_leaves_at_once(self):
        for _ in range(400):
            stranger = socket.create_connection((self.relay.ip, HTTP_PORT), timeout=5)
            stranger.sendall(b"GET /live/show.flv HTTP/1.1\r\nHost: x\r\n\r\n")
            stranger.close()
        for _ in range(400):
            socket.create_connection((self.relay.ip, RTMP_PORT), timeout=5).close()

    def test_one_address_has_only_so_many_rtmp_connections(self):
        strangers = [self.connect() for _ in range(330)]

        def closed():
            return len(select.select(strangers, [], [], 0)[0])

        wait_for("the ones too many to be closed", lambda: closed() >= 30)
        self.assertLess(closed(), 60)


if __name__ == "__main__":
    unittest.main(verbosity=2)
