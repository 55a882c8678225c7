//! The join of several identities: what one was told settles what another was denied, and nothing comes out better than the
//! better of both.

use std::collections::BTreeSet;

use ambit::{
    collect::github::Share,
    controls::permissions::{self, Level},
    evidence::{End, Header, RunLog, Store},
    facts::{
        self,
        join::{self, Part},
    },
    model::world::World,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Collected, collect, collect_share, weaker::overclaims};
use crate::github_fake::{Fake, Scenario};

fn part(who: &str, world: World) -> Part {
    Part { who: who.to_owned(), world }
}

fn joined(parts: &[Part]) -> World {
    join::worlds(parts[0].world.run.clone(), parts.to_vec())
}

/// The forge's facts without who asked, which differs and rightly.
fn forge(world: &World) -> Value {
    let mut facts = serde_json::to_value(&world.forge).unwrap();
    if let Some(org) = facts.pointer_mut("/reading/known/value") {
        org["caller"] = json!({"reading": {"not_collected": {"why": "another token"}}, "evidence": []});
    }
    without_own_bypass(&mut facts);
    facts
}

fn without_own_bypass(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.remove("current_user_can_bypass");
            object.values_mut().for_each(without_own_bypass);
        }
        Value::Array(items) => items.iter_mut().for_each(without_own_bypass),
        _ => {}
    }
}

fn world(token: &str, share: Share) -> (World, Fake) {
    let fake = Fake::start(Scenario::reach());
    let Collected { log, summary, .. } = collect_share(&fake, token, "acme", &[], share);
    summary.unwrap();
    (facts::world(&log), fake)
}

#[test]
fn an_owners_short_run_settles_what_a_reader_was_denied() {
    let (reader, _) = world("ghs_least", Share::Everything);
    let (owner, fake) = world("ghp_admin", Share::Privileged);
    let (full, _) = world("ghp_admin", Share::Everything);
    let both = joined(&[part("reader", reader.clone()), part("owner", owner.clone())]);
    for alone in [&reader, &owner] {
        let lost = overclaims(&forge(&both), &forge(alone));
        assert!(lost.is_empty(), "{}", lost.join("\n"));
    }
    let claimed = overclaims(&forge(&full), &forge(&both));
    assert!(claimed.is_empty(), "{}", claimed.join("\n"));
    assert!(!both.coverage.failed.iter().any(join::told_differently), "{:?}", both.coverage.failed);
    let shop = |world: &World| world.repositories().iter().find(|r| r.name.as_str() == "acme/shop").unwrap().clone();
    let bypass = |world: &World| shop(world).rulesets.members().iter().all(|ruleset| ruleset.bypass.is_whole());
    assert!(!bypass(&reader) && bypass(&both), "who may bypass is what the owner was for");
    let per_repository = fake.log().iter().filter(|entry| entry.op.starts_with("GET /repos/")).count();
    assert!(per_repository <= 3 * 4, "{per_repository} requests about three repositories are no short run");
}

/// The short run asks for every endpoint of the collector that no read grant opens.
#[test]
fn the_short_run_is_what_the_permission_table_calls_privileged() {
    let asked = |share| -> BTreeSet<String> { world("ghp_admin", share).1.log().into_iter().map(|e| e.op).collect() };
    let (full, short) = (asked(Share::Everything), asked(Share::Privileged));
    let privileged = |row: &&permissions::Permission| {
        row.grant.level.is_some_and(|level| level > Level::Read)
            || row.hidden.iter().any(|field| field.needs.ends_with("write"))
    };
    let missing: Vec<String> = permissions::all()
        .iter()
        .filter(privileged)
        .map(|row| format!("{} {}", row.method, row.template))
        .filter(|operation| full.contains(operation) && !short.contains(operation))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn what_two_were_told_differently_is_not_known() {
    let (one, _) = world("ghp_admin", Share::Everything);
    let mut other = one.clone();
    other.run.id = "later".into();
    let org = match &mut other.forge.reading {
        ambit::model::observed::Reading::Known { value, .. } => value,
        _ => unreachable!("the owner reads the organisation"),
    };
    org.two_factor_required = ambit::model::observed::Observed::known(false, vec!["e-other".into()]);
    let both = joined(&[part("one", one.clone()), part("other", other)]);
    let org = both.forge.seen().unwrap();
    let gap = org.two_factor_required.gap("two factors").unwrap();
    assert!(gap.why.contains("`true` as one; `false` as other"), "{}", gap.why);
    let own = one.forge.seen().unwrap().two_factor_required.evidence.clone();
    assert!(own.iter().all(|id| gap.evidence.contains(id)) && gap.evidence.contains(&"e-other".into()), "both records");
    assert_eq!(both.coverage.failed.iter().filter(|row| join::told_differently(row)).count(), 1);
    // A third that agrees with one of two does not decide between them.
    let mut third = one.clone();
    third.run.id = "third".into();
    let mut other = joined(&[part("one", one.clone()), part("other", both.clone())]);
    other.run.id = "other".into();
    assert_eq!(
        joined(&[part("one", one.clone()), part("third", third)]).forge.seen().unwrap().two_factor_required.seen(),
        Some(&true)
    );
}

/// Which readings an identity is denied: about a quarter, by their place.
#[derive(Clone, Copy)]
struct Denials(u64);

impl Denials {
    fn hit(self, at: &str) -> bool {
        let digest = ambit::base::digest::Digest::of(format!("{} {at}", self.0).as_bytes()).to_string();
        u8::from_str_radix(&digest[..2], 16).unwrap() < 64
    }
}

/// With each settled reading denied that none of `identities` sees: one that was denied sees nothing below either.
fn denied(at: &str, value: &Value, identities: &[Denials]) -> Value {
    match value {
        Value::Object(object) => {
            let is_reading = object.len() == 2 && object.contains_key("reading") && object.contains_key("evidence");
            let settled = is_reading && (object["reading"] == "absent" || object["reading"].get("known").is_some());
            let left: Vec<Denials> = identities.iter().copied().filter(|one| !settled || !one.hit(at)).collect();
            if left.is_empty() {
                let needs = json!({"provider": "github", "grant": "x"});
                return json!({"reading": {"denied": {"needs": needs}}, "evidence": object["evidence"]});
            }
            object.iter().map(|(name, inner)| (name.clone(), denied(&format!("{at}.{name}"), inner, &left))).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().map(|(nth, inner)| denied(&format!("{at}.{nth}"), inner, identities)).collect()
        }
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// What a join knows is what one of the parts knew, no more and no less, whatever their order and number.
    #[test]
    fn a_join_knows_what_one_of_its_parts_knew(seeds in proptest::collection::vec(any::<u64>(), 2..4)) {
        let full = full();
        let written = serde_json::to_value(&full.forge).unwrap();
        let identities: Vec<Denials> = seeds.iter().copied().map(Denials).collect();
        let seen = |nth: usize, one: &Denials| {
            let mut world = full.clone();
            world.run.id = format!("run-{nth}").as_str().into();
            world.forge = serde_json::from_value(denied("", &written, &[*one])).unwrap();
            part(&format!("identity {nth}"), world)
        };
        let mut parts: Vec<Part> = identities.iter().enumerate().map(|(nth, one)| seen(nth, one)).collect();
        let run = full.run.clone();
        let forward = join::worlds(run.clone(), parts.clone());
        parts.reverse();
        prop_assert_eq!(&forward, &join::worlds(run, parts));
        prop_assert_eq!(unreasoned(serde_json::to_value(&forward.forge).unwrap()), unreasoned(denied("", &written, &identities)));
    }
}

/// Who was denied what, without whose words say so.
fn unreasoned(mut value: Value) -> Value {
    fn walk(value: &mut Value) {
        match value {
            Value::Object(object) => {
                object.remove("evidence");
                object.remove("caller");
                object.values_mut().for_each(walk);
            }
            Value::Array(items) => items.iter_mut().for_each(walk),
            _ => {}
        }
    }
    walk(&mut value);
    value
}

fn full() -> &'static World {
    static FULL: std::sync::LazyLock<World> = std::sync::LazyLock::new(|| world("ghp_admin", Share::Everything).0);
    &FULL
}

/// Two stores into a third: the copies verify, the joined run reads as one, and every record keeps its id and its caller.
#[test]
fn runs_are_copied_as_they_are() {
    let logs = ["ghs_least", "ghp_admin"].map(|token| {
        let fake = Fake::start(Scenario::reach());
        collect(&fake, token, "acme", &["acme/shop"])
    });
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(folder.path()).await.unwrap();
        let mut header = Header::new("2026-11-26T00:00:00Z".parse().unwrap(), "test");
        for collected in &logs {
            let run = &collected.log.header().id;
            store.take(&collected.store, run).await.unwrap();
            store.take(&collected.store, run).await.unwrap();
            header.parts.push(run.clone());
        }
        let writer = store.start(header.with_id()).await.unwrap();
        writer.end(End { at: "2026-11-26T00:00:00Z".parse().unwrap(), complete: true, why: None }).await.unwrap();
        let joined = store.load(&store.newest_complete().await.unwrap()).await.unwrap();
        let ids = |log: &RunLog| log.records().iter().map(|record| record.id.clone()).collect::<Vec<_>>();
        assert_eq!(joined.parts().iter().map(ids).collect::<Vec<_>>(), logs.each_ref().map(|one| ids(&one.log)));
        let callers: BTreeSet<&str> =
            joined.sources().flat_map(RunLog::records).map(|record| record.caller.name.as_str()).collect();
        assert_eq!(
            callers.into_iter().collect::<Vec<_>>(),
            ["GitHub classic personal access token", "GitHub installation token"]
        );
        let world = facts::world(&joined);
        assert_eq!(world.run.started, logs[0].log.header().started.to_string(), "as of the answers, not of the join");
        let cited = serde_json::to_string(&world).unwrap();
        assert!(ids(&joined.parts()[1]).iter().any(|id| cited.contains(id.as_str())), "evidence of both");
    });
}
