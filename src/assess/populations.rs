//! The populations that stand behind criteria: what of each this run holds, told as `ambit changes` tells it.

use std::collections::BTreeMap;

use super::day;
use crate::{
    analysis::{
        changes::{attributes::Judges, incidents::Incidents},
        period::Period,
        population::{self, Inputs, Populations},
        tiers::Tiers,
    },
    base::foreign,
    controls::{
        catalogue::{Population, PopulationSource},
        config::Config,
    },
    model::{
        observed::Observed,
        truth::Truth,
        world::{CloudAccount, World},
    },
};

/// The period under examination as far as this run can show it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examined {
    /// Of every population that was drawn, why it is not shown to be all; `None`: it is.
    populations: BTreeMap<&'static str, Option<String>>,
}

impl Examined {
    /// Draws the populations from `[soc2] from` to the day of the run, `to` at most. `None` where no such period is stated.
    pub fn of(world: &World, config: &Config, judges: Judges<'_>, tiers: &Tiers) -> Option<Examined> {
        let soc2 = config.soc2.as_ref()?;
        let to = soc2.to.as_deref()?.min(day(&world.run.started));
        let period = Period::parse(soc2.from.as_deref()?, to).ok()?;
        let (incidents, reviews) = (none_handed_in::<Incidents>(), none_handed_in());
        let inputs = Inputs { world, config, judges, tiers, period, incidents: &incidents, reviews: &reviews };
        Some(Examined::from(&population::all(&inputs)))
    }
}

fn none_handed_in<T>() -> Observed<T> {
    Observed::not_collected("no list was handed in")
}

impl From<&Populations> for Examined {
    fn from(drawn: &Populations) -> Examined {
        let told = |about: &population::About| (about.complete != Truth::True).then(|| about.why().unwrap_or_default());
        Examined { populations: drawn.tables.iter().map(|table| (table.id, told(&table.about))).collect() }
    }
}

/// `P01 Changes to each production branch: read`.
pub(super) fn told(population: &Population, world: &World, examined: Option<&Examined>) -> String {
    let how = match population.source {
        PopulationSource::Run => recorded(&population.id, world, examined),
        PopulationSource::File => "a list that management hands to `ambit changes`".to_owned(),
        PopulationSource::Nowhere => "not read by this version".to_owned(),
    };
    format!("{} {}: {how}", population.id, population.title)
}

fn recorded(id: &str, world: &World, examined: Option<&Examined>) -> String {
    let in_cloud =
        |whole: fn(&CloudAccount) -> bool| match !world.accounts.is_empty() && world.accounts.iter().all(whole) {
            true => "read".to_owned(),
            false => "not read in full".to_owned(),
        };
    match (id, examined) {
        ("P06", _) => in_cloud(|account| account.principals.is_whole()),
        ("P12", _) => in_cloud(|account| account.safeguards.are_whole()),
        (_, None) => "not drawn: [soc2] states no period that began before the run".to_owned(),
        (id, Some(examined)) => match examined.populations.get(id) {
            Some(None) => "read".to_owned(),
            Some(Some(why)) => format!("not read in full: {}", foreign::plain(why)),
            None => "not read in full".to_owned(),
        },
    }
}
