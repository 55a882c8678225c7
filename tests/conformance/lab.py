"""What the checks stand on: the two servers in a named state, and the binary run against them."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import boto3

HERE = Path(__file__).parent
RANK = ["closed", "gated", "possible", "open"]


class Run:
    """One finished command: its exit code, its talk, and the assessment it wrote, if it did."""

    def __init__(self, done, out, store, requests):
        self.code, self.stdout, self.stderr = done.returncode, done.stdout, done.stderr
        self.out, self.store, self.requests = out, store, requests

    @property
    def assessment(self):
        return json.loads((self.out / "assessment.json").read_text())

    def agents(self, name, kind=""):
        return [a["id"] for a in self.assessment["agents"] if name in a["name"].lower() and kind in a["kind"]]

    def worst(self, agent, resource, kind="app"):
        """The worst path of an agent to the destruction of a resource: the one that decides."""
        agents = self.agents(agent, kind)
        assert agents, f"no agent `{agent}` of kind `{kind}` among {[(a['name'], a['kind']) for a in self.assessment['agents']]}"
        paths = [p for p in self.assessment["paths"] if p["agent"] in agents and p["action"] in DESTROY and p["resource"].endswith(resource)]
        assert paths, f"no path of `{agent}` to the destruction of `{resource}`"
        return max(paths, key=lambda p: RANK.index(p["verdict"]))


DESTROY = {"destroy", "rds:DeleteDBInstance", "rds:DeleteDBCluster", "dynamodb:DeleteTable"}


class Lab:
    def __init__(self, work):
        self.work = Path(work) / "runs"
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        self.github, self.aws = os.environ["GITHUB_FAKE"], os.environ["AWS_ENDPOINT_URL"]
        self.binary = os.environ["AMBIT"]
        self.violations = []
        self.asked = 0
        self.done = {}
        self.state = None

    def control(self, action, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.github}/__fake/{action}", data=data) as answer:
            return json.load(answer)

    def front(self, action, body=None):
        """The server before moto: its rules, or the calls since they were set."""
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.aws}/__front/{action}", data=data) as answer:
            return json.load(answer)

    def boto(self, service):
        return boto3.client(service, region_name="eu-west-1")

    def set(self, github=(), aws=()):
        self.front("rules", {})
        self.control("reset", {})
        self.control("variants", list(github))
        if self.state != tuple(aws):
            flags = [f"--variant={name}" for name in aws]
            subprocess.run([sys.executable, HERE / "aws/seed.py", *flags], check=True)
            self.state = tuple(aws)

    def run(self, *args, token="ghp_admin", online=True, **env):
        """Runs the binary with an environment of its own; `online=False` leaves it no credential and no endpoint."""
        base = {"PATH": os.environ["PATH"], "HOME": str(self.work), "AWS_EC2_METADATA_DISABLED": "true", "NO_COLOR": "1"}
        if online:
            keys = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")
            base |= {k: os.environ[k] for k in keys}
            if token is not None:
                base["GITHUB_TOKEN"] = token
        return subprocess.run([self.binary, *map(str, args)], cwd=self.work, env=base | env, capture_output=True, text=True, timeout=300)

    def logged(self):
        log = self.control("log")
        self.violations += log["violations"]
        self.asked += len(log["requests"])
        return log["requests"]

    def assess(self, github=(), aws=(), token="ghp_admin", org="acme", before=None, **env):
        """An assessment of the organisation in a state, made once for each state, token and environment."""
        key = (tuple(github), tuple(aws), token, org, before, tuple(sorted(env.items())))
        if key not in self.done:
            self.set(github, aws)
            if before:
                self.control(*json.loads(before))
            name = f"{len(self.done):02}"
            store, out = self.work / name / "store", self.work / name / "out"
            done = self.run("assess", "--org", org, "--github-api", self.github, "--store", store, "--out", out, token=token, **env)
            self.done[key] = Run(done, out, store, self.logged())
        return self.done[key]
