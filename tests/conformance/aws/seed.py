#!/usr/bin/env python3
"""Fills a moto server with the AWS account of `acme`: roles, data, trail and organisation.

usage: AWS_ENDPOINT_URL=http://127.0.0.1:PORT seed.py [--variant NAME]...

The server is emptied first, so a run is what its variants say and nothing else. Each variant closes one hop:

  exact-environment              deploy-prod trusts the production environment of acme/shop alone
  exact-main                     deploy-prod trusts main of acme/shop alone
  explicit-deny                  deploy-prod is denied every deletion of databases and tables
  deletion-protection            databases are protected, and deploy-prod may not switch that off
  deletion-protection-removable  databases are protected, and deploy-prod may switch that off
  no-organization                the account stands alone, so no service control policy can exist
  after                          the repaired account
  everything                     one good and one bad state of all else that is read, and two accounts more
"""

import argparse
import json
import os
import urllib.request

import boto3

from everything import Everything

ACCOUNT = "123456789012"
REGION = "eu-west-1"
ISSUER = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
SHOP_PRODUCTION = "repo:acme/shop:environment:production"
WORKFLOW = "job_workflow_ref:acme/infra/.github/workflows/terraform.yml@refs/heads/main"
DELETIONS = ["rds:DeleteDBInstance", "rds:DeleteDBCluster", "dynamodb:DeleteTable"]
UNPROTECT = ["rds:ModifyDBInstance", "rds:ModifyDBCluster", "dynamodb:UpdateTable"]

PRODUCTION = [{"Key": "env", "Value": "production"}]
STAGING = [{"Key": "env", "Value": "staging"}]
VARIANTS = {
    "exact-environment",
    "exact-main",
    "explicit-deny",
    "deletion-protection",
    "deletion-protection-removable",
    "no-organization",
    "after",
    "everything",
}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions, resources="*"):
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def deny(actions):
    return {"Effect": "Deny", "Action": actions, "Resource": "*"}


def trust(operator, subject):
    conditions = {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}}
    conditions.setdefault(operator, {})[f"{ISSUER}:sub"] = subject
    return policy(
        {
            "Effect": "Allow",
            "Principal": {"Federated": PROVIDER},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": conditions,
        }
    )


class Account:
    def __init__(self, variants):
        self.variants = set(variants)
        self.client = lambda service: boto3.client(service, region_name=REGION)
        self.iam = self.client("iam")

    def has(self, *names):
        return bool(self.variants & set(names))

    @property
    def protected(self):
        return self.has("deletion-protection", "deletion-protection-removable", "after")

    def seed(self):
        self.identity_provider()
        self.deploy_prod()
        self.deploy_staging()
        self.terraform()
        self.backup_user()
        self.databases()
        self.tables()
        self.buckets()
        self.trail()
        if not self.has("no-organization"):
            self.organization()
        if self.has("everything"):
            Everything(self).seed()

    def identity_provider(self):
        self.iam.create_open_id_connect_provider(
            Url=f"https://{ISSUER}",
            ClientIDList=["sts.amazonaws.com"],
            ThumbprintList=["1c58a3a8518e8759bf075b76b750d4f2df264fcd"],
        )

    def role(self, name, trusted, inline, tags, **extra):
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted, Tags=tags, **extra)
        for policy_name, document in inline.items():
            self.iam.put_role_policy(RoleName=name, PolicyName=policy_name, PolicyDocument=document)

    def deploy_prod(self):
        if self.has("exact-environment", "after"):
            trusted = trust("StringEquals", SHOP_PRODUCTION)
        elif self.has("exact-main"):
            trusted = trust("StringEquals", "repo:acme/shop:ref:refs/heads/main")
        else:
            trusted = trust("StringLike", "repo:acme/*")
        may_unprotect = not self.has("deletion-protection", "after")
        objects = ["s3:PutObject", "s3:GetObject"] if self.has("after") else ["s3:*"]
        inline = {"deploy": policy(allow(DELETIONS + objects + (UNPROTECT if may_unprotect else [])))}
        if self.has("explicit-deny"):
            inline["guard"] = policy(deny(DELETIONS))
        self.role("deploy-prod", trusted, inline, PRODUCTION)

    def deploy_staging(self):
        resources = [
            f"arn:aws:rds:{REGION}:{ACCOUNT}:db:shop-staging",
            f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/sessions-staging",
            "arn:aws:s3:::acme-shop-staging",
            "arn:aws:s3:::acme-shop-staging/*",
        ]
        actions = ["s3:PutObject", "s3:GetObject", "dynamodb:PutItem"] if self.has("after") else DELETIONS + UNPROTECT + ["s3:*"]
        inline = {"deploy": policy(allow(actions, resources))}
        self.role("deploy-staging", trust("StringEquals", "repo:acme/shop:environment:staging"), inline, STAGING)

    def terraform(self):
        """Everything, inside a boundary that lets no data be deleted."""
        boundary = self.iam.create_policy(
            PolicyName="no-data-loss",
            PolicyDocument=policy(
                allow("*"), deny(DELETIONS + UNPROTECT + ["s3:DeleteBucket", "s3:DeleteObject*", "iam:*"])
            ),
        )["Policy"]["Arn"]
        context = "environment:production" if self.has("after") else "ref:refs/heads/main"
        trusted = trust("StringEquals", f"repo:acme/infra:{context}:{WORKFLOW}")
        self.role("terraform", trusted, {"all": policy(allow("*"))}, PRODUCTION, PermissionsBoundary=boundary)

    def backup_user(self):
        """The user behind AWS_ACCESS_KEY_ID in the secrets of acme/shop."""
        if self.has("after"):
            return
        self.iam.create_user(UserName="ci-backup", Tags=PRODUCTION)
        reading = allow(["s3:ListBucket", "s3:GetObject"], ["arn:aws:s3:::acme-shop-assets", "arn:aws:s3:::acme-shop-assets/*"])
        writing = allow(["s3:ListBucket", "s3:PutObject", "s3:DeleteObject"], ["arn:aws:s3:::acme-shop-backups", "arn:aws:s3:::acme-shop-backups/*"])
        self.iam.put_user_policy(UserName="ci-backup", PolicyName="backup", PolicyDocument=policy(reading, writing))
        self.iam.create_access_key(UserName="ci-backup")

    def databases(self):
        rds = self.client("rds")
        common = {"Engine": "postgres", "DBInstanceClass": "db.t4g.small", "AllocatedStorage": 20, "StorageEncrypted": True}
        login = {"MasterUsername": "app", "MasterUserPassword": "not-a-real-password"}
        rds.create_db_instance(
            DBInstanceIdentifier="shop-prod", DeletionProtection=self.protected, BackupRetentionPeriod=7, Tags=PRODUCTION, **common, **login
        )
        rds.create_db_instance(
            DBInstanceIdentifier="shop-staging", DeletionProtection=False, BackupRetentionPeriod=0, Tags=STAGING, **common, **login
        )
        rds.create_db_cluster(
            DBClusterIdentifier="orders-prod",
            Engine="aurora-postgresql",
            DeletionProtection=self.protected,
            BackupRetentionPeriod=7,
            StorageEncrypted=True,
            Tags=PRODUCTION,
            **login,
        )

    def tables(self):
        dynamodb = self.client("dynamodb")
        key = {
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        }
        dynamodb.create_table(TableName="carts-prod", DeletionProtectionEnabled=self.protected, Tags=PRODUCTION, **key)
        dynamodb.update_continuous_backups(
            TableName="carts-prod", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        dynamodb.create_table(TableName="sessions-staging", Tags=STAGING, **key)

    def buckets(self):
        versioned = {"acme-shop-assets": True, "acme-shop-backups": self.has("after"), "acme-shop-staging": False, "acme-trail": True}
        s3 = self.client("s3")
        for name, keeps_versions in versioned.items():
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
            tags = STAGING if name.endswith("staging") else PRODUCTION
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})
            if keeps_versions:
                s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    def trail(self):
        cloudtrail = self.client("cloudtrail")
        cloudtrail.create_trail(
            Name="acme", S3BucketName="acme-trail", IsMultiRegionTrail=True, EnableLogFileValidation=True
        )
        cloudtrail.start_logging(Name="acme")

    def organization(self):
        """123456789012 is its management account, which no service control policy binds."""
        organizations = self.client("organizations")
        organizations.create_organization(FeatureSet="ALL")
        root = organizations.list_roots()["Roots"][0]["Id"]
        unit = organizations.create_organizational_unit(ParentId=root, Name="production")["OrganizationalUnit"]["Id"]
        guard = organizations.create_policy(
            Name="keep-the-trail",
            Description="nobody stops the trail",
            Type="SERVICE_CONTROL_POLICY",
            Content=policy(deny(["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"])),
        )["Policy"]["PolicySummary"]["Id"]
        organizations.attach_policy(PolicyId=guard, TargetId=unit)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--variant", action="append", default=[], choices=sorted(VARIANTS))
    variants = parser.parse_args().variant
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "testing")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "testing")
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")).read()
    Account(variants).seed()


if __name__ == "__main__":
    main()
