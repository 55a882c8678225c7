//! CloudTrail trails, whether each writes, and what its selectors let through.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::{
    id::{Arn, Region},
    logging::Trail,
    observed::Observed,
};

use super::{
    account::Account,
    alerts::log_group,
    answer::unexpected,
    fields::{items, text, truth},
    selectors,
    store::{joined, optional},
};

/// The trails that "DescribeTrails" names in any Region, each once: a trail of many Regions is named in all of them.
pub(super) fn trails(account: &Account<'_>) -> Observed<Vec<Trail>> {
    let one_region = |region: &Region| {
        let asked = account.ask("cloudtrail", region.as_str(), "DescribeTrails", &[]);
        vec![asked.read(|pages| {
            let found = pages.iter().flat_map(|page| items(page, "trailList"));
            found.map(|body| trail(account, region, body)).collect::<Result<Vec<_>, _>>()
        })]
    };
    let all = account.by_region(one_region);
    let mut seen = BTreeSet::new();
    all.map(|trails| trails.into_iter().filter(|trail| seen.insert(trail.arn.clone())).collect())
}

fn trail(account: &Account<'_>, region: &Region, body: &Value) -> Result<Trail, String> {
    let arn = text(body, "TrailARN").ok_or_else(unexpected)?;
    let home = text(body, "HomeRegion").unwrap_or(region.as_str());
    let flag = |name: &str| truth(body, name).ok_or_else(unexpected);
    let named = account.ask("cloudtrail", region.as_str(), "DescribeTrails", &[]);
    let status = account.ask("cloudtrail", home, "GetTrailStatus", &[("Name", arn)]);
    let asked = account.ask("cloudtrail", home, "GetEventSelectors", &[("TrailName", arn)]);
    Ok(Trail {
        arn: Arn::new(arn),
        name: text(body, "Name").unwrap_or(arn).to_owned(),
        home_region: Region::new(home),
        bucket: text(body, "S3BucketName").map(str::to_owned),
        log_group: text(body, "CloudWatchLogsLogGroupArn").and_then(log_group),
        key: text(body, "KmsKeyId").map(Arn::new),
        multi_region: flag("IsMultiRegionTrail")?,
        organization: truth(body, "IsOrganizationTrail").unwrap_or(false),
        log_file_validation: flag("LogFileValidationEnabled")?,
        global_events: flag("IncludeGlobalServiceEvents")?,
        logging: status.one(|body| truth(body, "IsLogging")),
        delivery_error: status
            .one(|body| Some(text(body, "LatestDeliveryError").map(str::to_owned)))
            .and_then(|error| optional(error, &[])),
        management_writes: asked.one(|body| Some(selectors::management_writes(body))),
        data_events: asked.one(|body| Some(selectors::data_events(body))),
        evidence: joined(&[&named.evidence, &status.evidence, &asked.evidence]),
    })
}
