"""What the scripts of this folder share: running the scale bench, and measuring."""

import json
import os
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Timer:
    """Wall and processor seconds of a block, child processes that ended included, and peak memory of this
    process in MiB, where the system tells it: with all that it held before."""

    def __enter__(self):
        try:
            Path("/proc/self/clear_refs").write_text("5")
        except OSError:
            pass
        self._start = time.perf_counter(), self._cpu()
        return self

    def __exit__(self, *_):
        self.seconds = time.perf_counter() - self._start[0]
        self.cpu = self._cpu() - self._start[1]
        try:
            lines = Path("/proc/self/status").read_text().splitlines()
            self.peak = next(int(line.split()[1]) >> 10 for line in lines if line.startswith("VmHWM"))
        except OSError:
            self.peak = 0

    @staticmethod
    def _cpu():
        used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(u.ru_utime + u.ru_stime for u in used)


def scale(persons, out, *more, features=()):
    """Runs the scale bench into the new folder `out` and returns its report. The variable SCALE_BENCH may
    name one that was built before."""
    command = ["cargo", "bench", "-q"]
    if features:
        command += ["--features", ",".join(features)]
    command += ["--bench", "scale", "--"]
    if os.environ.get("SCALE_BENCH"):
        command = [os.environ["SCALE_BENCH"]]
    command += ["--persons", str(persons), "--out", str(out), "--json", *more]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout)


def stage(report, name):
    """Wall and processor seconds of the stages whose names begin so, together."""
    own = [one for one in report["stages"] if one["stage"].startswith(name)]
    if not own:
        raise KeyError(name)
    return sum(s["seconds"] for s in own), sum(s["cpu_seconds"] or s["seconds"] for s in own)


def peak(report, name):
    """Peak memory of those stages, in MiB, where the system tells it."""
    own = [one["peak_bytes"] or 0 for one in report["stages"] if one["stage"].startswith(name)]
    return max(own) >> 20


class Folder:
    """A folder for big files, gone at the end."""

    def __init__(self, where):
        self.path = Path(tempfile.mkdtemp(prefix="peers-", dir=where))

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def threads():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
