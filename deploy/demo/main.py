"""The demonstration: ./run builds everything and calls this."""

import argparse
import os
import signal
import sys
import time

import media
from check import BEIJING_UNICOM, GUANGDONG_TELECOM, Check
from net import Net
from processes import Demo, Failure

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

TRY = """
Try, in another terminal, in this folder:

  alias ctl='{ctl}'
  ctl node list
  ctl node delays
  ctl explain dns --name pull.live.example --ip {telecom}
  dig @{control} -p 8053 pull.live.example +subnet={telecom}/24
  curl '{http}/d?host=pull.live.example&ip={unicom}'
  ctl stream create my-stream --publish-point demo --ip {telecom}
  ctl node drain guangzhou-telecom
  ctl node undrain guangzhou-telecom
  ctl get domain live.example -o yaml
"""

TRY_STREAM = """
The stream {stream} is on the air:

  ffplay '{url}'
  curl -s '{http}/v1/play?stream={stream}&ip={telecom}'
  ctl explain play --stream {stream} --ip {unicom}
  ctl stream list
"""


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="./run", description="Runs Nearcast on loopback: the control plane, two relays and two vantages.")
    parser.add_argument("--stream", metavar="NAME",
                        help="create a stream, publish ffmpeg's test picture to it and play it back")
    parser.add_argument("--check", action="store_true",
                        help="walk through everything without a person; exit 0 or 1")
    parser.add_argument("--ipdb", metavar="FILE", action="append", default=[],
                        help="another IP database: mmdb, CSV or compiled, also gzipped")
    parser.add_argument("--var", metavar="DIR", default=os.path.join(SOURCE, "var"),
                        help="where logs and the store are kept (default: var)")
    parser.add_argument("--net", metavar="A.B.C", default="127.0.0",
                        help="the loopback network to listen in (default: 127.0.0)")
    parser.add_argument("--parse-only", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--from", dest="origin", metavar="DIR", default=".", help=argparse.SUPPRESS)
    parser.add_argument("--bin", metavar="DIR", default=os.path.join(SOURCE, "bazel-bin"),
                        help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def say(text):
    print(text, flush=True)


def show_addresses(demo):
    net = demo.net
    say("")
    say("nearcastd          DNS  %s port 8053 (UDP and TCP)" % net.control)
    say("                   HTTP %s    gRPC %s" % (net.http, net.grpc))
    for name, address in net.relays.items():
        say("%-18s RTMP rtmp://%s/    HTTP http://%s:8088" % (name, address, address))
    for name, address in net.vantages.items():
        say("%-18s checks the relays from %s" % (name, address))
    say("logs               %s/*.log" % os.path.relpath(demo.processes.var))
    say(TRY.format(ctl=os.path.relpath(demo.processes.path("tools/nearcastctl/nearcastctl"))
                   + ("" if net.prefix == "127.0.0" else " --server " + net.grpc),
                   control=net.control, http=net.http, telecom=GUANGDONG_TELECOM,
                   unicom=BEIJING_UNICOM).rstrip())


def run_stream(demo, stream):
    """Creates, publishes and plays back; the stream stays on the air until the demonstration ends."""
    check = Check(demo, stream, say)
    check.publish(check.create())
    url = check.flv_url(BEIJING_UNICOM)
    frames, complaints = media.decode(url, 5)
    check.expect("played %s back for 5 s" % url, frames > 100 and not complaints,
                 complaints or "%d frames decoded" % frames)
    say(TRY_STREAM.format(stream=stream, url=url, http=demo.net.http, telecom=GUANGDONG_TELECOM,
                          unicom=BEIJING_UNICOM).rstrip())


def serve(demo):
    """Until a signal, or until a part ends by itself."""
    say("\nCtrl-C stops everything.")
    while True:
        for name in list(demo.processes.children):
            demo.processes.check(name)
        time.sleep(0.5)


def find_databases(options):
    """Absolute paths; relative ones are the caller's, who may stand in another folder."""
    files = [os.path.join(options.origin, file) for file in options.ipdb]
    for given, file in zip(options.ipdb, files):
        if not os.path.isfile(file):
            raise Failure("--ipdb %s: there is no such file" % given)
    return files


def run(options):
    databases = find_databases(options)
    if options.parse_only:
        return
    demo = Demo(Net(options.net), os.path.abspath(options.bin), options.var, SOURCE, databases)
    try:
        say("starting nearcastd, loading %s …" % ", ".join(map(os.path.relpath, demo.ipdb)))
        demo.start_control()
        demo.apply_config()
        say("starting two relays …")
        demo.start_relays()
        demo.wait_for_nodes()
        say("starting two vantages …")
        demo.start_vantages()
        say("all are healthy")
        if options.check:
            # A name of its own, so that a check can be repeated on the same store.
            Check(demo, options.stream or "check-%d" % time.time(), say).run()
            say("\ncheck passed")
            return
        show_addresses(demo)
        if options.stream:
            say("")
            run_stream(demo, options.stream)
        serve(demo)
    finally:
        # From here on nothing may keep us from ending what was started.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        say("stopping …")
        demo.stop()


def main(arguments):
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    try:
        run(parse(arguments))
    except KeyboardInterrupt:
        say("")
    except BrokenPipeError:  # the terminal is gone; everything is stopped
        return 1
    except (Failure, OSError) as failure:
        print("./run: %s" % failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
