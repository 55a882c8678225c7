#!/usr/bin/env python3
"""Stands before moto: names each call by the project's own table of operations, denies and throttles what it is told to,
pages what moto does not page, and answers what moto does not know with the empty answer that AWS documents.

usage: front.py PORT MOTO-PORT

  POST /__front/rules   {"deny": [IAM action, ...], "allow": [IAM action, ...], "throttle": {"service Operation": times}, "page": size}
  GET  /__front/log     the calls since the last rules: service, operation, actions, region, status

A call is denied in the shape of its own protocol: https://smithy.io/2.0/aws/protocols/
"""

import copy
import http.client
import json
import re
import sys
import threading
import xml.etree.ElementTree as ET
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import yaml

TABLE = Path(__file__).parents[3] / "controls/aws/operations.yaml"
SERVICES = {service["service"]: service for service in yaml.safe_load(TABLE.read_text())["services"]}
IAM = "https://iam.amazonaws.com/doc/2010-05-08/"


def query(operation, inner=""):
    return f"<{operation}Response><{operation}Result>{inner}</{operation}Result><ResponseMetadata/></{operation}Response>"


JOB = "<JobId>11111111-2222-3333-4444-555555555555</JobId>"
USED = """<JobStatus>COMPLETED</JobStatus><IsTruncated>false</IsTruncated><ServicesLastAccessed><member><ServiceName>Amazon S3</ServiceName>
<ServiceNamespace>s3</ServiceNamespace><LastAuthenticated>2026-11-20T06:00:00Z</LastAuthenticated><TrackedActionsLastAccessed><member>
<ActionName>PutObject</ActionName><LastAccessedTime>2026-11-20T06:00:00Z</LastAccessedTime></member></TrackedActionsLastAccessed></member>
<member><ServiceName>Amazon RDS</ServiceName><ServiceNamespace>rds</ServiceNamespace></member></ServicesLastAccessed>"""

# What moto does not answer: status, content type, body.
XML, JSON = "text/xml", "application/json"
LACKING = {
    ("iam", "GenerateServiceLastAccessedDetails"): (200, XML, query("GenerateServiceLastAccessedDetails", JOB)),
    ("iam", "GetServiceLastAccessedDetails"): (200, XML, query("GetServiceLastAccessedDetails", USED)),
    ("elasticache", "DescribeServerlessCaches"): (200, XML, query("DescribeServerlessCaches", "<ServerlessCaches/>")),
    ("elasticache", "DescribeServerlessCacheSnapshots"): (200, XML, query("DescribeServerlessCacheSnapshots", "<ServerlessCacheSnapshots/>")),
    ("elasticfilesystem", "DescribeReplicationConfigurations"): (200, JSON, '{"Replications":[]}'),
    ("cloudtrail", "ListEventDataStores"): (200, JSON, '{"EventDataStores":[]}'),
    ("backup", "ListBackupSelections"): (200, JSON, '{"BackupSelectionsList":[]}'),
    ("backup", "ListRestoreJobs"): (200, JSON, '{"RestoreJobs":[]}'),
    ("backup", "ListRestoreTestingPlans"): (200, JSON, '{"RestoreTestingPlans":[]}'),
    ("backup", "ListRecoveryPointsByBackupVault"): (200, JSON, '{"RecoveryPoints":[]}'),
    ("backup", "GetBackupVaultAccessPolicy"): (404, JSON, '{"__type":"ResourceNotFoundException","Message":"no policy"}'),
    ("securitylake", "ListDataLakes"): (200, JSON, '{"dataLakes":[]}'),
}


def denial(protocol):
    """You may not, as each protocol says it."""
    message = "User is not authorized to perform this operation"
    if protocol == "json":
        return 400, JSON, json.dumps({"__type": "AccessDeniedException", "Message": message}), {}
    if protocol == "rest-json":
        return 403, JSON, json.dumps({"message": message}), {"x-amzn-errortype": "AccessDeniedException:http://internal.amazon.com/"}
    error = f"<Error><Code>AccessDenied</Code><Message>{message}</Message></Error>"
    return 403, XML, error if protocol == "rest-xml" else f"<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>", {}


def throttled(protocol):
    if protocol in ("json", "rest-json"):
        return 400, JSON, json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"}), {"x-amzn-errortype": "ThrottlingException"}
    error = "<Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error>"
    return 400, XML, error if protocol == "rest-xml" else f"<ErrorResponse>{error}</ErrorResponse>", {}


def named(request, body):
    """The row of the table that a request calls; None for what is no operation of it, such as AssumeRole."""
    scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", request.headers.get("authorization", ""))
    service = SERVICES.get(scope[2]) if scope else None
    if not service:
        return None
    url = urlsplit(request.path)
    if service["protocol"] == "json":
        name = request.headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        rows = [row for row in service["operations"] if row["name"] == name]
    elif service["protocol"] == "query":
        name = parse_qs(body.decode()).get("Action", [""])[0]
        rows = [row for row in service["operations"] if row["name"] == name]
    else:
        rows = [row for row in service["operations"] if routed(row, url)]
    return (service, rows[0], scope[1]) if rows else None


def routed(row, url):
    path, _, fixed = row["path"].partition("?")
    pattern = re.sub(r"\{\w+\}", "[^/]+", path)
    keys = [pair.partition("=")[0] for pair in url.query.split("&") if pair]
    return re.fullmatch(pattern, url.path) and (not fixed or fixed in keys)


def actions(service, row):
    return row.get("actions", [f"{service['prefix']}:{row['name']}"])


def paged(body, form, size):
    """GetAccountAuthorizationDetails, which moto answers whole, in pages of `size` entities."""
    ET.register_namespace("", IAM)
    root = ET.fromstring(body)
    result = root.find(f"{{{IAM}}}GetAccountAuthorizationDetailsResult")
    lists = [part for part in result if part.tag.endswith(("DetailList", "Policies"))]
    entities = [(part, one) for part in lists for one in list(part)]
    start = int(form.get("Marker", ["0"])[0])
    for part, one in entities[:start] + entities[start + size :]:
        part.remove(one)
    more = start + size < len(entities)
    for name, value in (("IsTruncated", str(more).lower()), ("Marker", str(start + size) if more else None)):
        old = result.find(f"{{{IAM}}}{name}")
        if old is not None:
            result.remove(old)
        if value is not None:
            ET.SubElement(result, f"{{{IAM}}}{name}").text = value
    return ET.tostring(root)


class Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    rules, log, lock, moto = {}, [], threading.Lock(), 0

    def do_GET(self):
        self.serve()

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

    def serve(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path.startswith("/__front/"):
            return self.control(body)
        call = named(self, body)
        status, kind, answer, headers = self.judged(call, body) or self.passed_on(call, body)
        if call:
            service, row, region = call
            with self.lock:
                self.log.append({"service": service["service"], "operation": row["name"], "actions": actions(service, row), "region": region, "status": status})
        self.reply(status, kind, answer, headers)

    def judged(self, call, body):
        if not call:
            return None
        service, row, _ = call
        needed = actions(service, row)
        with self.lock:
            allow, deny, left = self.rules.get("allow"), self.rules.get("deny", []), self.rules.get("throttle", {})
            if any(action in deny or (allow is not None and action not in allow) for action in needed):
                return denial(service["protocol"])
            name = f"{service['service']} {row['name']}"
            if left.get(name, 0) > 0:
                left[name] -= 1
                return throttled(service["protocol"])
        return (*LACKING[service["service"], row["name"]], {}) if (service["service"], row["name"]) in LACKING else None

    def passed_on(self, call, body):
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "content-length", "connection")}
        account = self.headers.get("x-amz-account-id")
        if account:  # moto tells S3 Control from S3 by its host
            headers["Host"] = f"{account}.s3-control.{call[2]}.amazonaws.com"
        connection = http.client.HTTPConnection("127.0.0.1", self.moto, timeout=120)
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        size = self.rules.get("page")
        if size and call and call[1]["name"] == "GetAccountAuthorizationDetails" and answer.status == 200:
            text = paged(text, parse_qs(body.decode()), size)
        kept = {name: value for name, value in answer.getheaders() if name.lower().startswith("x-am")}
        return answer.status, answer.getheader("content-type", XML), text, kept

    def control(self, body):
        with self.lock:
            if self.path == "/__front/rules":
                type(self).rules = json.loads(body or b"{}")
                self.log.clear()
            answer = json.dumps(copy.copy(self.log))
        self.reply(200, JSON, answer, {})

    def reply(self, status, kind, body, headers):
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in {"content-type": kind, "content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    port, Front.moto = int(sys.argv[1]), int(sys.argv[2])
    ThreadingHTTPServer(("127.0.0.1", port), Front).serve_forever()


if __name__ == "__main__":
    main()
