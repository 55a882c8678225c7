//! Who approved a change, and whether that person was independent of it.
//!
//! Not independent: the author, whoever wrote one of its commits or is named as co-author, the person who runs the machine
//! account that wrote it, and any other account of these; never an agent or a machine. A later comment does not withdraw an
//! approval, a later request for changes does ("About pull request reviews").

use std::collections::{BTreeMap, BTreeSet};

use super::persons::{PersonKey, Persons};
use crate::{
    analysis::attribution,
    controls::agents::Signatures,
    model::{
        actor::Account,
        change::{Commit, PullRequest, Review},
        observed::Observed,
        truth::Truth,
    },
};

/// One judgement with the reason for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub held: Truth,
    pub reason: String,
}

impl Judged {
    pub fn new(held: impl Into<Truth>, reason: impl Into<String>) -> Judged {
        Judged { held: held.into(), reason: reason.into() }
    }
}

/// What the reviews of one change come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approvals {
    /// An independent person approved, at any time.
    pub independent: Judged,
    /// Such an approval stood on the final head when it was merged.
    pub in_time: Judged,
    /// Logins of persons whose approval stood on the final head at the merge, independent or not.
    pub signed: Vec<String>,
}

impl Approvals {
    /// An independent person approved the final head before it was merged.
    pub fn hold(&self) -> Truth {
        self.independent.held.and(self.in_time.held)
    }
}

/// Judges the reviews of a merged pull request.
pub fn judge(signatures: &Signatures, persons: &Persons, pull: &PullRequest) -> Approvals {
    let involved = Involved::of(signatures, persons, pull);
    let mut words = last_words(pull);
    let gone = words.iter().any(|word| word.by.is_none() && word.approves());
    words.retain(|word| word.by.is_some() && word.approves());
    let mut free = Vec::new();
    let mut bound = Vec::new();
    let mut signed = Vec::new();
    for word in &words {
        let Some(by) = word.by else { continue };
        let machine = persons.no_person(signatures, by);
        if machine.is_none() && word.stands(pull).held == Truth::True {
            signed.push(by.login.clone());
        }
        match machine.or_else(|| involved.role(&persons.key(&by.login))) {
            Some(why) => bound.push(format!("{} {why}", by.login)),
            None => free.push(word),
        }
    }
    let independent = independence(&involved, persons, pull, &free, &bound, gone);
    let in_time = timing(pull, &free, &independent);
    Approvals { independent, in_time, signed }
}

fn independence(
    involved: &Involved,
    persons: &Persons,
    pull: &PullRequest,
    free: &[&Word<'_>],
    bound: &[String],
    gone: bool,
) -> Judged {
    let who: Vec<&str> = free.iter().filter_map(|word| Some(word.by?.login.as_str())).collect();
    if who.is_empty() {
        return match (pull.reviews.gap("reviews"), gone, bound) {
            (Some(gap), ..) => Judged::new(Truth::Unknown, format!("reviews not read: {}", gap.why)),
            (None, true, _) => Judged::new(Truth::Unknown, "approved by an account that is gone"),
            (None, false, []) => Judged::new(false, "no approval stands"),
            (None, false, bound) => Judged::new(false, format!("not independent: {}", bound.join(", "))),
        };
    }
    // Each unread or unjoined author may be one of the approvers; with more approvers than those, one is somebody else.
    let distinct = persons.distinct(who.iter().copied()).len();
    if !pull.commits.is_whole() {
        return Judged::new(Truth::Unknown, format!("approved by {}; not all commits were read", who.join(", ")));
    }
    if distinct <= involved.strangers.len() {
        let strangers: Vec<&str> = involved.strangers.iter().map(String::as_str).collect();
        let reason = format!(
            "approved by {}, who may be the author behind {}, which no account is joined to",
            who.join(", "),
            strangers.join(", ")
        );
        return Judged::new(Truth::Unknown, reason);
    }
    Judged::new(true, format!("approved by {}", who.join(", ")))
}

fn timing(pull: &PullRequest, free: &[&Word<'_>], independent: &Judged) -> Judged {
    if free.is_empty() {
        return match independent.held {
            Truth::Unknown => independent.clone(),
            _ => Judged::new(false, "no independent approval"),
        };
    }
    let mut all: Vec<Judged> = free.iter().map(|word| word.stands(pull)).collect();
    all.sort_by_key(|judged| std::cmp::Reverse(judged.held));
    match all.into_iter().next() {
        Some(judged) if judged.held == Truth::False && !pull.reviews.is_whole() => {
            Judged::new(Truth::Unknown, format!("{}; not all reviews were read", judged.reason))
        }
        Some(judged) => judged,
        None => Judged::new(Truth::Unknown, "no approval was read"),
    }
}

/// What a reviewer said last: before the merge where anything was said then, else after it.
struct Word<'a> {
    by: Option<&'a Account>,
    review: &'a Review,
}

impl Word<'_> {
    fn approves(&self) -> bool {
        self.review.state == "APPROVED"
    }

    /// Whether it was given on the final head and before the merge.
    fn stands(&self, pull: &PullRequest) -> Judged {
        let who = self.by.map_or("an account that is gone", |by| by.login.as_str());
        let short = |sha: &str| sha.chars().take(10).collect::<String>();
        let (Some(at), Some(commit)) = (&self.review.submitted_at, &self.review.commit) else {
            return Judged::new(Truth::Unknown, format!("{who} approved; when or on which commit is not shown"));
        };
        if *at > pull.merged_at {
            Judged::new(false, format!("{who} approved at {at}, after the merge"))
        } else if *commit != pull.head_sha {
            let (old, head) = (short(commit), short(&pull.head_sha));
            Judged::new(false, format!("{who} approved {old}, and {head} was merged"))
        } else {
            Judged::new(true, format!("{who} approved {} at {at}", short(commit)))
        }
    }
}

/// The last word of each reviewer, comments left out. Reviews come in the order in which they were given.
fn last_words(pull: &PullRequest) -> Vec<Word<'_>> {
    let mut reviews: Vec<&Review> = pull.reviews.members().iter().collect();
    reviews.sort_by(|a, b| a.submitted_at.cmp(&b.submitted_at));
    let mut before: BTreeMap<String, &Review> = BTreeMap::new();
    let mut after: BTreeMap<String, &Review> = BTreeMap::new();
    let mut nobody = Vec::new();
    for review in reviews.into_iter().filter(|review| !matches!(review.state.as_str(), "COMMENTED" | "PENDING")) {
        let late = review.submitted_at.as_ref().is_some_and(|at| *at > pull.merged_at);
        match &review.author {
            None => nobody.push(Word { by: None, review }),
            Some(author) if late => drop(after.insert(author.login.to_lowercase(), review)),
            Some(author) => drop(before.insert(author.login.to_lowercase(), review)),
        }
    }
    for (login, review) in after {
        // What was said before the merge decided; only who was silent then is heard afterwards.
        before.entry(login).or_insert(review);
    }
    nobody.extend(before.into_values().map(|review| Word { by: review.author.as_ref(), review }));
    nobody
}

/// Everybody who had a hand in writing a change.
struct Involved {
    /// Person to part, the strongest part first seen.
    parts: BTreeMap<PersonKey, &'static str>,
    /// Addresses of authors that no account is joined to.
    strangers: BTreeSet<String>,
}

impl Involved {
    fn of(signatures: &Signatures, persons: &Persons, pull: &PullRequest) -> Involved {
        let mut involved = Involved { parts: BTreeMap::new(), strangers: BTreeSet::new() };
        if let Some(author) = &pull.author {
            involved.add(persons.key(&author.login), "is the author");
            involved.run_by(persons, &author.login);
        }
        for commit in pull.commits.members() {
            involved.author(signatures, persons, commit);
            for address in coauthors(&commit.message) {
                involved.mail(signatures, persons, address, "is a co-author");
            }
        }
        for address in coauthors(&pull.body) {
            involved.mail(signatures, persons, address, "is a co-author");
        }
        involved
    }

    fn role(&self, person: &str) -> Option<&'static str> {
        self.parts.get(person).copied()
    }

    fn add(&mut self, person: PersonKey, part: &'static str) {
        self.parts.entry(person).or_insert(part);
    }

    fn run_by(&mut self, persons: &Persons, login: &str) {
        if let Some(person) = persons.behind(login) {
            self.add(person.clone(), "runs the account that wrote it");
        }
    }

    fn author(&mut self, signatures: &Signatures, persons: &Persons, commit: &Commit) {
        match &commit.author {
            Some(account) => {
                self.add(persons.key(&account.login), "wrote a commit of it");
                self.run_by(persons, &account.login);
            }
            None => self.mail(signatures, persons, &commit.author_email, "wrote a commit of it"),
        }
    }

    fn mail(&mut self, signatures: &Signatures, persons: &Persons, address: &str, part: &'static str) {
        match persons.by_mail(address) {
            Some(person) => self.add(person, part),
            None if attribution::is_agent_address(signatures, address) => {}
            None if address.is_empty() => drop(self.strangers.insert("an address that is not shown".to_owned())),
            None => drop(self.strangers.insert(address.to_lowercase())),
        }
    }
}

/// The addresses of `Co-authored-by:` lines.
fn coauthors(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let (key, value) = attribution::trailer(line)?;
        let address = value.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>'))?;
        key.eq_ignore_ascii_case("co-authored-by").then_some(address)
    })
}

/// Who looked first, the machine or the person: the earliest review of each kind by anybody but the author.
pub fn order(signatures: &Signatures, persons: &Persons, pull: &PullRequest) -> ReviewOrder {
    let author = pull.author.as_ref().map(|author| persons.key(&author.login));
    let first = |machine: bool| {
        let of = |review: &&Review| {
            let by = review.author.as_ref();
            by.is_some_and(|by| {
                persons.no_person(signatures, by).is_some() == machine && Some(persons.key(&by.login)) != author
            }) && review.submitted_at.as_ref().is_some_and(|at| *at <= pull.merged_at)
        };
        Observed::members(&pull.reviews).iter().filter(of).filter_map(|review| review.submitted_at.clone()).min()
    };
    ReviewOrder { machine: first(true), person: first(false), whole: pull.reviews.is_whole() }
}

/// The times of the first reviews before the merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewOrder {
    pub machine: Option<String>,
    pub person: Option<String>,
    pub whole: bool,
}

impl ReviewOrder {
    pub fn word(&self) -> &'static str {
        match (&self.machine, &self.person, self.whole) {
            (Some(machine), Some(person), _) if machine <= person => "AI before human",
            (Some(_), Some(_), _) => "human before AI",
            (_, _, false) => "not determinable",
            (Some(_), None, true) => "AI only",
            (None, Some(_), true) => "human only",
            (None, None, true) => "nobody",
        }
    }
}
