"""A room service: an HTTP server that control planes call back."""

import hashlib
import hmac
import http.server
import json
import threading

SECRET = "room-secret"


class RoomService:
    """An HTTP server that keeps what it is told. While `refuses` it answers 503."""

    def __init__(self, address, port=0):
        self.refuses = False
        self.events = []
        self.wrong = []
        self.refused = 0
        room = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(room.take(self.path, self.headers, body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((address, port), Handler)
        self.port = self.server.server_address[1]
        self.url = "http://%s:%d/hook" % (address, self.port)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, path, headers, body):
        if self.refuses:
            self.refused += 1
            return 503
        text = headers["X-Nearcast-Time"].encode() + b"." + body
        if headers["X-Nearcast-Signature"] != hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest():
            self.wrong.append(body)
        self.events.append(json.loads(body))
        return 200

    def told(self, stream):
        return [event["event"] for event in list(self.events) if event.get("stream") == stream]

    def plays(self, stream, event):
        return [play for call in list(self.events) for play in call.get("plays", [])
                if play["stream"] == stream and play["event"] == event]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
