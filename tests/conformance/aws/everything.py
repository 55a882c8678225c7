"""What the story of `acme` does not need and Ambit reads all the same: of each thing one in a good and one in a bad state."""

import json

import boto3

REGION = "eu-west-1"
PASSWORD = "not-a-real-password"


def policy(principal, action, resource="*"):
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Everything:
    def __init__(self, account):
        self.client = account.client

    def seed(self):
        self.keys()
        self.disks()
        self.file_systems()
        self.caches()
        self.warehouses_and_domains()
        self.copies()
        self.bucket()
        self.logging()
        self.alerts()
        self.people()
        self.members()

    def keys(self):
        kms = self.client("kms")
        key = kms.create_key(Description="orders")["KeyMetadata"]
        self.key = key["Arn"]
        kms.create_grant(KeyId=self.key, GranteePrincipal=f"arn:aws:iam::{key['AWSAccountId']}:role/deploy-prod", Operations=["Decrypt"])
        kms.create_key(Description="open", Policy=policy("*", "kms:*"))

    def disks(self):
        ec2 = self.client("ec2")
        zone = f"{REGION}a"
        named = lambda name, kind: [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}, {"Key": "env", "Value": "production"}]}]
        kept = ec2.create_volume(AvailabilityZone=zone, Size=8, Encrypted=True, TagSpecifications=named("search-prod", "volume"))["VolumeId"]
        bare = ec2.create_volume(AvailabilityZone=zone, Size=8, TagSpecifications=named("scratch-prod", "volume"))["VolumeId"]
        ec2.create_snapshot(VolumeId=kept)
        public = ec2.create_snapshot(VolumeId=bare)["SnapshotId"]
        ec2.modify_snapshot_attribute(SnapshotId=public, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"])

    def file_systems(self):
        efs = self.client("efs")
        good = efs.create_file_system(CreationToken="good", Encrypted=True, Backup=True, Tags=[{"Key": "Name", "Value": "media-prod"}])["FileSystemId"]
        efs.put_file_system_policy(FileSystemId=good, Policy=policy({"AWS": "*"}, "elasticfilesystem:ClientMount"))
        efs.create_file_system(CreationToken="bad", Encrypted=False, Tags=[{"Key": "Name", "Value": "scratch-dev"}])

    def caches(self):
        cache = self.client("elasticache")
        cache.create_replication_group(
            ReplicationGroupId="carts-prod", ReplicationGroupDescription="carts", Engine="redis", AtRestEncryptionEnabled=True, SnapshotRetentionLimit=7, NumCacheClusters=2
        )
        cache.create_cache_cluster(CacheClusterId="views-prod", Engine="redis", CacheNodeType="cache.t4g.small", NumCacheNodes=1)
        memory = self.client("memorydb")
        memory.create_cluster(ClusterName="sessions-prod", NodeType="db.t4g.small", ACLName="open-access", SnapshotRetentionLimit=1)
        memory.create_snapshot(ClusterName="sessions-prod", SnapshotName="sessions-kept")

    def warehouses_and_domains(self):
        redshift = self.client("redshift")
        for name, encrypted, public in (("reports-prod", True, False), ("reports-dev", False, True)):
            redshift.create_cluster(
                ClusterIdentifier=name, NodeType="ra3.large", MasterUsername="admin", MasterUserPassword=PASSWORD, Encrypted=encrypted, PubliclyAccessible=public
            )
        redshift.create_cluster_snapshot(SnapshotIdentifier="reports-kept", ClusterIdentifier="reports-prod")
        domains = self.client("opensearch")
        domains.create_domain(DomainName="logs-prod", EncryptionAtRestOptions={"Enabled": True}, AccessPolicies=policy({"AWS": "*"}, "es:*"))

    def copies(self):
        rds = self.client("rds")
        for name, shared in (("shop-kept", False), ("shop-given-away", True)):
            rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier="shop-prod")
            if shared:
                rds.modify_db_snapshot_attribute(DBSnapshotIdentifier=name, AttributeName="restore", ValuesToAdd=["all"])
        rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="orders-kept", DBClusterIdentifier="orders-prod")
        self.client("dynamodb").create_backup(TableName="carts-prod", BackupName="carts-kept")
        backup = self.client("backup")
        backup.create_backup_vault(BackupVaultName="main")
        rule = {"RuleName": "daily", "TargetBackupVaultName": "main", "ScheduleExpression": "cron(0 5 * * ? *)", "Lifecycle": {"DeleteAfterDays": 35}}
        backup.create_backup_plan(BackupPlan={"BackupPlanName": "daily", "Rules": [rule]})

    def bucket(self):
        s3 = self.client("s3")
        s3.create_bucket(Bucket="acme-ledger", ObjectLockEnabledForBucket=True, CreateBucketConfiguration={"LocationConstraint": REGION})
        retention = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 365}}
        s3.put_object_lock_configuration(Bucket="acme-ledger", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": retention})
        encryption = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self.key}
        s3.put_bucket_encryption(Bucket="acme-ledger", ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": encryption}]})
        blocked = dict.fromkeys(["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"], True)
        s3.put_public_access_block(Bucket="acme-ledger", PublicAccessBlockConfiguration=blocked)
        s3.create_bucket(Bucket="acme-pages", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_policy(Bucket="acme-pages", Policy=policy("*", "s3:GetObject", "arn:aws:s3:::acme-pages/*"))
        expiry = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}}
        s3.put_bucket_lifecycle_configuration(Bucket="acme-pages", LifecycleConfiguration={"Rules": [expiry]})

    def logging(self):
        logs = self.client("logs")
        for name in ("audit", "prompts"):
            logs.create_log_group(logGroupName=name)
        logs.put_retention_policy(logGroupName="audit", retentionInDays=365)
        role = "arn:aws:iam::123456789012:role/deploy-prod"
        stream = self.client("firehose").create_delivery_stream(
            DeliveryStreamName="to-siem",
            HttpEndpointDestinationConfiguration={
                "EndpointConfiguration": {"Url": "https://siem.example.com/in", "AccessKey": PASSWORD},
                "S3Configuration": {"RoleARN": role, "BucketARN": "arn:aws:s3:::acme-trail"},
            },
        )["DeliveryStreamARN"]
        logs.put_subscription_filter(logGroupName="audit", filterName="siem", filterPattern="", destinationArn=stream, roleArn=role)
        trail = self.client("cloudtrail")
        group = logs.describe_log_groups(logGroupNamePrefix="audit")["logGroups"][0]["arn"]
        trail.create_trail(Name="data", S3BucketName="acme-trail", CloudWatchLogsLogGroupArn=group, CloudWatchLogsRoleArn=role)
        data = [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]
        trail.put_event_selectors(TrailName="data", AdvancedEventSelectors=[{"Name": "objects", "FieldSelectors": data}])
        to = {"cloudWatchConfig": {"logGroupName": "prompts", "roleArn": role}, "textDataDeliveryEnabled": True}
        self.client("bedrock").put_model_invocation_logging_configuration(loggingConfig=to)

    def alerts(self):
        topic = self.client("sns").create_topic(Name="alarm")["TopicArn"]
        self.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="oncall@example.com")
        events = self.client("events")
        events.put_rule(Name="deletions", EventPattern='{"source":["aws.rds"],"detail":{"eventName":[{"prefix":"Delete"}]}}')
        events.put_targets(Rule="deletions", Targets=[{"Id": "1", "Arn": topic}])
        events.put_rule(Name="nobody", EventPattern='{"source":["aws.s3"]}')
        metric = [{"metricName": "trail", "metricNamespace": "audit", "metricValue": "1"}]
        self.client("logs").put_metric_filter(logGroupName="audit", filterName="trail", filterPattern='{ $.eventName = "StopLogging" }', metricTransformations=metric)
        self.client("cloudwatch").put_metric_alarm(
            AlarmName="trail", MetricName="trail", Namespace="audit", Statistic="Sum", Period=300, EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold", AlarmActions=[topic]
        )
        self.client("guardduty").create_detector(Enable=True)
        self.client("securityhub").enable_security_hub()

    def people(self):
        sso, store = self.client("sso-admin"), self.client("identitystore")
        instance = sso.list_instances()["Instances"][0]
        arn, directory = instance["InstanceArn"], instance["IdentityStoreId"]
        alice = store.create_user(IdentityStoreId=directory, UserName="alice", DisplayName="Alice", Name={"GivenName": "Alice", "FamilyName": "Archer"})["UserId"]
        admins = store.create_group(IdentityStoreId=directory, DisplayName="admins")["GroupId"]
        store.create_group_membership(IdentityStoreId=directory, GroupId=admins, MemberId={"UserId": alice})
        chosen = sso.create_permission_set(InstanceArn=arn, Name="Admin", SessionDuration="PT8H")["PermissionSet"]["PermissionSetArn"]
        sso.attach_managed_policy_to_permission_set(InstanceArn=arn, PermissionSetArn=chosen, ManagedPolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        sso.create_account_assignment(
            InstanceArn=arn, TargetId="123456789012", TargetType="AWS_ACCOUNT", PermissionSetArn=chosen, PrincipalType="GROUP", PrincipalId=admins
        )

    def members(self):
        """Two accounts more, each with a role and databases of the names that the first one uses."""
        organizations = self.client("organizations")
        unit = organizations.list_organizational_units_for_parent(ParentId=organizations.list_roots()["Roots"][0]["Id"])["OrganizationalUnits"][0]["Id"]
        for name in ("acme-orders-prod", "acme-closed"):
            member = organizations.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]["AccountId"]
            organizations.move_account(AccountId=member, SourceParentId=organizations.list_roots()["Roots"][0]["Id"], DestinationParentId=unit)
            entered = self.client("sts").assume_role(RoleArn=f"arn:aws:iam::{member}:role/audit", RoleSessionName="seed")["Credentials"]
            session = boto3.Session(entered["AccessKeyId"], entered["SecretAccessKey"], entered["SessionToken"])
            iam = session.client("iam", region_name=REGION)
            iam.create_role(RoleName="deploy-prod", AssumeRolePolicyDocument=policy({"AWS": f"arn:aws:iam::{member}:root"}, "sts:AssumeRole"))
            for region in (REGION, "us-west-2"):
                session.client("rds", region_name=region).create_db_instance(
                    DBInstanceIdentifier="shop-prod",
                    Engine="postgres",
                    DBInstanceClass="db.t4g.small",
                    AllocatedStorage=20,
                    MasterUsername="app",
                    MasterUserPassword=PASSWORD,
                    DeletionProtection=region == REGION,
                    BackupRetentionPeriod=7,
                )
