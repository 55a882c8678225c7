//! Who wrote a change: a person, an agent, an agent under a person's name, other automation, or nobody that is known.

use std::collections::BTreeSet;

use super::{approval::Judged, persons::Persons};
use crate::{
    analysis::attribution::{self, Mark},
    controls::agents::{Level, Signatures},
    model::{actor::AccountKind, change::PullRequest, truth::Truth},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    /// A person's account and no agent's mark: the absence of a mark does not prove that no agent helped.
    Human,
    Agent,
    /// A person's account, with an agent's mark.
    AgentAsHuman,
    /// A bot that is no AI, or an account that `[[agent]]` calls a machine.
    Automation,
    Unknown,
}

impl AuthorKind {
    pub fn as_str(self) -> &'static str {
        match self {
            AuthorKind::Human => "human",
            AuthorKind::Agent => "agent",
            AuthorKind::AgentAsHuman => "agent_as_human",
            AuthorKind::Automation => "automation",
            AuthorKind::Unknown => "unknown",
        }
    }

    /// Whether an agent wrote it or helped, as far as marks tell.
    pub fn by_agent(self) -> bool {
        matches!(self, AuthorKind::Agent | AuthorKind::AgentAsHuman)
    }
}

/// Who wrote it, and the agents whose marks it carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    pub kind: AuthorKind,
    /// Ids of signatures.
    pub agents: BTreeSet<String>,
}

impl Author {
    pub fn of(signatures: &Signatures, persons: &Persons, pull: &PullRequest) -> Author {
        let marks = attribution::of_pull_request(signatures, pull);
        let wrote = |mark: &&Mark| matches!(mark.level, Level::Author | Level::Coauthor);
        let agents: BTreeSet<String> = marks.iter().filter(wrote).map(|mark| mark.agent.clone()).collect();
        let kind = match &pull.author {
            None if agents.is_empty() => AuthorKind::Unknown,
            None => AuthorKind::Agent,
            Some(account) if attribution::by_account(signatures, account).is_some() => AuthorKind::Agent,
            Some(account) if persons.no_person(signatures, account).is_some() => match agents.is_empty() {
                true => AuthorKind::Automation,
                false => AuthorKind::Agent,
            },
            Some(account) if account.kind == AccountKind::User && agents.is_empty() => AuthorKind::Human,
            Some(_) => AuthorKind::AgentAsHuman,
        };
        Author { kind, agents }
    }

    /// Attribute B: the author's identity and kind are known.
    pub fn judged(&self, pull: &PullRequest) -> Judged {
        let agents = self.agents.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let login = pull.author.as_ref().map(|author| author.login.as_str());
        match (self.kind, login) {
            (_, None) => Judged::new(Truth::Unknown, "the author's account is gone"),
            (AuthorKind::Human, Some(login)) => Judged::new(true, format!("{login}, a person; no agent's mark")),
            (AuthorKind::Automation, Some(login)) => Judged::new(true, format!("{login}, automation that is no AI")),
            (AuthorKind::AgentAsHuman, Some(login)) => Judged::new(true, format!("{login}, with {agents}")),
            (AuthorKind::Agent | AuthorKind::Unknown, Some(login)) => Judged::new(true, format!("{login}, an agent")),
        }
    }
}
