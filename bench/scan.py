"""What a host in Python writes to find its plugins: each plugin.json of the folders in a root."""

import json
import os
import sys

found = []
for entry in os.scandir(sys.argv[1]):
    with open(os.path.join(entry.path, "plugin.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    if os.path.isfile(os.path.join(entry.path, manifest["library"])):
        found.append(manifest)
assert len(found) == int(sys.argv[2]), len(found)
