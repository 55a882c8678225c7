//! The catalogue's remedies, in the words of one object.

use std::{collections::BTreeMap, sync::LazyLock};

use crate::{
    controls::catalogue::{Catalogue, Overlay, RemedyTemplate},
    reach::path::Remedy,
};

/// Empty when the built-in catalogue does not load, which a test excludes.
static REMEDIES: LazyLock<BTreeMap<String, RemedyTemplate>> =
    LazyLock::new(|| Catalogue::load(&Overlay::default()).map(|catalogue| catalogue.remedies).unwrap_or_default());

/// The remedy called `id` with its placeholders filled; `None` when the catalogue has none of that name.
pub fn fill(id: &str, words: &[(&str, &str)]) -> Option<Remedy> {
    let template = REMEDIES.get(id)?;
    Some(Remedy {
        id: template.id.clone(),
        change: template.change(words),
        who: template.who.clone(),
        minutes: template.minutes,
        reversible: template.reversible,
        may_break: template.may_break.clone(),
        plan: template.plan.clone(),
    })
}
