#!/usr/bin/env python3
"""Drives the built `ambit` against both servers and checks what issue-level promises say about `assessment.json`.

usage: check.py WORK [PART OF A NAME]     (started by `run`, which sets GITHUB_FAKE, AWS_ENDPOINT_URL and AMBIT)
"""

import json
import re
import shutil
import sys
import traceback
from pathlib import Path

import yaml
from moto.events.models import EventPattern

from lab import DESTROY, RANK, Lab

CHECKS = []
SHOP = "db:shop-prod"


def check(name):
    def register(function):
        CHECKS.append((name, function))
        return function

    return register


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


def finished(run):
    """A run that judged: 0, 3 or 4, and no panic."""
    expect(run.code in (0, 3, 4), f"exit {run.code}: {run.stderr[-800:]}")
    expect("panicked" not in run.stderr, run.stderr[-800:])
    return run.assessment


def verdict(run, expected, minimum=None, agent="claude", resource=SHOP, kind="app"):
    finished(run)
    path = run.worst(agent, resource, kind)
    found = (path["verdict"], path["humans"]["min"])
    wanted = expected if isinstance(expected, tuple) else (expected,)
    expect(path["verdict"] in wanted, f"{agent} to {resource}: expected {expected}, found {found}")
    expect(minimum is None or path["humans"]["min"] == minimum, f"{agent} to {resource}: expected {minimum} humans, found {found}")
    return path


# --- the main path, and every hop of it closed alone ---------------------------------------------------------------


@check("before: the app deletes the production database with no human in between")
def _(lab):
    run = lab.assess()
    path = verdict(run, "open", 0)
    expect(path["tier"] == "production", path["tier"])
    expect(path["hops"] and all(h["evidence"] and h["because"] for h in path["hops"]), "a hop without evidence or reason")
    expect(any("deploy-prod" in json.dumps(h) for h in path["hops"]), "the path does not name the role")
    expect(run.code == 3, f"an open path to production must fail the run, exit was {run.code}")
    expect("Claude" in run.stdout and "orders-prod" in run.stdout, "the terminal names neither agent nor database")
    expect("Anyone on the internet" in run.stdout, "strangers who steer the agent are not named first")


@check("oidc alone: still open with no human, so the next checks close what they say they close")
def _(lab):
    verdict(lab.assess(["oidc-only"]), "open", 0)


@check("hop closed: environment reviewers gate the path by one person")
def _(lab):
    verdict(lab.assess(["oidc-only"], ["exact-environment"]), "open", 0)
    path = verdict(lab.assess(["oidc-only", "environment-reviewers"], ["exact-environment"]), "gated", 1)
    expect({"alice", "carol"} <= set(re.findall(r"\w+", json.dumps(path["humans"]["who"]))), f"who: {path['humans']['who']}")


@check("not a hop: environment reviewers gate nothing while the role trusts every repository")
def _(lab):
    verdict(lab.assess(["oidc-only", "environment-reviewers"]), "open", 0)


@check("hop closed: an exact subject on a branch that binds everyone gates the path by one person")
def _(lab):
    verdict(lab.assess(["oidc-only", "no-bypass"]), "open", 0)
    verdict(lab.assess(["oidc-only", "no-bypass"], ["exact-main"]), "gated", 1)


@check("hop opened: the same exact subject with the app in the bypass list is open")
def _(lab):
    verdict(lab.assess(["oidc-only"], ["exact-main"]), "open", 0)


@check("hop closed: an explicit deny on the role closes the path")
def _(lab):
    path = verdict(lab.assess(["oidc-only"], ["explicit-deny"]), "closed")
    expect(path["closed_by"], "a closed path must say what closes it")


@check("hop closed: deletion protection with no right to remove it closes the path")
def _(lab):
    verdict(lab.assess(["oidc-only"], ["deletion-protection"]), "closed")


@check("hop opened: deletion protection that the role may remove is open")
def _(lab):
    verdict(lab.assess(["oidc-only"], ["deletion-protection-removable"]), "open", 0)


@check("hop closed: an app that may only read has no way to the role")
def _(lab):
    run = lab.assess(["oidc-only", "app-read-only"])
    finished(run)
    agents = set(run.agents("claude", "app"))
    reaching = [p for p in run.assessment["paths"] if p["agent"] in agents and p["verdict"] != "closed" and p["resource"].endswith(SHOP)]
    expect(not reaching, f"{[(p['verdict'], p['action']) for p in reaching]}")


@check("a secret whose reach is unknown is a possible path, never no path")
def _(lab):
    path = verdict(lab.assess([], ["explicit-deny"]), ("possible", "open"))
    expect(path["verdict"] == "open" or re.search("AWS_|runner", json.dumps(path)), "the path names neither secret nor runner")


@check("staging: a role with an exact subject does not reach production")
def _(lab):
    run = lab.assess(["oidc-only"])
    for path in finished(run)["paths"]:
        staging = "deploy-staging" in json.dumps(path["hops"]) and "deploy-prod" not in json.dumps(path["hops"])
        expect(not (staging and path["tier"] == "production" and path["verdict"] == "open"), f"{path['id']} {path['resource']}")


@check("a permission boundary binds: terraform deletes no database")
def _(lab):
    for path in finished(lab.assess(["oidc-only"]))["paths"]:
        last = json.dumps(path["hops"][-1]) if path["hops"] else ""
        expect(not ("role/terraform" in last and path["action"] in DESTROY and path["verdict"] == "open"), path["resource"])


@check("after: nothing is deleted anywhere, and nothing in production written, with no human in between")
def _(lab):
    found = finished(lab.assess(["after"], ["after"]))
    zero = [p for p in found["paths"] if p["verdict"] in ("open", "possible") and p["humans"]["min"] == 0]
    bad = [p for p in zero if p["action"] in DESTROY or (p["action"] == "write" and p["tier"] == "production")]
    expect(not bad, f"{[(p['verdict'], p['agent'], p['action'], p['resource']) for p in bad]}")


# --- unknown is never pass -----------------------------------------------------------------------------------------


def path_verdicts(found):
    worst = {}
    for p in found["paths"]:
        key = (p["agent"], p["action"], p["resource"])
        if key not in worst or RANK.index(p["verdict"]) > RANK.index(worst[key]):
            worst[key] = p["verdict"]
    return worst


@check("least token: every outcome is the same or unknown")
def _(lab):
    full, least = finished(lab.assess()), finished(lab.assess(token="ghs_least"))
    known = {f["id"]: f["outcome"] for f in full["findings"]}
    unknown_checks = {f["check"] for f in least["findings"] if f["outcome"] == "unknown"}
    outcomes = {f["id"]: f["outcome"] for f in least["findings"]}
    for found in full["findings"]:
        outcome = outcomes.get(found["id"])
        if outcome is None:
            expect(found["check"] in unknown_checks, f"{found['check']} on {found['subject']} vanished with no unknown of its check")
        else:
            expect(outcome in (found["outcome"], "unknown"), f"{found['check']} on {found['subject']}: {found['outcome']} became {outcome}")
    for found in least["findings"]:
        new = found["id"] not in known
        expect(not new or found["outcome"] in ("unknown", "fail", "manual"), f"{found['check']} on {found['subject']}: {found['outcome']} only with less permission")


@check("least token: every path verdict is the same or possible")
def _(lab):
    full, least = finished(lab.assess()), finished(lab.assess(token="ghs_least"))
    before, after = path_verdicts(full), path_verdicts(least)
    agents = {a["id"] for a in least["agents"]}
    for key, found in before.items():
        if key in after:
            expect(after[key] in (found, "possible"), f"{key}: {found} became {after[key]}")
        elif found != "closed":
            repository = key[2].split("@")[0]
            hidden = "@" in key[2] and not any(row["subject"].startswith(repository) for row in least["tiers"])
            told = any(f["outcome"] == "unknown" and f["subject"] == "acme" for f in least["findings"])
            expect((key[0] not in agents or hidden) and told, f"{key}: {found} vanished and nothing says that more may be there")
    for key, found in after.items():
        expect(key in before or found == "possible", f"{key}: {found} only with less permission")


@check("least token: every denied call is a named row with what it needs")
def _(lab):
    run = lab.assess(token="ghs_least")
    rows = [json.dumps(row) for row in finished(run)["coverage"]["denied"]]
    for request in run.requests:
        if request["status"] == 403:
            expect(any(request["path"] in row for row in rows), f"no row for {request['op']} {request['path']}")
    expect(all(row.get("needs") for row in run.assessment["coverage"]["denied"]), "a denied row that does not say what it needs")


@check("no rights: nothing passes")
def _(lab):
    run = lab.assess(token="ghp_none", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    expect("panicked" not in run.stderr, run.stderr[-800:])
    if run.code in (0, 3, 4):
        passed = [f for f in run.assessment["findings"] if f["outcome"] == "pass"]
        expect(not passed, f"{[(f['check'], f['subject']) for f in passed]}")
        expect(run.code != 0, "exit 0 with nothing read")
    else:
        expect(run.code == 1 and run.stderr.strip(), f"exit {run.code}")


@check("a server error is not absence: the ruleset that failed to load is unknown")
def _(lab):
    fault = json.dumps(["faults", [{"match": "/rulesets/3001$", "status": 500, "times": 50}]])
    full, failed = finished(lab.assess()), finished(lab.assess(before=fault))
    expect(failed["coverage"]["failed"], "the failed call is no row")
    before, after = path_verdicts(full), path_verdicts(failed)
    for key, found in before.items():
        expect(after.get(key) in (found, "possible"), f"{key}: {found} became {after.get(key)}")


# --- the store ------------------------------------------------------------------------------------------------------


@check("collect, then report without network: the same assessment twice, byte for byte")
def _(lab):
    lab.set()
    base = lab.work / "offline"
    store = base / "store"
    done = lab.run("collect", "--org", "acme", "--github-api", lab.github, "--store", store)
    lab.logged()
    expect(done.returncode == 0, f"exit {done.returncode}: {done.stderr[-800:]}")
    outs = [base / "a", base / "b"]
    for out in outs:
        done = lab.run("report", "--store", store, "--format", "html,csv,json", "--out", out, online=False)
        expect(done.returncode in (0, 3, 4), f"exit {done.returncode}: {done.stderr[-800:]}")
    names = [sorted(p.name for p in out.iterdir()) for out in outs]
    expect(names[0] == names[1] and len(names[0]) >= 3, f"{names}")
    for name in names[0]:
        expect((outs[0] / name).read_bytes() == (outs[1] / name).read_bytes(), f"{name} differs between two runs")


@check("no secret is in the store or the reports")
def _(lab):
    run = lab.assess()
    finished(run)
    for path in [p for p in run.store.parent.rglob("*") if p.is_file()]:
        text = path.read_bytes()
        expect(b"ghp_admin" not in text and b"wJalrXUtnFEMI" not in text, f"{path} holds a credential")


@check("a damaged record is an error or an unknown that names it, not a panic and not a pass")
def _(lab):
    run = lab.assess()
    finished(run)
    broken = lab.work / "damaged"
    shutil.copytree(run.store, broken)
    largest = max((p for p in broken.rglob("*") if p.is_file()), key=lambda p: p.stat().st_size)
    data = bytearray(largest.read_bytes())
    data[len(data) // 2] ^= 0xFF
    largest.write_bytes(data)
    done = lab.run("report", "--store", broken, "--format", "json", "--out", lab.work / "damaged-out", online=False)
    expect("panicked" not in done.stderr, done.stderr[-800:])
    if done.returncode == 1:
        expect(done.stderr.strip(), "no word of what is wrong")
        return
    found = json.loads((lab.work / "damaged-out" / "assessment.json").read_text())
    rows = json.dumps(found["coverage"]["failed"])
    expect("damaged" in rows, f"exit {done.returncode}, and no failed row names the damage: {rows[:300]}")
    expect(sum(f["outcome"] == "pass" for f in found["findings"]) <= sum(f["outcome"] == "pass" for f in run.assessment["findings"]), "damage made a pass")


@check("a folder that is not a store is an error")
def _(lab):
    empty = lab.work / "not-a-store"
    empty.mkdir()
    (empty / "readme.txt").write_text("hello")
    done = lab.run("report", "--store", empty, "--format", "json", "--out", lab.work / "no", online=False)
    expect(done.returncode == 1 and "panicked" not in done.stderr and done.stderr.strip(), f"exit {done.returncode}: {done.stderr[-300:]}")


# --- bad input ------------------------------------------------------------------------------------------------------


def refused(run):
    expect(run.code == 1, f"exit {run.code}: {run.stderr[-300:]}")
    expect(run.stderr.strip() and "panicked" not in run.stderr, run.stderr[-300:])


@check("a wrong token is an error")
def _(lab):
    refused(lab.assess(token="ghp_wrong"))


@check("no token is an error")
def _(lab):
    refused(lab.assess(token=None))


@check("an unknown organisation is an error")
def _(lab):
    refused(lab.assess(org="nobody"))


@check("a host that does not answer is an error")
def _(lab):
    done = lab.run("assess", "--org", "acme", "--github-api", "http://127.0.0.1:9", "--no-aws", "--store", lab.work / "dead", "--out", lab.work / "dead-out")
    expect(done.returncode == 1 and done.stderr.strip() and "panicked" not in done.stderr, f"exit {done.returncode}: {done.stderr[-300:]}")


@check("workflows that are no YAML or have no jobs are unknown, and nothing else is lost")
def _(lab):
    found = finished(lab.assess(["broken-workflows"]))
    expect("not-yaml.yml" in json.dumps(found["coverage"]) + json.dumps(found["findings"]), "the file that is no YAML is named nowhere")
    verdict(lab.assess(["broken-workflows"]), "open", 0)


# --- AWS: what may be asked, what is denied, and several accounts -----------------------------------------------------


POLICY = set(json.loads((Path(__file__).parents[2] / "samples/access/aws-read-only.json").read_text())["Statement"][0]["Action"])
FULL = {"full": True, "page": 2, "hide": "policy/no-data-loss"}
CLOSED = "acme-closed"


def organization(lab):
    """A configuration that enters every account of the organisation, and the ids of its accounts by name."""
    lab.set([], ["everything"])
    accounts = {one["Name"]: one["Id"] for one in lab.boto("organizations").list_accounts()["Accounts"]}
    config = lab.work / "organization.toml"
    config.write_text('[scope]\norganization_role = "audit"\nregions = ["eu-west-1", "us-west-2", "enabled"]\n')
    return config, accounts


def collected(lab, rules, *args):
    """Collects AWS alone under rules of the server before it; what it said, the store, and the calls."""
    config, accounts = organization(lab)
    closed = f"arn:aws:iam::{accounts[CLOSED]}:role/audit"
    lab.front("rules", {**FULL, "closed": [closed], **rules})
    lab.count = getattr(lab, "count", 0) + 1
    store = lab.work / f"aws-{lab.count}"
    done = lab.run("collect", "--no-github", "--config", config, "--store", store, *args)
    expect(done.returncode == 0, f"exit {done.returncode}: {done.stderr[-800:]}")
    return done.stderr, store, lab.front("log")


def reported(lab, store):
    out = store.parent / f"{store.name}-out"
    done = lab.run("report", "--store", store, "--format", "json", "--out", out, online=False)
    expect(done.returncode in (0, 3, 4) and "panicked" not in done.stderr, done.stderr[-800:])
    return json.loads((out / "assessment.json").read_text())


@check("aws: the policy holds what is asked for and no more, and under it nothing is denied")
def _(lab):
    _, store, calls = collected(lab, {"allow": sorted(POLICY)}, "--region", "eu-west-1")
    asked = {action for call in calls for action in call["actions"]}
    expect(asked <= POLICY, f"asked beyond the policy: {sorted(asked - POLICY)}")
    expect(POLICY <= asked | {"ec2:DescribeRegions", "s3:GetBucketLocation"}, f"in the policy and never asked: {sorted(POLICY - asked)}")
    found = reported(lab, store)["coverage"]
    expect(not found["denied"], f"{found['denied'][:3]}")
    expect(not found["skipped"], f"nobody answered: {[row['what'] for row in found['skipped']]}")


@check("aws: with every call denied each is a row that names its action, and nothing passes")
def _(lab):
    _, store, calls = collected(lab, {"allow": []}, "--region", "eu-west-1")
    found = reported(lab, store)
    needs = " ".join(row["needs"] or "" for row in found["coverage"]["denied"])
    denied = {action for call in calls if call["status"] in (400, 403) for action in call["actions"]}
    expect(len(denied) > 30, f"only {sorted(denied)} were denied")
    expect(not (missing := [action for action in denied if action not in needs]), f"no row for {missing}")
    passed = [(f["check"], f["subject"]) for f in found["findings"] if f["outcome"] == "pass"]
    expect(not passed, f"{passed}")


@check("aws: each action of the policy denied alone leaves a row that names it")
def _(lab):
    _, _, calls = collected(lab, {}, "--region", "eu-west-1")
    kinds = {(call["service"], tuple(call["actions"])) for call in calls if call["actions"]}
    # One of each service: its protocol is its own, and denying all 100 singly would tell nothing more.
    for _, actions in sorted({service: actions for service, actions in sorted(kinds)}.items()):
        _, store, _ = collected(lab, {"deny": list(actions)}, "--region", "eu-west-1")
        rows = [row["needs"] for row in reported(lab, store)["coverage"]["denied"]]
        expect(rows and all(needs == " and ".join(actions) for needs in rows), f"{actions} denied: {rows}")


@check("aws: throttled and paged answers are the same facts")
def _(lab):
    _, plain, calls = collected(lab, {"page": 1000}, "--region", "eu-west-1")
    twice = {f"{call['service']} {call['operation']}": 1 for call in calls}
    _, paged, again = collected(lab, {"page": 1, "throttle": twice}, "--region", "eu-west-1")
    details = [call for call in again if call["operation"] == "GetAccountAuthorizationDetails"]
    expect(len(details) > 5, f"{len(details)} pages")
    expect(sum(call["status"] == 400 for call in again) >= len(twice), "nothing was throttled")

    def facts(store):
        found = reported(lab, store)
        return [(f["check"], f["subject"], f["outcome"]) for f in found["findings"]], found["tiers"], found["coverage"]["denied"]

    expect(facts(plain) == facts(paged), "throttling or paging changed what was found")


@check("aws: of three accounts two are read, one is reported as not collected, and none is mixed")
def _(lab):
    said, store, _ = collected(lab, {}, "--region", "eu-west-1", "--region", "us-west-2")
    _, accounts = organization(lab)
    member, closed = accounts["acme-orders-prod"], accounts[CLOSED]
    expect(re.search(rf"aws/{closed}: not collected", said), said[-400:])
    found = reported(lab, store)
    stores = {row["subject"]: row["tier"] for row in found["tiers"] if row["subject"].endswith(":db:shop-prod")}
    wanted = {f"arn:aws:rds:{region}:{account}:db:shop-prod" for account, region in (("123456789012", "eu-west-1"), (member, "eu-west-1"), (member, "us-west-2"))}
    expect(set(stores) == wanted, f"{sorted(stores)}")
    outcome = {f["subject"]: f["outcome"] for f in found["findings"] if f["check"] == "deletion_unprotected"}
    here = {region: outcome.get(f"arn:aws:rds:{region}:{member}:db:shop-prod") for region in ("eu-west-1", "us-west-2")}
    expect(here == {"eu-west-1": "pass", "us-west-2": "fail"}, f"the member's databases: {here}")
    expect(outcome.get("arn:aws:rds:eu-west-1:123456789012:db:shop-prod") == "fail", "the first account's database")
    unknown = [f for f in found["findings"] if f["subject"] == f"aws/{closed}" and f["outcome"] == "unknown"]
    expect(unknown, f"nothing says that {closed} was not read")
    text = json.dumps(found)
    expect("not-a-real-password" not in text, "a password is in the report")


# --- the servers' own view ------------------------------------------------------------------------------------------


@check("scale: a hundred and twenty repositories more, none lost, in pages, at a known price each")
def _(lab):
    lab.set()
    for n in range(1, 121):
        lab.control("clone", {"from": "acme/docs", "to": f"acme/svc-{n:03}", "id": 4000 + n})
    done = lab.run("collect", "--org", "acme", "--github-api", lab.github, "--no-aws", "--store", lab.work / "scale")
    expect(done.returncode == 0, f"exit {done.returncode}: {done.stderr[-800:]}")
    asked = lab.logged()
    paths = {request["path"] for request in asked}
    lost = [n for n in range(1, 121) if f"/repos/acme/svc-{n:03}/rules/branches/main" not in paths]
    expect(not lost, f"rules never read in {len(lost)} repositories: {lost[:5]}")
    alone = [path for path in paths if "/acme/svc-" in path and "/contents/" in path]
    expect(not alone, f"files are read in batches, but {len(alone)} were asked for alone: {alone[:3]}")
    expect(any("page=2" in request["query"] for request in asked if request["op"] == "GET /orgs/{org}/repos"), "page 2 was never asked for")
    each = sum("/acme/svc-" in path for path in (request["path"] for request in asked)) / 120
    expect(each <= 15, f"{each:.1f} requests a repository")


@check("three repositories cost few requests")
def _(lab):
    asked = len(lab.assess().requests)
    expect(0 < asked <= 250, f"{asked} requests")


@check("GitHub's description allows every request that was sent")
def _(lab):
    lab.logged()
    expect(lab.asked, "no request was sent at all")
    expect(not lab.violations, "\n".join(sorted(set(lab.violations))[:20]))


@check("moto takes the sample events by the patterns as the table of alert coverage says")
def _(lab):
    data = Path(__file__).parents[1] / "data/alerts"
    samples = [json.loads(line) for line in (data / "events.jsonl").read_text().splitlines()]
    # moto serves no TestEventPattern, but its rules take events by a matcher that is not ours; it does not look into arrays of objects.
    rules = [row for row in yaml.safe_load((data / "patterns.yaml").read_text()) if "rule" in row and row["name"] != "a resource in an array"]
    for row in rules:
        pattern = EventPattern.load(row["rule"])
        taken = [sample["id"] for sample in samples if pattern.matches_event(delivered(sample))]
        wanted = [sample["id"] for sample in samples] if row["takes"] == "all" else row["takes"]
        expect(taken == wanted, f"{row['name']}: {set(taken) ^ set(wanted)}")


def delivered(sample):
    """A record as a bus of EventBridge delivers it."""
    record = sample["record"]
    return {
        "version": "0",
        "id": record["eventID"],
        "detail-type": "AWS API Call via CloudTrail",
        "source": sample["source"],
        "account": record["recipientAccountId"],
        "time": record["eventTime"],
        "region": record["awsRegion"],
        "resources": [],
        "detail": record,
    }


def main():
    work, *parts = sys.argv[1:]
    lab = Lab(work)
    passed = failed = 0
    for name, function in CHECKS:
        if parts and not any(part in name for part in parts):
            continue
        try:
            function(lab)
            passed += 1
            print(f"ok    {name}", flush=True)
        except Exception as error:  # a check that breaks is a check that failed
            failed += 1
            print(f"FAIL  {name}\n      {error}", flush=True)
            if not isinstance(error, AssertionError):
                traceback.print_exc()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
