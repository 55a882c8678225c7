//! What the event selectors of a trail, or of a store of CloudTrail Lake, let through.
//!
//! Source: CloudTrail API Reference, "EventSelector", "AdvancedEventSelector" and "AdvancedFieldSelector".

use serde_json::Value;

use crate::model::logging::DataEvents;

use super::fields::{items, text, truth};

/// Whether management write events are let through. "By default, trails created without specific event selectors are
/// configured to log all read and write management events" (CloudTrail API Reference, PutEventSelectors).
pub(super) fn management_writes(body: &Value) -> bool {
    let basic = |selector: &&Value| {
        truth(selector, "IncludeManagementEvents") != Some(false) && text(selector, "ReadWriteType") != Some("ReadOnly")
    };
    let none = ["EventSelectors", "AdvancedEventSelectors"].iter().all(|list| items(body, list).is_empty());
    none || items(body, "EventSelectors").iter().any(basic)
        || items(body, "AdvancedEventSelectors").into_iter().any(advanced_management)
}

fn advanced_management(selector: &Value) -> bool {
    let fields = Fields::of(selector);
    let reads_only = fields.says("readOnly", "true");
    // A selector that narrows to some event sources or names is not a trail of all management writes.
    let narrowed = fields.others(&["eventCategory", "readOnly", "eventSource"]);
    let left_out = |field: &&Value| !items(field, "NotEquals").is_empty() && items(field, "Equals").is_empty();
    let sources_stay = fields.named("eventSource").all(|field| left_out(&field));
    fields.says("eventCategory", "Management") && !reads_only && !narrowed && sources_stay
}

/// The data events that are let through, by type of resource.
pub(super) fn data_events(body: &Value) -> Vec<DataEvents> {
    let basic = items(body, "EventSelectors").into_iter().flat_map(basic_data);
    let advanced = items(body, "AdvancedEventSelectors").into_iter().flat_map(advanced_data);
    let mut all: Vec<_> = basic.chain(advanced).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn basic_data(selector: &Value) -> Vec<DataEvents> {
    let kind = text(selector, "ReadWriteType").unwrap_or("All");
    let events = |resource: &Value| {
        let values = items(resource, "Values").into_iter().filter_map(Value::as_str);
        Some(DataEvents {
            resource_type: text(resource, "Type")?.to_owned(),
            reads: kind != "WriteOnly",
            writes: kind != "ReadOnly",
            // `arn:aws:s3` and its like stand for all resources of the type.
            resources: match values.clone().any(|value| value.matches(':').count() == 2) {
                true => Vec::new(),
                false => values.map(str::to_owned).collect(),
            },
            narrowed: false,
        })
    };
    items(selector, "DataResources").into_iter().filter_map(events).collect()
}

fn advanced_data(selector: &Value) -> Vec<DataEvents> {
    let fields = Fields::of(selector);
    if !fields.says("eventCategory", "Data") {
        return Vec::new();
    }
    let values = |name: &'static str, list: &'static str| {
        let found = fields.named(name).flat_map(move |field| items(field, list));
        found.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let arns = [values("resources.ARN", "Equals"), values("resources.ARN", "StartsWith")].concat();
    let odd = fields.named("resources.ARN").any(|field| {
        ["NotEquals", "NotStartsWith", "EndsWith", "NotEndsWith"].iter().any(|list| !items(field, list).is_empty())
    });
    let narrowed = odd || fields.others(&["eventCategory", "readOnly", "resources.type", "resources.ARN"]);
    let events = |resource_type: String| DataEvents {
        resource_type,
        reads: !fields.says("readOnly", "false"),
        writes: !fields.says("readOnly", "true"),
        resources: arns.clone(),
        narrowed,
    };
    values("resources.type", "Equals").into_iter().map(events).collect()
}

/// The field selectors of an advanced selector: all of them must hold.
struct Fields<'a>(Vec<&'a Value>);

impl<'a> Fields<'a> {
    fn of(selector: &'a Value) -> Fields<'a> {
        Fields(items(selector, "FieldSelectors"))
    }

    fn named(&self, name: &'static str) -> impl Iterator<Item = &'a Value> {
        self.0.iter().copied().filter(move |field| text(field, "Field") == Some(name))
    }

    /// Whether a field is asked to equal a value.
    fn says(&self, name: &'static str, value: &str) -> bool {
        self.named(name).any(|field| items(field, "Equals").into_iter().any(|given| given == value))
    }

    /// Whether there is a field beside these.
    fn others(&self, known: &[&str]) -> bool {
        self.0.iter().any(|field| !text(field, "Field").is_some_and(|name| known.contains(&name)))
    }
}
