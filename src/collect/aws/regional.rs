//! What lives in Regions: databases and tables.

use std::collections::BTreeSet;

use serde_json::json;

use super::session::{Parts, Session};
use crate::{collect::wire::Error, facts::aws::ENABLED_REGIONS};

/// The Regions to look at, the home Region first. The word for all enabled ones is replaced by their names.
pub(super) async fn regions(session: &Session, wanted: &[String]) -> Result<Vec<String>, Error> {
    let mut all = vec![session.home().to_owned()];
    all.extend(wanted.iter().filter(|name| *name != ENABLED_REGIONS).cloned());
    if wanted.iter().any(|name| name == ENABLED_REGIONS) {
        all.extend(session.call("ec2", session.home(), "DescribeRegions", json!({})).await?.texts("regionName"));
    }
    let mut seen = BTreeSet::new();
    all.retain(|region| seen.insert(region.clone()));
    Ok(all)
}

pub(super) async fn all(session: Session, region: String, account: Option<String>) -> Result<(), Error> {
    let mut parts = Parts::default();
    parts.start(databases(session.clone(), region.clone()));
    parts.start(tables(session, region, account));
    parts.finish().await
}

async fn databases(session: Session, region: String) -> Result<(), Error> {
    session.call("rds", &region, "DescribeDBInstances", json!({})).await?;
    session.call("rds", &region, "DescribeDBClusters", json!({})).await?;
    Ok(())
}

async fn tables(session: Session, region: String, account: Option<String>) -> Result<(), Error> {
    let names = session.call("dynamodb", &region, "ListTables", json!({})).await?.texts("TableNames");
    let mut parts = Parts::default();
    for name in names {
        parts.start(table(session.clone(), region.clone(), account.clone(), name));
    }
    parts.finish().await
}

async fn table(session: Session, region: String, account: Option<String>, name: String) -> Result<(), Error> {
    let ask = |operation: &'static str, params| session.call("dynamodb", &region, operation, params);
    let described = ask("DescribeTable", json!({ "TableName": name })).await?;
    ask("DescribeContinuousBackups", json!({ "TableName": name })).await?;
    // A table that may not be described still has the ARN that follows from its name.
    let built = account.map(|account| arn("dynamodb", &region, &account, &format!("table/{name}")));
    let Some(arn) = described.texts("TableArn").into_iter().next().or(built) else { return Ok(()) };
    ask("GetResourcePolicy", json!({ "ResourceArn": arn })).await?;
    ask("ListTagsOfResource", json!({ "ResourceArn": arn })).await?;
    Ok(())
}

/// The ARN of something that is known by its name alone.
pub(super) fn arn(service: &str, region: &str, account: &str, resource: &str) -> String {
    format!("arn:{}:{service}:{region}:{account}:{resource}", partition(region))
}

/// The partition that a Region lies in.
///
/// Source: AWS General Reference, "Amazon Resource Names" (partitions).
fn partition(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("cn") => "aws-cn",
        Some("us") if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}
