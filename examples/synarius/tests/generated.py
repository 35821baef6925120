"""Runs the host on a model, and compares each line of the emulation with what the generated module computes."""

import importlib.util
import subprocess
import sys
from pathlib import Path

host, model, folder = sys.argv[1:]
printed = subprocess.run([host, model, "20", folder], check=True, capture_output=True, text=True).stdout
lines = printed[printed.index("time_s") :].splitlines()[1:]

spec = importlib.util.spec_from_file_location("generated", Path(folder, Path(model).stem + ".py"))
generated = importlib.util.module_from_spec(spec)
spec.loader.exec_module(generated)

signals, before = generated.start, 0.0
assert len(lines) == 20, printed
for line in lines:
    time_s, *emulated = map(float, line.split("\t"))
    signals = generated.step(signals, time_s - before)
    before = time_s
    assert len(signals) == len(emulated)
    assert all(abs(one - two) < 1e-5 for one, two in zip(signals, emulated)), (line, signals)
