"""Collects an organisation of many repositories and says what that cost: requests, points, time, memory, our own work."""

import json
import math
import os
import resource
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

TOKEN = "ghp_admin"
# Requests a minute that GitHub lets pass, and the hour's budgets of REST: a user, and an app in an Enterprise Cloud organisation.
# https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
A_MINUTE, BUDGETS = 900, {"a person's token": 5_000, "an app in an enterprise": 15_000}


def control(action, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(f"{os.environ['GITHUB_FAKE']}/__fake/{action}", data=data) as answer:
        return json.load(answer)


def points():
    """What GraphQL took from the hour's budget."""
    asked = urllib.request.Request(
        f"{os.environ['GITHUB_FAKE']}/rate_limit", headers={"authorization": f"Bearer {TOKEN}", "user-agent": "speed"}
    )
    with urllib.request.urlopen(asked) as answer:
        return json.load(answer)["resources"]["graphql"]["used"]


def at_githubs_pace(requests, budget):
    """Seconds that GitHub's own limits make of so many requests: the pace, and whole hours for whatever a budget lacks."""
    hours = math.ceil(requests / budget) - 1
    return hours * 3600 + (requests - hours * budget) / A_MINUTE * 60


def main(work, repositories, latency):
    store = Path(work) / "runs" / "speed"
    shutil.rmtree(store, ignore_errors=True)
    control("reset", {})
    control("limit", {"core": 1_000_000, "graphql": 1_000_000})
    for n in range(repositories):
        control("clone", {"from": "acme/docs", "to": f"acme/svc-{n:04}", "id": 10_000 + n})
    if latency:
        control("faults", [{"match": ".", "times": 10_000_000, "delay_ms": latency}])
    command = [os.environ["AMBIT"], "collect", "--org", "acme", "--no-aws"]
    command += ["--github-api", os.environ["GITHUB_FAKE"], "--store", str(store)]
    started = time.monotonic()
    done = subprocess.run(command, env={**os.environ, "GITHUB_TOKEN": TOKEN}, capture_output=True, text=True)
    wall = time.monotonic() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(done.stderr)
    report = control("log")
    asked = [request for request in report["requests"] if not request["path"].startswith("/rate_limit")]
    rest = sum(request["op"] != "POST /graphql" for request in asked)
    each = sum("/acme/svc-" in request["path"] for request in asked) / repositories
    print(f"repositories      {repositories} beside the three of acme, {latency} ms an answer")
    print(f"requests          {rest} REST ({each:.1f} a repository), {len(asked) - rest} GraphQL of {points()} points")
    print(f"time              {wall:.2f} s, of which our own work {used.ru_utime + used.ru_stime:.2f} s CPU")
    print(f"memory            {used.ru_maxrss / 1024:.0f} MB at most")
    print(f"record            {sum(f.stat().st_size for f in store.rglob('*') if f.is_file()) / 1e6:.1f} MB")
    for who, budget in BUDGETS.items():
        print(f"at GitHub's pace  {at_githubs_pace(rest, budget) / 60:.1f} min with {who}")
    if report["violations"]:
        sys.exit("\n".join(sorted(set(report["violations"]))[:20]))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
