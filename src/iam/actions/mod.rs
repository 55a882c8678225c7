//! The table of AWS actions: their classes and the resources they work on.

mod curated;
mod table;

use std::sync::LazyLock;

use crate::model::action::ActionClass;

pub use curated::Curated;
pub use table::{Action, ActionId, Service, Table};

/// The embedded table, read once.
static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_bytes!("../../../controls/aws/actions.bin")));

/// The table of all actions.
#[must_use]
pub fn table() -> &'static Table {
    &TABLE
}

/// The day of the data that the table was made from, for reports.
#[must_use]
pub fn data_date() -> &'static str {
    &TABLE.date
}

/// The class that an action's access level and name put it in; `None` for an action that AWS does not have.
#[must_use]
pub fn class_of(action: &str) -> Option<ActionClass> {
    TABLE.find(&action.to_ascii_lowercase()).map(|id| TABLE.action(id).class)
}

/// Every class an action belongs to, the curated ones included: `s3:PutObject` writes and can destroy.
#[must_use]
pub fn classes_of(action: &str) -> Vec<ActionClass> {
    let lower = action.to_ascii_lowercase();
    let mut classes: Vec<ActionClass> = TABLE.find(&lower).map(|id| TABLE.action(id).class).into_iter().collect();
    classes.extend(Curated::get().classes_of(&lower));
    classes.sort_unstable();
    classes.dedup();
    classes
}

/// The actions of a class, by the table and the curated list together, in the table's order.
#[must_use]
pub fn of_class(class: ActionClass) -> Vec<ActionId> {
    let curated = Curated::get();
    TABLE
        .ids()
        .filter(|id| {
            let action = TABLE.action(*id);
            action.class == class || curated.classes_of(&action.lower).contains(&class)
        })
        .collect()
}

/// Whether the action is known to work on no resource type, so that only the resource `*` grants it.
#[must_use]
pub fn works_on_no_resource(lower_action: &str) -> bool {
    TABLE.find(lower_action).is_some_and(|id| TABLE.resources(id).is_empty())
}

/// The shapes of the resources an action works on, as patterns over ARNs; empty where it works on none.
#[must_use]
pub fn resource_shapes(id: ActionId) -> &'static [Box<str>] {
    TABLE.resources(id)
}

/// A shape in a partition and an account: `arn:*:rds:*:*:db:*` becomes `arn:aws:rds:*:123456789012:db:*`.
#[must_use]
pub fn localized(shape: &str, partition: &str, account: &str) -> String {
    let mut fields: Vec<&str> = shape.splitn(6, ':').collect();
    if let [_, part, _, _, owner, _] = fields.as_mut_slice() {
        if *part == "*" {
            *part = partition;
        }
        if *owner == "*" && !account.is_empty() {
            *owner = account;
        }
    }
    fields.join(":")
}
