"""Prints the GET exchanges of recordings as lines of JSON: {"path": without its query, "status": n, "body": text}."""

import base64
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit


def wiremock(folder):
    """Mappings of WireMock, each beside the folder `__files` that holds its body."""
    for path in sorted(folder.rglob("mappings/*.json")):
        mapping = json.loads(path.read_text())
        request, response = mapping.get("request", {}), mapping.get("response", {})
        url = request.get("url") or request.get("urlPath")
        if request.get("method") != "GET" or not url:
            continue
        body = response.get("body")
        if "bodyFileName" in response:
            file = path.parent.parent / "__files" / response["bodyFileName"]
            body = file.read_text(errors="replace") if file.is_file() else None
        yield url, response.get("status"), body


def cassettes(folder):
    """Cassettes of VCR, as JSON."""
    for path in sorted(folder.rglob("*.json")):
        for exchange in json.loads(path.read_text()).get("http_interactions", []):
            request, response = exchange["request"], exchange["response"]
            body = response["body"]
            text = body.get("string")
            if "base64_string" in body:
                text = base64.b64decode(body["base64_string"]).decode(errors="replace")
            if request["method"] == "get":
                yield request["uri"], response["status"]["code"], text


def main(corpus):
    for name, read in {"hub4j-MIT": wiremock, "octokit.rb-MIT": cassettes}.items():
        for url, status, body in read(corpus / name):
            # Placeholders stand where the recorder kept names out; they are no address.
            path = urlsplit(url.replace("<", "").replace(">", "")).path
            if isinstance(body, str) and isinstance(status, int):
                print(json.dumps({"path": path, "status": status, "body": body}))


main(Path(sys.argv[1]))
