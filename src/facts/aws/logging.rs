//! Where records of what was done are kept beside trails, and where they are sent on to.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::{
    id::{Arn, EvidenceId, Region},
    logging::{
        DeliveryStream, Destination, EventDataStore, InvocationLogging, LogGroup, LogSubscription, Logging,
        SecurityLake, Trail,
    },
    observed::Observed,
};

use super::{
    account::Account,
    answer::{Answer, unexpected},
    fields::{items, number, text, truth},
    selectors,
    store::{joined, optional},
};

pub(super) fn logging(account: &Account<'_>, trails: &Observed<Vec<Trail>>) -> Logging {
    let invocations = account.by_region(|region| vec![invocations(account, region)]);
    Logging {
        event_data_stores: account.list(
            "cloudtrail",
            "ListEventDataStores",
            "EventDataStores",
            &|body, region, evidence| event_data_store(account, body, region, evidence).map(Some),
        ),
        log_groups: log_groups(account, trails, &invocations),
        invocations,
        streams: account.by_region(|region| vec![streams(account, region)]),
        lakes: account.by_region(|region| vec![lakes(account, region)]),
    }
}

/// "GetEventDataStore"; "ListEventDataStores" no longer says more than ARN and name (CloudTrail API Reference).
fn event_data_store(
    account: &Account<'_>,
    body: &Value,
    region: &Region,
    evidence: &[EvidenceId],
) -> Result<EventDataStore, String> {
    let arn = text(body, "EventDataStoreArn").ok_or_else(unexpected)?;
    let asked = account.ask("cloudtrail", region.as_str(), "GetEventDataStore", &[("EventDataStore", arn)]);
    let flag = |name: &'static str| asked.one(|body| truth(body, name));
    Ok(EventDataStore {
        arn: Arn::new(arn),
        name: text(body, "Name").unwrap_or(arn).to_owned(),
        region: region.clone(),
        status: asked.one(|body| text(body, "Status").map(str::to_owned)),
        multi_region: flag("MultiRegionEnabled"),
        organization: flag("OrganizationEnabled"),
        retention_days: asked.one(|body| number(body, "RetentionPeriod")),
        termination_protection: flag("TerminationProtectionEnabled"),
        management_writes: asked.one(|body| Some(selectors::management_writes(body))),
        data_events: asked.one(|body| Some(selectors::data_events(body))),
        evidence: joined(&[evidence, &asked.evidence]),
    })
}

/// Bedrock "GetModelInvocationLoggingConfiguration": an answer without `loggingConfig` is a Region where it is off.
fn invocations(account: &Account<'_>, region: &Region) -> Observed<Vec<InvocationLogging>> {
    let asked = account.ask("bedrock", region.as_str(), "GetModelInvocationLoggingConfiguration", &[]);
    asked.one(|body| {
        let Some(on) = body.get("loggingConfig").filter(|on| on.is_object()) else { return Some(Vec::new()) };
        let group = on.get("cloudWatchConfig").and_then(|to| text(to, "logGroupName"));
        Some(vec![InvocationLogging {
            region: region.clone(),
            text: truth(on, "textDataDeliveryEnabled").unwrap_or(true),
            log_group: group.map(str::to_owned),
            bucket: on.get("s3Config").and_then(|to| text(to, "bucketName")).map(str::to_owned),
            evidence: asked.evidence.clone(),
        }])
    })
}

/// The groups that trails and Bedrock write to: name and Region of each, as the collector asked for them.
fn log_groups(
    account: &Account<'_>,
    trails: &Observed<Vec<Trail>>,
    invocations: &Observed<Vec<InvocationLogging>>,
) -> Observed<Vec<LogGroup>> {
    let named = |trail: &Trail| Some((trail.log_group.clone()?, trail.home_region.clone()));
    let of_trails = trails.as_ref().map(|all| all.iter().filter_map(named).collect::<Vec<_>>());
    of_trails.and_then(|mut names| {
        invocations.as_ref().map(|all| {
            let of_bedrock = all.iter().filter_map(|on| Some((on.log_group.clone()?, on.region.clone())));
            names.extend(of_bedrock);
            let once: BTreeSet<_> = names.into_iter().collect();
            once.iter().map(|(name, region)| log_group(account, name, region)).collect()
        })
    })
}

fn log_group(account: &Account<'_>, name: &str, region: &Region) -> LogGroup {
    let described = account.ask("logs", region.as_str(), "DescribeLogGroups", &[("logGroupNamePrefix", name)]);
    let filters = account.ask("logs", region.as_str(), "DescribeSubscriptionFilters", &[("logGroupName", name)]);
    let group = described.read(|pages| {
        let groups = pages.iter().flat_map(|page| items(page, "logGroups"));
        let found = groups.into_iter().find(|group| text(group, "logGroupName") == Some(name)).cloned();
        found.ok_or_else(|| format!("log group `{name}` is not in the account"))
    });
    LogGroup {
        name: name.to_owned(),
        region: region.clone(),
        retention_days: group.clone().and_then(|group| optional(number(&group, "retentionInDays"), &[])),
        key: group.clone().and_then(|group| optional(text(&group, "kmsKeyId").map(Arn::new), &[])),
        deletion_protection: group.map(|group| truth(&group, "deletionProtectionEnabled").unwrap_or(false)),
        subscriptions: filters.read(|pages| {
            let all = pages.iter().flat_map(|page| items(page, "subscriptionFilters"));
            all.map(subscription).collect()
        }),
        evidence: joined(&[&described.evidence, &filters.evidence]),
    }
}

fn subscription(body: &Value) -> Result<LogSubscription, String> {
    Ok(LogSubscription {
        name: text(body, "filterName").unwrap_or_default().to_owned(),
        pattern: text(body, "filterPattern").unwrap_or_default().to_owned(),
        destination: Arn::new(text(body, "destinationArn").ok_or_else(unexpected)?),
    })
}

/// Data Firehose "ListDeliveryStreams" and "DescribeDeliveryStream". The list has no continuation token; it says whether
/// there are more.
fn streams(account: &Account<'_>, region: &Region) -> Observed<Vec<DeliveryStream>> {
    let listed = account.ask("firehose", region.as_str(), "ListDeliveryStreams", &[]);
    let more = listed.pages.iter().any(|page| truth(page, "HasMoreDeliveryStreams") == Some(true));
    let names = listed.read(|pages| {
        let names = pages.iter().flat_map(|page| items(page, "DeliveryStreamNames")).filter_map(Value::as_str);
        Ok(names.map(str::to_owned).collect::<Vec<_>>())
    });
    let streams = names.and_then(|names| {
        super::join::lists(names.iter().map(|name| stream(account, region, name, &listed)).collect())
    });
    match streams.seen() {
        Some(seen) if more => Observed::partial(seen.clone(), streams.evidence.clone()),
        _ => streams,
    }
}

fn stream(account: &Account<'_>, region: &Region, name: &str, listed: &Answer) -> Observed<Vec<DeliveryStream>> {
    let asked = account.ask("firehose", region.as_str(), "DescribeDeliveryStream", &[("DeliveryStreamName", name)]);
    let described = asked.one(|body| body.get("DeliveryStreamDescription").cloned());
    described.and_then(|body| match text(&body, "DeliveryStreamARN") {
        None => Observed::failed(unexpected(), Vec::new()),
        Some(arn) => Observed::known(
            vec![DeliveryStream {
                arn: Arn::new(arn),
                name: name.to_owned(),
                region: region.clone(),
                destinations: Observed::known(
                    items(&body, "Destinations").into_iter().flat_map(destinations).collect(),
                    asked.evidence.clone(),
                ),
                evidence: joined(&[&listed.evidence, &asked.evidence]),
            }],
            Vec::new(),
        ),
    })
}

/// One member of `Destinations` describes each kind that is set. A stream to another kind backs up to S3, which is named
/// inside that kind and not here.
fn destinations(body: &Value) -> Vec<Destination> {
    const KINDS: [(&str, &str, &str); 8] = [
        ("ExtendedS3DestinationDescription", "s3", "BucketARN"),
        ("HttpEndpointDestinationDescription", "http", "EndpointConfiguration/Url"),
        ("SplunkDestinationDescription", "splunk", "HECEndpoint"),
        ("AmazonopensearchserviceDestinationDescription", "opensearch", "DomainARN"),
        ("AmazonOpenSearchServerlessDestinationDescription", "opensearch", "CollectionEndpoint"),
        ("ElasticsearchDestinationDescription", "opensearch", "DomainARN"),
        ("RedshiftDestinationDescription", "redshift", "ClusterJDBCURL"),
        ("SnowflakeDestinationDescription", "snowflake", "AccountUrl"),
    ];
    let set = KINDS.iter().filter_map(|(member, kind, place)| {
        let to = body.pointer(&format!("/{member}/{place}")).and_then(Value::as_str)?;
        let to = to.split('?').next().unwrap_or(to);
        Some(Destination { kind: (*kind).to_owned(), to: to.to_owned() })
    });
    set.collect()
}

/// Security Lake "ListDataLakes" and "ListSubscribers", for the Region asked in.
fn lakes(account: &Account<'_>, region: &Region) -> Observed<Vec<SecurityLake>> {
    let asked = account.ask("securitylake", region.as_str(), "ListDataLakes", &[]);
    let subscribers = account.ask("securitylake", region.as_str(), "ListSubscribers", &[]).read(|pages| {
        let all = pages.iter().flat_map(|page| items(page, "subscribers"));
        Ok(all.filter_map(|one| text(one, "subscriberName")).map(str::to_owned).collect())
    });
    asked.read(|pages| {
        let all = pages.iter().flat_map(|page| items(page, "dataLakes"));
        let here = all.filter(|lake| text(lake, "region").is_none_or(|at| at == region.as_str()));
        let lake = |body: &Value| {
            Ok(SecurityLake {
                arn: Arn::new(text(body, "dataLakeArn").ok_or_else(unexpected)?),
                region: region.clone(),
                bucket: text(body, "s3BucketArn").map(Arn::new),
                status: text(body, "createStatus").unwrap_or_default().to_owned(),
                subscribers: subscribers.clone(),
                evidence: asked.evidence.clone(),
            })
        };
        here.map(lake).collect()
    })
}
