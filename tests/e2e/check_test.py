"""What ./run --check walks through, as a test: checks, create, publish, play, pull, drain, delays, explain."""

from demo_case import DemoCase, main

from check import Check


class CheckTest(DemoCase):
    def test_every_step_of_the_check(self):
        self.skip_without("ffmpeg", "ffprobe", "dig", "curl")
        self.demo.start_vantages()
        Check(self.demo, "check", print).run()


if __name__ == "__main__":
    main()
