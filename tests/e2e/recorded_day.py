"""A recorded day, made up: views over the demonstration's networks, more of them in the evening. Seeded, so that it is the same day each time.

    python3 tests/e2e/recorded_day.py 1000000 > day.csv
"""

import ipaddress
import random
import sys

START_S = 1790000000 - 1790000000 % 86400
DEVICES = ["m1", "m2", "m3"]

# Views per hour of the day, in parts of the whole: a valley at four in the morning, a peak at nine in the evening.
HOURS = [5, 3, 2, 1, 1, 2, 3, 4, 5, 6, 6, 7, 8, 7, 6, 6, 7, 8, 10, 13, 16, 17, 13, 8]


def networks(path):
    with open(path) as file:
        for line in file:
            first = line.split(",")[0].strip()
            if first and first[0].isdigit() and "." in first:
                yield ipaddress.ip_network(first)


def times(views, chance):
    total = sum(HOURS)
    for hour, part in enumerate(HOURS):
        count = views * sum(HOURS[: hour + 1]) // total - views * sum(HOURS[:hour]) // total
        yield from sorted(START_S + hour * 3600 + chance.randrange(3600) for _ in range(count))


def lines(views, plan="deploy/demo/networks.csv"):
    chance = random.Random(7)
    ranges = [(int(net.network_address), net.num_addresses) for net in networks(plan)]
    yield "time_s,viewer,address,publish_point,stream,watch_s,device,grade"
    for i, time_s in enumerate(times(views, chance)):
        first, size = chance.choice(ranges)
        address = ipaddress.IPv4Address(first + chance.randrange(size))
        watch_s = int(chance.expovariate(1 / 600)) + 10
        yield "%d,u%d,%s,show,s%d,%d,%s,%d" % (
            time_s, chance.randrange(views), address, chance.randrange(200), watch_s, DEVICES[i % 3], 1 + i % 8)


def write(path, views):
    with open(path, "w") as file:
        file.writelines(line + "\n" for line in lines(views))


if __name__ == "__main__":
    sys.stdout.writelines(line + "\n" for line in lines(int(sys.argv[1])))
