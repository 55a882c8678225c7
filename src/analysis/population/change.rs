//! One merged change as a row: what it is, who had a hand in it, and its attributes.

use serde::Serialize;

use super::emergency::Emergency;
use crate::{
    analysis::changes::{
        approval::Judged,
        attributes::{self, Attribute, Judges},
        author::AuthorKind,
        history::History,
    },
    model::{
        change::{PullRequest, Review},
        observed::Observed,
        trail::AuditEntry,
        truth::Truth,
        world::Repository,
    },
};

/// What the sample is drawn from apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stratum {
    Agent,
    Human,
    /// Bots that are no AI, and authors who are gone.
    Other,
    Emergency,
    /// Pushed without a pull request.
    Direct,
}

impl Stratum {
    pub const ALL: [Stratum; 5] = [Stratum::Agent, Stratum::Human, Stratum::Other, Stratum::Emergency, Stratum::Direct];

    pub fn as_str(self) -> &'static str {
        match self {
            Stratum::Agent => "agent",
            Stratum::Human => "human",
            Stratum::Other => "other",
            Stratum::Emergency => "emergency",
            Stratum::Direct => "direct",
        }
    }
}

/// A merged change of the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `acme/shop#12`.
    pub id: String,
    pub repository: String,
    pub branch: String,
    pub number: u64,
    pub title: String,
    pub author: String,
    pub kind: AuthorKind,
    pub agents: Vec<String>,
    pub created_at: String,
    pub merged_at: String,
    pub merged_by: String,
    pub head_sha: String,
    pub merge_sha: String,
    pub ticket: String,
    /// What makes it an emergency, by `[emergency]`.
    pub emergency: Option<String>,
    /// `AI before human` …
    pub order: &'static str,
    /// Persons whose approval stood on the final head, each with how it was given.
    pub signed: Vec<String>,
    /// The first review by anybody but the author, before the merge.
    pub first_review_at: Option<String>,
    /// The earliest approval of a person that stood.
    pub approved_at: Option<String>,
    /// Whether an approval that stood came with words; `None` where that was not read or none stood.
    pub worded: Option<bool>,
    /// Lines added and removed.
    pub lines: Option<u64>,
    /// The first word of another person after the merge.
    pub looked_at_after: Option<String>,
    /// When another change took it back.
    pub reverted_at: Option<String>,
    /// In the order of [`Attribute::ALL`].
    pub attributes: [Judged; 10],
}

impl Change {
    pub fn stratum(&self) -> Stratum {
        match (&self.emergency, self.kind) {
            (Some(_), _) => Stratum::Emergency,
            (None, kind) if kind.by_agent() => Stratum::Agent,
            (None, AuthorKind::Human) => Stratum::Human,
            (None, _) => Stratum::Other,
        }
    }

    pub fn get(&self, attribute: Attribute) -> &Judged {
        let place = Attribute::ALL.iter().position(|one| *one == attribute).unwrap_or_default();
        let [first, ..] = &self.attributes;
        self.attributes.get(place).unwrap_or(first)
    }

    /// An independent person approved the final head in time: C and D.
    pub fn approved(&self) -> Truth {
        self.get(Attribute::C).held.and(self.get(Attribute::D).held)
    }
}

/// What judging the changes of one repository needs.
pub struct Ground<'a> {
    pub judges: Judges<'a>,
    pub repository: &'a Repository,
    pub history: &'a History<'a>,
    pub emergency: Option<&'a Emergency>,
    pub audit: &'a Observed<Vec<AuditEntry>>,
}

impl Change {
    pub fn of(ground: &Ground<'_>, pull: &PullRequest) -> Change {
        let Ground { judges, repository, history, emergency, audit } = *ground;
        let tested = attributes::test(judges, history, pull);
        let name = repository.name.as_str();
        let author_key = pull.author.as_ref().map(|author| judges.persons.key(&author.login));
        let other = |review: &&Review| {
            review.author.as_ref().map(|by| judges.persons.key(&by.login)) != author_key || author_key.is_none()
        };
        let person = |review: &&Review| {
            review.author.as_ref().is_some_and(|by| judges.persons.no_person(judges.signatures, by).is_none())
        };
        let reviews = Observed::members(&pull.reviews).iter();
        let at = |review: &Review| review.submitted_at.clone();
        let approvals = reviews.clone().filter(|review| {
            review.state == "APPROVED"
                && review.author.as_ref().is_some_and(|by| tested.signed.contains(&by.login))
                && review.commit.as_ref() == Some(&pull.head_sha)
        });
        let login = |account: &Option<crate::model::actor::Account>| {
            account.as_ref().map_or_else(String::new, |account| account.login.clone())
        };
        let how = |by: &String| {
            let review = approvals.clone().find(|review| review.author.as_ref().is_some_and(|one| one.login == *by));
            let given =
                attributes::credential(audit, name, by, review.and_then(|review| review.submitted_at.as_deref()));
            format!("{by} ({})", given.unwrap_or_else(|| "account approved, presence not shown".to_owned()))
        };
        Change {
            id: format!("{name}#{}", pull.number),
            repository: name.to_owned(),
            branch: pull.base.as_str().to_owned(),
            number: pull.number,
            title: pull.title.clone(),
            author: login(&pull.author),
            kind: tested.author.kind,
            agents: tested.author.agents.iter().cloned().collect(),
            created_at: pull.created_at.clone(),
            merged_at: pull.merged_at.clone(),
            merged_by: login(&pull.merged_by),
            head_sha: pull.head_sha.clone(),
            merge_sha: pull.merge_sha.clone().unwrap_or_default(),
            ticket: attributes::ticket(pull).unwrap_or_default(),
            emergency: emergency.and_then(|rule| rule.applies(pull)),
            order: tested.order.word(),
            first_review_at: reviews.clone().filter(other).filter_map(at).filter(|at| *at <= pull.merged_at).min(),
            approved_at: approvals.clone().filter_map(at).min(),
            looked_at_after: reviews
                .clone()
                .filter(other)
                .filter(person)
                .filter_map(at)
                .filter(|at| *at > pull.merged_at)
                .min(),
            worded: approvals.clone().find_map(|review| review.worded),
            lines: pull.lines,
            reverted_at: history.reverted_at(pull),
            signed: tested.signed.iter().map(how).collect(),
            attributes: tested.attributes,
        }
    }
}
