//! CloudTrail trails, whether each writes, and what its selectors let through.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::{
    cloud::Trail,
    id::{Arn, Region},
    observed::Observed,
};

use super::{
    account::Account,
    answer::unexpected,
    fields::{items, text, truth},
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
    let status = account.ask("cloudtrail", home, "GetTrailStatus", &[("Name", arn)]);
    let selectors = account.ask("cloudtrail", home, "GetEventSelectors", &[("TrailName", arn)]);
    Ok(Trail {
        arn: Arn::new(arn),
        name: text(body, "Name").unwrap_or(arn).to_owned(),
        home_region: Region::new(home),
        bucket: text(body, "S3BucketName").map(str::to_owned),
        multi_region: flag("IsMultiRegionTrail")?,
        organization: truth(body, "IsOrganizationTrail").unwrap_or(false),
        log_file_validation: flag("LogFileValidationEnabled")?,
        global_events: flag("IncludeGlobalServiceEvents")?,
        logging: status.one(|body| truth(body, "IsLogging")),
        management_writes: selectors.one(|body| Some(management_writes(body))),
    })
}

/// Whether the selectors let management write events through. "By default, trails created without specific event selectors
/// are configured to log all read and write management events" (CloudTrail API Reference, PutEventSelectors).
///
/// Source: CloudTrail API Reference, "EventSelector" and "AdvancedEventSelector" (`eventCategory` and `readOnly` for management events).
pub(super) fn management_writes(body: &Value) -> bool {
    let basic = |selector: &&Value| {
        truth(selector, "IncludeManagementEvents") != Some(false) && text(selector, "ReadWriteType") != Some("ReadOnly")
    };
    let none = ["EventSelectors", "AdvancedEventSelectors"].iter().all(|list| items(body, list).is_empty());
    none || items(body, "EventSelectors").iter().any(basic)
        || items(body, "AdvancedEventSelectors").into_iter().any(advanced)
}

fn advanced(selector: &Value) -> bool {
    let fields = items(selector, "FieldSelectors");
    let of = |name: &'static str| fields.iter().filter(move |field| text(field, "Field") == Some(name));
    let says = |field: &&&Value, value: &str| items(field, "Equals").into_iter().any(|given| given == value);
    let management = of("eventCategory").any(|field| says(&field, "Management"));
    let reads_only = of("readOnly").any(|field| says(&field, "true"));
    // A selector that narrows to some event sources or names is not a trail of all management writes.
    let narrowed =
        fields.iter().any(|field| !matches!(text(field, "Field"), Some("eventCategory" | "readOnly" | "eventSource")));
    let left_out = |field: &&&Value| !items(field, "NotEquals").is_empty() && items(field, "Equals").is_empty();
    let sources_stay = of("eventSource").all(|field| left_out(&field));
    management && !reads_only && !narrowed && sources_stay
}
