"""What other tools take an archive for.

Reads the path of an archive from each line, and answers each with one of JSON: for each tool that reads such an
archive a map from paths to `[size, sha256]` of a file, `[0, null]` of a folder, or a text: why it reads none.
"""

import hashlib
import json
import os
import resource
import subprocess
import sys
import tarfile
import tempfile
import zipfile

FOLDER = [0, None]
ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8"}


def content(stream):
    data = stream.read()
    return [len(data), hashlib.sha256(data).hexdigest()]


def with_tarfile(path):
    with tarfile.open(path, "r:*") as archive:
        for member in archive:
            if member.isdir():
                yield member.name, FOLDER
            elif member.isreg():
                yield member.name, content(archive.extractfile(member))
            else:
                yield member.name, "neither"


def with_zipfile(path):
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            with archive.open(info) as stream:
                yield info.filename, FOLDER if info.is_dir() else content(stream)


def unpacked(*command):
    """What a program writes, which must have no complaint."""

    def run(path):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([*command, path], cwd=folder, env=ENVIRONMENT, capture_output=True, check=False)
            if done.returncode != 0:
                raise ValueError(f"{done.returncode}: {done.stderr.decode(errors='replace')}")
            for top, folders, files in os.walk(folder):
                for name in folders + files:
                    found = os.path.join(top, name)
                    if os.path.islink(found):
                        yield os.path.relpath(found, folder), "neither"
                        continue
                    os.chmod(found, 0o700)
                    if name in folders:
                        yield os.path.relpath(found, folder), FOLDER
                    else:
                        with open(found, "rb") as stream:
                            yield os.path.relpath(found, folder), content(stream)

    return run


def listed(entries):
    """The entries and the folders above them; an entry that is there twice is an error."""
    found = {}
    for name, what in entries:
        name = name.encode(errors="surrogateescape").decode(errors="replace")
        name = name[2:] if name.startswith("./") else name
        name = name[:-1] if name.endswith("/") and what == FOLDER else name
        if name in ("", "."):
            continue
        if name in found:
            raise ValueError(f"{name} is there twice")
        found[name] = what
    for name in list(found):
        parts = name.split("/")
        for end in range(1, len(parts)):
            found.setdefault("/".join(parts[:end]), FOLDER)
    return found


GNU_TAR = unpacked("tar", "--no-same-owner", "-xf")
BSD_TAR = unpacked("bsdtar", "--no-same-owner", "--no-xattrs", "--no-acls", "--no-fflags", "-xf")
UNZIP = unpacked("unzip", "-qq", "-n")


def tools(path):
    with open(path, "rb") as archive:
        start = archive.read(4)
    if start[:2] == b"PK":
        return {"zipfile": with_zipfile, "unzip": UNZIP, "bsdtar": BSD_TAR}
    if start == b"\x28\xb5\x2f\xfd":
        return {"tar": GNU_TAR, "bsdtar": BSD_TAR}
    return {"tarfile": with_tarfile, "tar": GNU_TAR, "bsdtar": BSD_TAR}


def answer(path):
    answers = {}
    for tool, read in tools(path).items():
        try:
            answers[tool] = listed(read(path))
        except Exception as error:  # Whatever it is, the tool reads none.
            answers[tool] = f"{type(error).__name__}: {error}"
    return answers


resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 28, 1 << 28))
for line in sys.stdin:
    print(json.dumps(answer(line.rstrip("\n"))), flush=True)
