#!/usr/bin/env python3
"""Turns the IAM resources of Terraform files into the JSON of GetAccountAuthorizationDetails.

    tests/corpus/terraform_to_authorization_details.py DIR... > details.json

Made for BishopFox's iam-vulnerable: users, groups, roles, policies, attachments, memberships, instance profiles and policy
documents, with `jsonencode` and plain references. Variables become principals of the account.
"""
import json
import pathlib
import re
import sys

ACCOUNT = "123456789012"
VARIABLES = {
    "aws_assume_role_arn": f"arn:aws:iam::{ACCOUNT}:user/operator",
    "aws_root_user": f"arn:aws:iam::{ACCOUNT}:root",
}
TOKEN = re.compile(r'\s+|#[^\n]*|//[^\n]*|("(?:[^"\\]|\\.)*"|[A-Za-z_][\w.\-]*|-?\d+(?:\.\d+)?|[{}\[\]()=:,])')


def tokens(text):
    place = 0
    while place < len(text):
        match = TOKEN.match(text, place)
        if not match:
            raise SystemExit(f"cannot read: {text[place:place + 40]!r}")
        if match.group(1):
            yield match.group(1)
        place = match.end()


class Reader:
    def __init__(self, text):
        self.tokens, self.place = list(tokens(text)), 0

    def peek(self):
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def take(self, wanted=None):
        token = self.peek()
        if wanted and token != wanted:
            raise SystemExit(f"expected {wanted}, found {token}")
        self.place += 1
        return token

    def blocks(self):
        """The blocks of a file: (type, labels, body)."""
        while self.peek():
            kind, labels = self.take(), []
            while self.peek().startswith('"'):
                labels.append(json.loads(self.take()))
            yield kind, labels, self.body()

    def body(self):
        """Members of a block; a nested block is a list under its name."""
        members = {}
        self.take("{")
        while self.peek() != "}":
            name = self.take().strip('"')
            if self.peek() in ("=", ":"):
                self.take()
                members[name] = self.value()
            else:
                members.setdefault(name, []).append(self.body())
            if self.peek() == ",":
                self.take()
        self.take("}")
        return members

    def value(self):
        token = self.peek()
        if token == "{":
            return self.body()
        if token == "[":
            self.take()
            values = []
            while self.peek() != "]":
                values.append(self.value())
                if self.peek() == ",":
                    self.take()
            self.take()
            return values
        self.take()
        if token.startswith('"'):
            return json.loads(token)
        if token in ("true", "false"):
            return token == "true"
        if self.peek() == "(":
            self.take()
            inner = self.value()
            self.take(")")
            return inner
        return {"$": token.split(".")}


class Account:
    def __init__(self, blocks):
        self.resources = {(labels[0], labels[1]): body for kind, labels, body in blocks if kind in ("resource", "data")}

    def arn(self, kind, body):
        if "arn" in body:
            return body["arn"]
        short = {"aws_iam_instance_profile": "instance-profile"}.get(kind, kind.removeprefix("aws_iam_"))
        return f"arn:aws:iam::{ACCOUNT}:{short}{body.get('path', '/')}{body['name']}"

    def resolve(self, value):
        """References replaced by what they stand for."""
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        if set(value) != {"$"}:
            return {name: self.resolve(item) for name, item in value.items()}
        path = [part for part in value["$"] if part != "data"]
        if path[0] == "var":
            return VARIABLES[path[1]]
        kind, name, attribute = path
        body = self.resources[kind, name]
        if attribute == "arn":
            return self.arn(kind, body)
        if attribute == "json":
            return self.document(body)
        return self.resolve(body["name" if attribute == "id" else attribute])

    def document(self, body):
        statements = []
        for block in body.get("statement", []):
            block = self.resolve(block)
            statement = {"Effect": block.get("effect", "Allow")}
            for name, key in [("actions", "Action"), ("not_actions", "NotAction"), ("resources", "Resource")]:
                if name in block:
                    statement[key] = block[name]
            for condition in block.get("condition", []):
                keys = statement.setdefault("Condition", {}).setdefault(condition["test"], {})
                keys[condition["variable"]] = condition["values"]
            statements.append(statement)
        return {"Version": "2012-10-17", "Statement": statements}

    def of(self, kind):
        return [self.resolve(body) for (found, _), body in self.resources.items() if found == kind]

    def attached(self, kind, name, extra=()):
        arns = [body["policy_arn"] for body in self.of(f"aws_iam_{kind}_policy_attachment") if body[kind] == name]
        arns = dict.fromkeys([*arns, *extra])
        return [{"PolicyName": arn.rsplit("/", 1)[1], "PolicyArn": arn} for arn in arns]

    def details(self):
        return {
            "UserDetailList": [self.user(body) for body in self.of("aws_iam_user")],
            "GroupDetailList": [self.group(body) for body in self.of("aws_iam_group")],
            "RoleDetailList": [self.role(body) for body in self.of("aws_iam_role")],
            "Policies": [self.policy(body) for body in self.of("aws_iam_policy") if "policy" in body],
        }

    def named(self, kind, body):
        title = kind.capitalize()
        return {f"{title}Name": body["name"], "Path": body.get("path", "/"), "Arn": self.arn(f"aws_iam_{kind}", body)}

    def user(self, body):
        groups = [group["group"] for group in self.of("aws_iam_group_membership") if body["name"] in group["users"]]
        attached = self.attached("user", body["name"])
        return {**self.named("user", body), "GroupList": groups, "AttachedManagedPolicies": attached}

    def group(self, body):
        return {**self.named("group", body), "AttachedManagedPolicies": self.attached("group", body["name"])}

    def role(self, body):
        profiles = [profile for profile in self.of("aws_iam_instance_profile") if profile["role"] == body["name"]]
        return {
            **self.named("role", body),
            "AssumeRolePolicyDocument": body["assume_role_policy"],
            "InstanceProfileList": [{"InstanceProfileName": profile["name"]} for profile in profiles],
            "AttachedManagedPolicies": self.attached("role", body["name"], body.get("managed_policy_arns", ())),
        }

    def policy(self, body):
        version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": body["policy"]}
        return {**self.named("policy", body), "DefaultVersionId": "v1", "PolicyVersionList": [version]}


def main(folders):
    files = sorted(file for folder in folders for file in pathlib.Path(folder).glob("**/*.tf"))
    blocks = [block for file in files for block in Reader(file.read_text()).blocks()]
    json.dump(Account(blocks).details(), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
