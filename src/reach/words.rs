//! A path as one sentence that a director would repeat.

use crate::{
    model::action::ActionClass,
    reach::path::{HopKind, Humans, ReachPath, Verdict},
};

/// Who can do what to which thing, through what, with how many humans in between.
pub fn sentence(path: &ReachPath) -> String {
    let (agent, thing) = (who(path), &path.resource_name);
    let deed = verb(path.class, &path.action);
    let through = through(path);
    match path.verdict {
        Verdict::Open => format!("{agent} can {deed} the {} {thing}{through}, with no human in between.", path.tier),
        Verdict::Possible => {
            let unless = path.unless.first().map(|reason| format!(", unless {reason}")).unwrap_or_default();
            format!("{agent} can {deed} the {} {thing}{through}, with {}{unless}.", path.tier, humans(&path.humans))
        }
        Verdict::Gated => {
            format!("{agent} can {deed} the {} {thing}{through} only with {}.", path.tier, humans(&path.humans))
        }
        Verdict::Closed => {
            let stop = path.hops.iter().find(|hop| hop.verdict == Verdict::Closed).map(|hop| hop.because.as_str());
            format!("{agent} cannot {deed} the {} {thing}: {}.", path.tier, stop.unwrap_or("a hop is closed"))
        }
    }
}

/// The agent; behind strangers where they steer it, for then it is their doing.
fn who(path: &ReachPath) -> String {
    match path.from_strangers() && matches!(path.verdict, Verdict::Open | Verdict::Possible) {
        true => format!("Anyone on the internet, by way of {},", path.agent_name),
        false => path.agent_name.to_string(),
    }
}

fn humans(humans: &Humans) -> String {
    match humans.min {
        0 => "no human in between".to_owned(),
        1 => "one human in between".to_owned(),
        n => format!("{n} humans in between"),
    }
}

/// The verb of a class, for people.
pub fn verb(class: ActionClass, action: &str) -> &'static str {
    match class {
        ActionClass::Destroy => "delete",
        ActionClass::Write if action == "git:push" => "change",
        ActionClass::Write => "change",
        ActionClass::Read | ActionClass::List => "read",
        ActionClass::Disrupt => "interrupt",
        ActionClass::Tag => "retag",
        ActionClass::RemovesRecovery => "remove the backups of",
        ActionClass::Permissions if action.starts_with("cloudtrail:") => "stop",
        ActionClass::Permissions => "change who may use",
    }
}

/// The hop that carries the power: the last principal, secret or runner before the resource, else the job.
fn through(path: &ReachPath) -> String {
    let strong = path
        .hops
        .iter()
        .rev()
        .skip(1)
        .find(|hop| matches!(hop.to.kind, HopKind::Principal | HopKind::Secret | HopKind::Runner | HopKind::Job));
    strong.map(|hop| format!(" through {}", hop.to.name)).unwrap_or_default()
}
