"""Room services are told what becomes of their streams: signed, in order, again when they refuse, and after kill -9."""

import signal

from demo_case import DemoCase, main

from processes import fetch, wait_for
from room_service import RoomService

POINT = """\
kind: PublishPoint
name: told
spec:
  push_cdns: [nearcast]
  transcode_templates: [origin]
  callback:
    url: %s
    secret: room-secret
"""


class CallbackTest(DemoCase):
    with_relays = False

    def setUp(self):
        self.room = RoomService(self.demo.net.control)
        self.demo.ctl("apply", "-f", "-", stdin=POINT % self.room.url)

    def tearDown(self):
        self.room.stop()

    def create(self, name):
        self.demo.ctl("stream", "create", name, "--publish-point", "told", "--ip", "14.215.177.39")

    def wait_told(self, stream, *events):
        wait_for("the events of " + stream, lambda: self.room.told(stream) == list(events), 60)
        self.assertEqual(self.room.wrong, [])

    def test_changes_are_told_signed_and_in_order(self):
        self.create("plain")
        for state in ("publishing", "interrupted", "publishing"):
            self.demo.ctl("stream", "state", "plain", state)
        self.demo.ctl("stream", "end", "plain")
        self.wait_told("plain", "created", "publishing", "interrupted", "publishing", "ended")
        created = self.room.events[0]
        self.assertEqual(created["publish_point"], "told")
        self.assertEqual(created["push_lines"][0]["cdn"], "nearcast")

    def test_what_is_refused_is_told_again(self):
        self.room.refuses = True
        self.create("again")
        self.demo.ctl("stream", "state", "again", "publishing")
        wait_for("a refusal", lambda: self.room.refused > 0)
        self.assertEqual(self.room.told("again"), [])
        self.room.refuses = False
        self.wait_told("again", "created", "publishing")
        self.assertIn('nearcast_callbacks_total{result="retried"}', fetch(self.demo.net.http + "/metrics"))

    def test_what_was_not_told_yet_outlives_kill_9(self):
        self.room.refuses = True
        self.create("survivor")
        self.demo.ctl("stream", "state", "survivor", "publishing")
        wait_for("a refusal", lambda: self.room.refused > 0)
        self.demo.processes.end("nearcastd", signal.SIGKILL)
        self.room.refuses = False
        self.demo.start_control()
        self.demo.ctl("stream", "end", "survivor")
        self.wait_told("survivor", "created", "publishing", "ended")
        self.demo.processes.end("nearcastd", signal.SIGKILL)
        self.demo.start_control()
        self.create("next")
        self.wait_told("next", "created")
        self.assertEqual(self.room.told("survivor"), ["created", "publishing", "ended"])


if __name__ == "__main__":
    main()
