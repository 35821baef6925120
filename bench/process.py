"""Runs hosts of one plugin in turns, and prints a table of the medians of what each has printed.

    process.py ROUNDS NAME=COMMAND...

The first one is what the others are compared with.
"""

import shlex
import statistics
import subprocess
import sys

MEASURES = [
    ("start_us", "start to first answer, us"),
    ("start_first_us", "the same, the first in a process, us"),
    ("call_16_us", "one call, 16 bytes, median, us"),
    ("call_16_p99_us", "one call, 16 bytes, p99, us"),
    ("call_1m_us", "one call, 1 MiB both ways, us"),
    ("calls_1", "calls a second, 1 thread"),
    ("calls_8", "calls a second, 8 threads"),
    ("calls_64", "calls a second, 64 threads"),
    ("resident_kib", "resident memory of the host, KiB"),
]


def main() -> None:
    rounds = int(sys.argv[1])
    hosts = [argument.split("=", 1) for argument in sys.argv[2:]]
    seen: dict[str, dict[str, list[float]]] = {name: {} for name, _ in hosts}
    for _ in range(rounds):
        for name, command in hosts:
            printed = subprocess.run(shlex.split(command), check=True, capture_output=True, text=True).stdout
            for line in printed.splitlines():
                measure, number = line.split()
                seen[name].setdefault(measure, []).append(float(number))
    first = hosts[0][0]
    print("| a plugin in another process | " + " | ".join(f"{name} | ratio" for name, _ in hosts) + " |")
    print("|---" * (1 + 2 * len(hosts)) + "|")
    for measure, title in MEASURES:
        base = statistics.median(seen[first][measure])
        cells = []
        for name, _ in hosts:
            middle = statistics.median(seen[name][measure])
            cells.append(f"{middle:,.1f} | {middle / base:.2f}")
        print(f"| {title} | " + " | ".join(cells) + " |")


main()
