#!/usr/bin/env python3
"""Compares each row of controls/aws/operations.yaml with AWS's own model of the service, as botocore carries it."""

import re
import sys
from pathlib import Path

import botocore.session
import yaml

TABLE = Path(__file__).parents[3] / "controls/aws/operations.yaml"
# By SigV4 name: the service's name in botocore where it is another.
NAMES = {
    "monitoring": "cloudwatch",
    "elasticfilesystem": "efs",
    "es": "opensearch",
    "sso": "sso-admin",
}
CONTROL = {"GetAccountPublicAccessBlock": ("s3control", "GetPublicAccessBlock")}
PROTOCOLS = {"query": ("query", "ec2"), "json": ("json",), "rest-json": ("rest-json",), "rest-xml": ("rest-xml",)}


def problems(session, service, row):
    name, operation = CONTROL.get(row["name"], (NAMES.get(service["service"], service["service"]), row["name"]))
    model = session.get_service_model(name)
    meta = model.metadata
    spoken = meta.get("protocols") or [meta["protocol"]]
    if not any(protocol in PROTOCOLS[service["protocol"]] for protocol in spoken):
        yield f"protocol is {spoken}"
    if meta.get("signingName", meta["endpointPrefix"]) != service["service"]:
        yield f"is signed as {meta.get('signingName', meta['endpointPrefix'])}"
    wanted = operation.split(":")[0]
    if wanted not in model.operation_names:
        yield "is no operation of it"
        return
    known = model.operation_model(wanted)
    if service["protocol"] == "query" and service["version"] != meta["apiVersion"]:
        yield f"version is {meta['apiVersion']}"
    if service["protocol"] == "json":
        if meta["targetPrefix"].rsplit(".", 1)[-1] != service["target"].rsplit(".", 1)[-1]:
            yield f"target is {meta['targetPrefix']}"
        if meta.get("jsonVersion", "1.0") != service["version"]:
            yield f"content type is {meta.get('jsonVersion')}"
    inputs = known.input_shape.members if known.input_shape else {}
    if service["protocol"].startswith("rest"):
        path, _, _ = row["path"].partition("?")
        bare = re.sub(r"\{[^}]*\}", "{}", known.http["requestUri"].partition("?")[0])
        if re.sub(r"\{[^}]*\}", "{}", path) != bare or known.http["method"] != "GET":
            yield f"is {known.http['method']} {known.http['requestUri']}"
    sent = {shape.serialization.get("name", member) for member, shape in inputs.items()} | set(inputs)
    for name in row.get("page", {}):
        if name not in sent:
            yield f"has no parameter {name}"
    token = row.get("next")
    if token:
        send, read = (token, token) if isinstance(token, str) else (token["send"], token["read"])
        if send not in sent:
            yield f"has no parameter {send}"
        outputs = known.output_shape.members
        if read not in {shape.serialization.get("name", member) for member, shape in outputs.items()} | set(outputs):
            yield f"answers no {read}"


def main():
    session = botocore.session.get_session()
    count, found = 0, []
    for service in yaml.safe_load(TABLE.read_text())["services"]:
        for row in service["operations"]:
            count += 1
            found += [f"{service['service']} {row['name']}: {problem}" for problem in problems(session, service, row)]
    print("\n".join(found) or f"{count} rows agree with AWS's models")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
