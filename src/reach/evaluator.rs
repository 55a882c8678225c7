//! The cloud's answers by the IAM evaluator, over every account that was read.

use std::{cell::RefCell, collections::BTreeMap};

use crate::{
    analysis::rules::Pass,
    iam::{
        self, Decision, Guardrail, Layer, Policy, Question, Residual, ResourcePolicy, Verdict,
        account::{Account, Ask, OrgPolicies},
        escalation::{Escalations, Gain},
        trust,
    },
    model::{
        cloud::{PolicyLayer, PolicyLevel},
        id::{Arn, EvidenceId},
        observed::{Gap, Observed, Reading},
        world::{CloudAccount, World},
    },
    reach::{
        cloud::{Answer, Cloud, Escalation, TokenRequest},
        subjects,
    },
};

/// Stands behind an ARN for the same principal after it rewrote its own policies: only boundary and SCPs still bind it.
const REWRITTEN: &str = "#rewritten";

/// Every account of a world, its policies compiled once.
pub struct Evaluator<'a> {
    world: &'a World,
    accounts: Vec<Compiled<'a>>,
    stores: BTreeMap<&'a str, StorePolicy<'a>>,
    /// Resource control policies by account id.
    rcps: BTreeMap<&'a str, OrgPolicies>,
    /// Roles whose trust policy speaks of an OIDC provider.
    federated: Vec<Arn>,
    /// Steps by principal: many agents hold the same ones.
    steps: RefCell<BTreeMap<Arn, Vec<Escalation>>>,
}

struct Compiled<'a> {
    facts: &'a CloudAccount,
    account: Account,
}

struct StorePolicy<'a> {
    owner: &'a str,
    policy: Held,
}

enum Held {
    None,
    Read(Policy),
    Unreadable,
}

impl<'a> Evaluator<'a> {
    pub fn new(world: &'a World) -> Evaluator<'a> {
        let compiled = |facts: &'a CloudAccount| {
            let details = facts.principals.seen()?;
            Some(Compiled { facts, account: Account::compile(details, compiled_layer(&facts.scps)) })
        };
        let mut stores = BTreeMap::new();
        for facts in &world.accounts {
            for store in facts.stores.members() {
                let policy =
                    StorePolicy { owner: facts.account_id(), policy: held(&store.resource_policy, store.arn.as_str()) };
                stores.insert(store.arn.as_str(), policy);
            }
        }
        Evaluator {
            world,
            accounts: world.accounts.iter().filter_map(compiled).collect(),
            stores,
            rcps: world.accounts.iter().map(|facts| (facts.account_id(), compiled_layer(&facts.rcps))).collect(),
            federated: federated(world),
            steps: RefCell::default(),
        }
    }

    /// The account of a principal and the principal's place in it.
    fn find(&self, arn: &str) -> Option<(&Compiled<'a>, usize)> {
        let arn = arn.strip_suffix(REWRITTEN).unwrap_or(arn);
        self.accounts.iter().find_map(|compiled| Some((compiled, compiled.account.place(arn)?)))
    }

    /// What binds everybody on the resources of an account; in an account that was not read, there may be some.
    fn rcp(&self, account: &str) -> Guardrail<'_> {
        self.rcps.get(account).map_or(Guardrail::Unreadable, OrgPolicies::guardrail)
    }

    fn answer(&self, principal: &Arn, action: &str, resource: &str, own: ResourcePolicy<'_>) -> Answer {
        let Some((compiled, name, decision)) = self.decide(principal, action, resource, own) else {
            return unread(format!("the policies of {principal}"));
        };
        let (yes, no) = (format!("{name} may {action}"), format!("{name} may not {action}"));
        Answer { evidence: compiled.evidence(), ..worded(&decision, &yes, &no) }
    }

    /// The decision with the principal's account and name; `None` for a principal that was not read.
    fn decide(
        &self,
        principal: &Arn,
        action: &str,
        resource: &str,
        own: ResourcePolicy<'_>,
    ) -> Option<(&Compiled<'a>, &str, Decision)> {
        let (compiled, place) = self.find(principal.as_str())?;
        let mut ask = Ask::new(action, resource);
        ask.resource_policy = own;
        let store = self.store(resource);
        ask.rcp = self.rcp(store.map_or(compiled.facts.account_id(), |store| store.owner));
        if let Some(store) = store {
            ask = ask.with("aws:ResourceAccount", store.owner);
        }
        let region = Arn::from(resource).region().to_owned();
        if !region.is_empty() {
            ask = ask.with("aws:RequestedRegion", &region);
        }
        let account = &compiled.account;
        let known = account.principal(place);
        let decision = if principal.as_str().ends_with(REWRITTEN) {
            account.decide_as_administrator(known, &ask)
        } else {
            account.decide_for(known, &ask)
        };
        Some((compiled, &known.name, decision))
    }

    /// The bucket, table or other store that a request's resource belongs to.
    fn store(&self, resource: &str) -> Option<&StorePolicy<'a>> {
        self.stores.get(resource.strip_suffix("/*").unwrap_or(resource))
    }
}

fn federated(world: &World) -> Vec<Arn> {
    let details = world.accounts.iter().filter_map(|account| account.principals.seen());
    let roles = details.flat_map(|details| &details.roles);
    let trusts = roles.filter(|role| role.assume_role_policy_document.text().contains("oidc-provider"));
    trusts.map(|role| Arn::new(role.arn.clone())).collect()
}

fn compiled_layer(observed: &Observed<PolicyLayer>) -> OrgPolicies {
    match &observed.reading {
        Reading::Known { value: PolicyLayer::NotApplicable, .. } | Reading::Absent => OrgPolicies::NotApplicable,
        Reading::Known { value: PolicyLayer::Levels(levels), complete: true } => {
            let level = |level: &PolicyLevel| {
                let policies =
                    level.policies.iter().map(|policy| Policy::parse(&policy.id, &policy.document)).collect();
                (level.target.clone(), policies)
            };
            OrgPolicies::Levels(levels.iter().map(level).collect())
        }
        _ => OrgPolicies::Unreadable,
    }
}

fn held(observed: &Observed<String>, arn: &str) -> Held {
    match &observed.reading {
        Reading::Known { value, .. } => Held::Read(Policy::parse(&format!("policy of {arn}"), value)),
        Reading::Absent | Reading::Unavailable { .. } => Held::None,
        _ => Held::Unreadable,
    }
}

impl Compiled<'_> {
    fn evidence(&self) -> Vec<EvidenceId> {
        self.facts.principals.evidence.clone()
    }

    /// Client ids of an issuer, where the account's providers were all read.
    fn audiences(&self, issuer: &str) -> Option<&[String]> {
        let providers = self.facts.oidc_providers.is_whole().then(|| self.facts.oidc_providers.members())?;
        providers.iter().find(|provider| provider.url == issuer).map(|provider| provider.client_ids.as_slice())
    }
}

impl Cloud for Evaluator<'_> {
    fn federated_roles(&self) -> &[Arn] {
        &self.federated
    }

    fn accepts(&self, role: &Arn, request: &TokenRequest) -> Answer {
        let found = self
            .find(role.as_str())
            .and_then(|(compiled, place)| Some((compiled, compiled.account.trust(compiled.account.principal(place))?)));
        let Some((compiled, policy)) = found else { return unread(format!("the trust policy of {role}")) };
        let rcp = self.rcp(compiled.facts.account_id());
        let view = trust::Role { arn: role.as_str(), trust: policy, rcp };
        let listed = compiled.audiences(iam::subjects::GITHUB_ISSUER);
        // The job asks for the audience it likes, so any that the provider lists will do.
        let audience = listed.and_then(<[String]>::first).map_or("sts.amazonaws.com", String::as_str);
        let minted = subjects::minted(self.world, request, audience);
        let mut best: Option<Answer> = None;
        for claims in &minted.claims {
            let subject = claims.subject().unwrap_or("a subject that was not read");
            let (yes, no) =
                (format!("{} accepts {subject}", role.short()), format!("{} does not accept {subject}", role.short()));
            let answer = worded(&trust::with_web_identity(&view, claims, listed), &yes, &no);
            if best.as_ref().is_none_or(|kept| answer.pass < kept.pass) {
                best = Some(Answer { evidence: compiled.evidence(), ..answer });
            }
        }
        let mut answer = best.unwrap_or_else(|| unread("how the repository's OIDC subject is built".to_owned()));
        if !minted.gaps.is_empty() {
            // Another template could make another subject, for better and for worse.
            answer.pass = Pass::Possible;
            answer.unless.push("the repository's OIDC subject, which could not be read, is another one".to_owned());
            answer.gaps.extend(minted.gaps);
        }
        answer
    }

    fn may(&self, principal: &Arn, action: &str, resource: &str) -> Answer {
        let own = match self.store(resource).map(|store| &store.policy) {
            Some(Held::Read(policy)) => ResourcePolicy::Read(policy),
            Some(Held::Unreadable) => ResourcePolicy::Unreadable,
            Some(Held::None) | None => ResourcePolicy::None,
        };
        self.answer(principal, action, resource, own)
    }

    fn may_under(&self, principal: &Arn, action: &str, resource: &str, policy: Option<&str>) -> Answer {
        let parsed = policy.map(|text| Policy::parse(&format!("policy of {resource}"), text));
        self.answer(principal, action, resource, parsed.as_ref().map_or(ResourcePolicy::None, ResourcePolicy::Read))
    }

    fn never(&self, principal: &Arn, action: &str) -> bool {
        let decision = self.decide(principal, action, "*", ResourcePolicy::None);
        decision.is_some_and(|(_, _, decision)| decision.verdict == Verdict::ExplicitDeny)
    }

    fn escalations(&self, principal: &Arn) -> Vec<Escalation> {
        let Some((compiled, from)) = self.find(principal.as_str()) else { return Vec::new() };
        if principal.as_str().ends_with(REWRITTEN) {
            return Vec::new();
        }
        if let Some(known) = self.steps.borrow().get(principal) {
            return known.clone();
        }
        let mut steps = within(compiled, from);
        steps.extend(
            self.accounts
                .iter()
                .filter(|other| !std::ptr::eq(*other, compiled))
                .flat_map(|other| across(compiled, from, other, &self.rcp(other.facts.account_id()))),
        );
        self.steps.borrow_mut().insert(principal.clone(), steps.clone());
        steps
    }
}

/// Escalation paths inside the account.
fn within(compiled: &Compiled<'_>, from: usize) -> Vec<Escalation> {
    let account = &compiled.account;
    let actor = account.principal(from);
    let mut steps = Vec::new();
    for edge in Escalations::new(account).edges_of(from) {
        let mut unless: Vec<String> = edge.residual.iter().map(|residual| question(&residual.question)).collect();
        unless.extend(edge.lacking.iter().map(|lacking| format!("{lacking} stays missing")));
        let pass = if edge.verdict == Verdict::Allow { Pass::Free } else { Pass::Possible };
        let gained = edge.to.iter().map(|place| (place, account.principal(place)));
        for (place, gained) in gained {
            let itself = place == from || edge.path.gain == Gain::Itself;
            let arn = if itself { &actor.arn } else { &gained.arn };
            let to = if itself || edge.path.full { format!("{arn}{REWRITTEN}") } else { arn.clone() };
            let deed =
                if itself { "may rewrite its own rights".to_owned() } else { format!("may become {}", gained.name) };
            let because = format!("{} {deed} by escalation path {}", actor.name, edge.path.id);
            let answer = Answer { evidence: compiled.evidence(), unless: unless.clone(), ..Answer::new(pass, because) };
            steps.push(Escalation { to: Arn::new(to), answer });
        }
    }
    steps
}

/// Roles of another account that the principal may assume.
fn across(compiled: &Compiled<'_>, from: usize, other: &Compiled<'_>, rcp: &Guardrail<'_>) -> Vec<Escalation> {
    let actor = compiled.account.principal(from);
    let layers = compiled.account.layers(actor);
    let caller = iam::Caller::parse(&actor.arn);
    let mut steps = Vec::new();
    for role in other.account.principals().iter().filter(|principal| principal.is_role) {
        let Some(policy) = other.account.trust(role) else { continue };
        let view = trust::Role { arn: &role.arn, trust: policy, rcp: rcp.clone() };
        let decision = trust::by_principal(&view, &caller, &layers, &iam::Context::partial());
        if decision.verdict.may_be_allowed() {
            let yes = format!("{} may assume {} of account {}", actor.name, role.name, other.account.id);
            let evidence = [compiled.evidence(), other.evidence()].concat();
            steps.push(Escalation {
                to: Arn::new(role.arn.clone()),
                answer: Answer { evidence, ..worded(&decision, &yes, "") },
            });
        }
    }
    steps
}

fn unread(what: String) -> Answer {
    let gap = Gap { what: what.clone(), why: "not read".to_owned(), needs: None, evidence: Vec::new() };
    Answer {
        unless: vec![format!("{what}, which could not be read, forbids it")],
        gaps: vec![gap],
        ..Answer::new(Pass::Possible, format!("{what} could not be read"))
    }
}

/// A decision in words; `yes` and `no` are the sentences that it confirms or denies.
fn worded(decision: &Decision, yes: &str, no: &str) -> Answer {
    let named = |policy: &str| policy.rsplit('/').next().unwrap_or(policy).replace('#', " policy ");
    let statement = |at: &iam::StatementRef| format!("{} statement {}", named(&at.policy), at.statement + 1);
    let statements: Vec<String> = decision.because.iter().take(2).map(statement).collect();
    let by =
        |lead: &str| if statements.is_empty() { String::new() } else { format!(" ({lead} {})", statements.join(", ")) };
    let (pass, because) = match decision.verdict {
        Verdict::Allow => (Pass::Free, format!("{yes}{}", by("by"))),
        Verdict::Depends => (Pass::Possible, format!("{yes} on conditions{}", by("by"))),
        Verdict::ExplicitDeny => (Pass::Blocked, format!("{no}: an explicit deny{}", by("in"))),
        Verdict::ImplicitDeny => (Pass::Blocked, format!("{no}: nothing allows it")),
    };
    Answer { unless: reserves(&decision.residual), ..Answer::new(pass, because) }
}

/// What would close it, at most four.
fn reserves(residual: &[Residual]) -> Vec<String> {
    let mut unless: Vec<String> = residual.iter().map(|residual| question(&residual.question)).collect();
    unless.sort();
    unless.dedup();
    unless.truncate(4);
    unless
}

fn question(question: &Question) -> String {
    match question {
        Question::Layer { unread: Layer::Scp } => "an SCP that we may not read forbids it".to_owned(),
        Question::Layer { unread: Layer::Rcp } => "an RCP that we may not read forbids it".to_owned(),
        Question::Layer { unread } => format!("a {} that we may not read forbids it", unread.name().replace('_', " ")),
        Question::Condition { operator, key, values } => {
            format!("the condition {operator} {key} {} decides otherwise", values.join(", "))
        }
        Question::Resource { .. } => "another resource is meant".to_owned(),
        Question::Principal => "another principal is meant".to_owned(),
        Question::Unreadable { element } => format!("a statement's {element}, which cannot be read, decides otherwise"),
        Question::ResourceAccount => "the resource belongs to another account".to_owned(),
        Question::PublicAccessBlock => "S3 Block Public Access that we may not read forbids it".to_owned(),
        Question::KmsGrant { grantee } => format!("the KMS grant to {grantee} does not cover it"),
        Question::ServiceLinkedRole { .. } => "the caller is a service-linked role".to_owned(),
    }
}
