"""The other doors: publishing by HTTP POST, playing over WebSocket; codecs of Enhanced RTMP, MP3, sound and picture alone."""

import base64
import hashlib
import os
import socket
import struct
import subprocess
import unittest

from relay_harness import HTTP_PORT, FlvPlayer, Publisher, Relay, RelayCase, probe_packets, wait_for


def flv_tag(kind, dts, body):
    head = bytes([kind]) + struct.pack(">I", len(body))[1:] + struct.pack(">I", dts)[1:] + bytes([dts >> 24]) + bytes(3)
    return head + body + struct.pack(">I", len(body) + 11)


FLV_HEAD = b"FLV\x01\x05\0\0\0\x09\0\0\0\0"
HEVC_HEADER = b"\x90hvc1" + bytes([1, 1]) + bytes(30)
HEVC_KEY = b"\x91hvc1" + bytes(3) + struct.pack(">I", 30) + b"\x26\x01" + bytes(28)
HEVC_INTER = b"\xa1hvc1" + bytes(3) + struct.pack(">I", 30) + b"\x02\x01" + bytes(28)
OPUS_HEADER = b"\x90OpusOpusHead" + bytes([1, 2, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0])
OPUS = b"\x91Opus\xfc" + bytes(60)


class Post:
    """A publisher that writes tags into a chunked POST."""

    def __init__(self, relay, path, expect=False):
        self.socket = socket.create_connection((relay.ip, HTTP_PORT), timeout=10)
        expects = "Expect: 100-continue\r\n" if expect else ""
        self.socket.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\n{expects}Transfer-Encoding: chunked\r\n\r\n".encode())
        if expect:
            self.first = self.socket.recv(1000)
        self.write(FLV_HEAD)

    def write(self, data):
        self.socket.sendall(b"%x\r\n" % len(data) + data + b"\r\n")

    def write_video(self, begin, frames, key=HEVC_KEY, inter=HEVC_INTER, gop=25):
        for i in range(begin, begin + frames):
            self.write(flv_tag(9, i * 40, key if i % gop == 0 else inter) + flv_tag(8, i * 40, OPUS))

    def finish(self):
        self.socket.sendall(b"0\r\n\r\n")
        return self.answer()

    def answer(self):
        self.socket.settimeout(10)
        got = b""
        while more := self.socket.recv(4096):
            got += more
        return got

    def close(self):
        self.socket.close()


class WsPlayer:
    """An FLV player over WebSocket: every message must be one tag."""

    KEY = base64.b64encode(bytes(range(16))).decode()

    def __init__(self, relay, path):
        self.socket = socket.create_connection((relay.ip, HTTP_PORT), timeout=10)
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: {relay.ip}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Key: {self.KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        self.stream = self.socket.makefile("rb")
        self.status = int(self.stream.readline().split()[1])
        self.fields = {}
        while (line := self.stream.readline()) not in (b"\r\n", b""):
            name, value = line.decode().split(":", 1)
            self.fields[name.lower()] = value.strip()

    def message(self):
        first, length = self.stream.read(2)
        if length == 126:
            length = int.from_bytes(self.stream.read(2), "big")
        elif length == 127:
            length = int.from_bytes(self.stream.read(8), "big")
        return first, self.stream.read(length)

    def send(self, opcode, payload):
        mask = os.urandom(4)
        self.socket.sendall(bytes([0x80 | opcode, 0x80 | len(payload)]) + mask
                            + bytes(c ^ mask[i % 4] for i, c in enumerate(payload)))

    def close(self):
        self.stream.close()
        self.socket.close()


class IngestTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.relay = Relay("--reconnect_grace_ms=4000")
        cls.publisher = Publisher(cls.relay.rtmp("live/show"), gop_frames=25)
        cls.relay.wait_live("live/show", cached_ms=2000)

    @classmethod
    def tearDownClass(cls):
        cls.publisher.stop()
        assert cls.relay.stop() == 0, cls.relay.log[-5:]

    def play(self, path):
        player = FlvPlayer(self.relay, path)
        self.addCleanup(player.close)
        return player

    def post(self, path, **how):
        post = Post(self.relay, path, **how)
        self.addCleanup(post.close)
        return post

    def test_ffmpeg_publishes_by_post(self):
        publisher = subprocess.Popen(
            ["ffmpeg", "-v", "error", "-nostdin", "-re", "-f", "lavfi", "-i", "testsrc=size=160x90:rate=25", "-f", "lavfi",
             "-i", "sine=sample_rate=44100", "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-c:a", "libmp3lame",
             "-t", "6", "-f", "flv", "-method", "POST", self.relay.http("/live/posted.flv")])
        self.addCleanup(publisher.wait)
        self.relay.wait_live("live/posted")
        packets = probe_packets(self.relay.http("/live/posted.flv"))
        self.assertIn("K", next(p for p in packets if p["codec_type"] == "video")["flags"])
        self.assertEqual(self.relay.stream("live/posted")["audio_codec"], "mp3")
        player = self.play("/live/posted.flv")
        wait_for("the end, as the body has ended", lambda: player.ended, seconds=20)
        self.assertIsNone(player.error)

    def test_hevc_and_opus_by_fourcc_go_through_as_they_came(self):
        post = self.post("/live/modern.flv", expect=True)
        self.assertTrue(post.first.startswith(b"HTTP/1.1 100 "), post.first)
        post.write(flv_tag(9, 0, HEVC_HEADER) + flv_tag(8, 0, OPUS_HEADER))
        post.write_video(0, 40)
        wait_for("the stream", lambda: self.relay.stream("live/modern").get("cached_keyframes") == 2)
        stream = self.relay.stream("live/modern")
        self.assertEqual((stream["video_codec"], stream["audio_codec"]), ("h265", "opus"))
        player = self.play("/live/modern.flv?gop_cache_ms=0")
        wait_for("tags", lambda: len(player.tags) >= 2 + 2 * 15)
        self.assertEqual([t[2] for t in player.tags[:4]], [0x90, 0x90, 0x91, 0x91])
        self.assertEqual(player.tags[0][3], len(HEVC_HEADER))
        self.assertTrue(post.finish().startswith(b"HTTP/1.1 200 "))
        wait_for("the end", lambda: player.ended)

    def test_a_lost_poster_may_come_back(self):
        first = self.post("/live/again.flv?token=a")
        first.write(flv_tag(9, 0, HEVC_HEADER) + flv_tag(8, 0, OPUS_HEADER))
        first.write_video(0, 30)
        wait_for("the stream", lambda: self.relay.stream("live/again").get("cached_keyframes"))
        player = self.play("/live/again.flv")
        wait_for("tags", lambda: len(player.tags) > 10)
        first.close()
        wait_for("the loss", lambda: self.relay.stream("live/again")["state"] == "interrupted")
        second = self.post("/live/again.flv?token=a")
        second.write(flv_tag(9, 0, HEVC_HEADER) + flv_tag(8, 0, OPUS_HEADER))
        count = len(player.tags)
        second.write_video(0, 30)
        wait_for("more tags", lambda: len(player.tags) >= count + 50)
        self.assertFalse(player.ended)
        player.check_times(self)

    def test_a_second_publisher_is_told_why_whatever_its_door(self):
        answer = self.post("/live/show.flv").answer()
        self.assertTrue(answer.startswith(b"HTTP/1.1 409 "), answer)
        self.assertIn(b"already published", answer)

    def test_bad_posts_are_refused_in_words(self):
        for head, body, status in (("/live/x.mp4", FLV_HEAD, 400), ("/nothing.flv", FLV_HEAD, 400),
                                   ("/live/y.flv", b"not FLV at all, surely", 400), ("/live/z.flv", b"", 400)):
            with self.subTest(head):
                stranger = socket.create_connection((self.relay.ip, HTTP_PORT), timeout=10)
                self.addCleanup(stranger.close)
                stranger.sendall(f"POST {head} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                self.assertTrue(stranger.recv(1000).startswith(b"HTTP/1.1 %d " % status))

    def test_a_player_over_websocket_gets_one_tag_a_message(self):
        player = WsPlayer(self.relay, "/live/show.flv?gop_cache_ms=1000")
        self.addCleanup(player.close)
        self.assertEqual(player.status, 101)
        accept = hashlib.sha1((player.KEY + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        self.assertEqual(player.fields["sec-websocket-accept"], base64.b64encode(accept).decode())
        first, head = player.message()
        self.assertEqual((first, head), (0x82, FLV_HEAD))
        player.send(0x9, b"are you there")
        pong, pictures = None, 0
        for _ in range(200):
            opcode, data = player.message()
            if opcode == 0x8A:
                pong = data
                continue
            size = int.from_bytes(data[1:4], "big")
            self.assertEqual(len(data), size + 15)
            self.assertEqual(int.from_bytes(data[-4:], "big"), size + 11)
            pictures += data[0] == 9 and data[12] == 1
        self.assertEqual(pong, b"are you there")
        self.assertGreater(pictures, 40)
        player.send(0x8, b"\x03\xe8")
        wait_for("it to be let go", lambda: self.relay.stream("live/show")["viewers"] == 0)

    def test_a_websocket_that_is_none_is_refused(self):
        for fields in ("Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: " + WsPlayer.KEY, "Sec-WebSocket-Version: 13"):
            with self.subTest(fields):
                stranger = socket.create_connection((self.relay.ip, HTTP_PORT), timeout=10)
                self.addCleanup(stranger.close)
                stranger.sendall(f"GET /live/show.flv HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n{fields}\r\n\r\n".encode())
                self.assertTrue(stranger.recv(1000).startswith(b"HTTP/1.1 400 "))


class BudgetTest(RelayCase):
    MB = 1 << 20

    PICTURE = struct.pack(">I", 50_000) + b"%s\x01" + bytes(49_998)
    KEY = b"\x91hvc1" + bytes(3) + PICTURE.replace(b"%s", b"\x26")
    INTER = b"\xa1hvc1" + bytes(3) + PICTURE.replace(b"%s", b"\x02")

    def post(self, relay, path):
        post = Post(relay, path)
        self.addCleanup(post.close)
        return post

    def test_a_node_takes_no_new_stream_near_its_budget_and_what_is_there_goes_on(self):
        relay = self.relay("--media_mb_max=8")
        first = self.post(relay, "/live/first.flv")
        first.write(flv_tag(9, 0, HEVC_HEADER) + flv_tag(8, 0, OPUS_HEADER))
        first.write_video(0, 150, self.KEY, self.INTER)
        wait_for("the media", lambda: relay.metric("nearcast_relay_media_bytes") > 6.5 * self.MB)
        self.assertEqual(relay.metric("nearcast_relay_media_max_bytes"), 8 * self.MB)
        player = self.play(relay, "/live/first.flv?gop_cache_ms=0")
        wait_for("a picture", lambda: player.video())
        answer = self.post(relay, "/live/second.flv").answer()
        self.assertTrue(answer.startswith(b"HTTP/1.1 503 "), answer)
        self.assertIn(b"MB of media", answer)
        self.assertGreaterEqual(relay.metric("nearcast_relay_media_refused_total"), 1)
        for frame in range(150, 500, 25):
            count = len(player.video())
            first.write_video(frame, 25, self.KEY, self.INTER)
            wait_for("its pictures", lambda: len(player.video()) >= count + 20)
            self.assertLess(relay.metric("nearcast_relay_media_bytes"), 8.2 * self.MB)
        self.assertGreater(relay.metric("nearcast_relay_media_cuts_total"), 0)
        self.assertFalse(player.ended)


if __name__ == "__main__":
    unittest.main(verbosity=2)
