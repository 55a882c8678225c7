//! The cloud's answers by the IAM evaluator, over every account that was read.

use std::collections::BTreeMap;

use crate::{
    analysis::rules::Pass,
    iam::{
        self, Caller, Context, Decision, Guardrail, Layer, Layers, Level, Policy, Question, ResourcePolicy, Verdict,
        trust,
    },
    model::{
        cloud::ScpLayer,
        iam::{AttachedPolicy, AuthorizationDetails, Document, InlinePolicy, PermissionsBoundary, RoleDetail},
        id::{Arn, EvidenceId},
        observed::{Gap, Observed, Reading},
        world::{CloudAccount, World},
    },
    reach::{
        cloud::{Answer, Cloud, Escalation, TokenRequest},
        subjects,
    },
};

/// Every account of a world, its policies parsed once.
pub struct Evaluator<'a> {
    world: &'a World,
    accounts: Vec<Account<'a>>,
}

struct Account<'a> {
    facts: &'a CloudAccount,
    id: String,
    policies: Vec<Policy>,
    principals: BTreeMap<String, Principal>,
    scps: Scps,
    stores: BTreeMap<String, StorePolicy>,
    /// Client ids by issuer, where the providers were read.
    audiences: BTreeMap<String, Vec<String>>,
    evidence: Vec<EvidenceId>,
}

struct Principal {
    caller: Caller,
    identity: Vec<usize>,
    boundary: Vec<usize>,
    trust: Option<Policy>,
    /// Its trust policy speaks of an OIDC provider.
    federated: bool,
    /// A boundary is set and its text was not read.
    boundary_unread: bool,
    /// Attached or bounding policies whose text was not read.
    missing: Vec<String>,
}

enum Scps {
    NotApplicable,
    Levels(Vec<(String, Vec<Policy>)>),
    Unreadable,
}

enum StorePolicy {
    None,
    Read(Policy),
    Unreadable,
}

impl<'a> Evaluator<'a> {
    pub fn new(world: &'a World) -> Evaluator<'a> {
        Evaluator { world, accounts: world.accounts.iter().map(Account::compile).collect() }
    }

    fn account_of(&self, arn: &Arn) -> Option<&Account<'a>> {
        self.accounts.iter().find(|account| account.principals.contains_key(arn.as_str()))
    }

    /// The bucket, table or other store that a request's resource belongs to.
    fn store_policy(&self, resource: &str) -> Option<&StorePolicy> {
        let arn = resource.strip_suffix("/*").unwrap_or(resource);
        self.accounts.iter().find_map(|account| account.stores.get(arn))
    }
}

impl<'a> Account<'a> {
    fn compile(facts: &'a CloudAccount) -> Account<'a> {
        let id = facts.caller.seen().map_or_else(String::new, |caller| caller.account.as_str().to_owned());
        let mut account = Account {
            facts,
            id,
            policies: Vec::new(),
            principals: BTreeMap::new(),
            scps: scps(&facts.scps),
            stores: BTreeMap::new(),
            audiences: audiences(facts),
            evidence: facts.principals.evidence.clone(),
        };
        if let Some(details) = facts.principals.seen() {
            account.add_principals(details);
        }
        for store in facts.stores.members() {
            account
                .stores
                .insert(store.arn.as_str().to_owned(), store_policy(&store.resource_policy, store.arn.as_str()));
        }
        account
    }

    fn add_principals(&mut self, details: &AuthorizationDetails) {
        let mut managed = BTreeMap::new();
        for policy in &details.policies {
            if let Some(version) = policy.default_version() {
                managed.insert(policy.arn.as_str(), self.keep(&policy.arn, &version.document));
            }
        }
        let groups: BTreeMap<&str, _> = details.groups.iter().map(|group| (group.group_name.as_str(), group)).collect();
        for user in &details.users {
            let mut attached: Vec<&AttachedPolicy> = user.attached_managed_policies.iter().collect();
            let mut inline: Vec<&InlinePolicy> = user.user_policy_list.iter().collect();
            for group in user.group_list.iter().filter_map(|name| groups.get(name.as_str())) {
                attached.extend(&group.attached_managed_policies);
                inline.extend(&group.group_policy_list);
            }
            self.add(&user.arn, &attached, &inline, user.permissions_boundary.as_ref(), None, &managed);
        }
        for role in &details.roles {
            let attached: Vec<&AttachedPolicy> = role.attached_managed_policies.iter().collect();
            let inline: Vec<&InlinePolicy> = role.role_policy_list.iter().collect();
            self.add(&role.arn, &attached, &inline, role.permissions_boundary.as_ref(), Some(role), &managed);
        }
    }

    fn keep(&mut self, id: &str, document: &Document) -> usize {
        self.policies.push(Policy::parse(id, document.text()));
        self.policies.len() - 1
    }

    fn add(
        &mut self,
        arn: &str,
        attached: &[&AttachedPolicy],
        inline: &[&InlinePolicy],
        boundary: Option<&PermissionsBoundary>,
        role: Option<&RoleDetail>,
        managed: &BTreeMap<&str, usize>,
    ) {
        let mut missing = Vec::new();
        let mut find = |policy: &str| {
            let found = managed.get(policy).copied();
            if found.is_none() {
                missing.push(policy.to_owned());
            }
            found
        };
        let mut identity: Vec<usize> = attached.iter().filter_map(|policy| find(&policy.policy_arn)).collect();
        let bounds: Vec<usize> =
            boundary.into_iter().filter_map(|boundary| find(&boundary.permissions_boundary_arn)).collect();
        for policy in inline {
            identity.push(
                self.keep(&format!("{}/{}", Arn::from(arn).short(), policy.policy_name), &policy.policy_document),
            );
        }
        let trust = role.map(|role| role.assume_role_policy_document.text());
        let principal = Principal {
            caller: Caller::parse(arn),
            identity,
            boundary_unread: boundary.is_some() && bounds.is_empty(),
            boundary: bounds,
            federated: trust.is_some_and(|text| text.contains("oidc-provider")),
            trust: trust.map(|text| Policy::parse(&format!("trust policy of {}", Arn::from(arn).short()), text)),
            missing,
        };
        self.principals.insert(arn.to_owned(), principal);
    }

    fn layers<'b>(&'b self, principal: &'b Principal) -> Layers<'b> {
        let pick = |indices: &[usize]| indices.iter().filter_map(|index| self.policies.get(*index)).collect();
        Layers {
            identity: pick(&principal.identity),
            boundary: pick(&principal.boundary),
            scp: self.scps.guardrail(),
            ..Layers::default()
        }
    }
}

impl Scps {
    fn guardrail(&self) -> Guardrail<'_> {
        match self {
            Scps::NotApplicable => Guardrail::NotApplicable,
            Scps::Unreadable => Guardrail::Unreadable,
            Scps::Levels(levels) => Guardrail::Levels(
                levels.iter().map(|(name, policies)| Level { name, policies: policies.iter().collect() }).collect(),
            ),
        }
    }
}

fn scps(observed: &Observed<ScpLayer>) -> Scps {
    match &observed.reading {
        Reading::Known { value: ScpLayer::NotApplicable, .. } | Reading::Absent => Scps::NotApplicable,
        Reading::Known { value: ScpLayer::Levels(levels), complete: true } => {
            let level = |level: &crate::model::cloud::ScpLevel| {
                let policies =
                    level.policies.iter().map(|policy| Policy::parse(&policy.id, &policy.document)).collect();
                (level.target.clone(), policies)
            };
            Scps::Levels(levels.iter().map(level).collect())
        }
        _ => Scps::Unreadable,
    }
}

fn store_policy(observed: &Observed<String>, arn: &str) -> StorePolicy {
    match &observed.reading {
        Reading::Known { value, .. } => StorePolicy::Read(Policy::parse(&format!("policy of {arn}"), value)),
        Reading::Absent | Reading::Unavailable { .. } => StorePolicy::None,
        _ => StorePolicy::Unreadable,
    }
}

fn audiences(facts: &CloudAccount) -> BTreeMap<String, Vec<String>> {
    facts.oidc_providers.members().iter().map(|provider| (provider.url.clone(), provider.client_ids.clone())).collect()
}

impl Cloud for Evaluator<'_> {
    fn federated_roles(&self) -> Vec<Arn> {
        let federated = |(arn, principal): (&String, &Principal)| principal.federated.then(|| Arn::new(arn.clone()));
        self.accounts.iter().flat_map(|account| account.principals.iter().filter_map(federated)).collect()
    }

    fn accepts(&self, role: &Arn, request: &TokenRequest) -> Answer {
        let found = self
            .account_of(role)
            .and_then(|account| Some((account, account.principals.get(role.as_str())?.trust.as_ref()?)));
        let Some((account, policy)) = found else { return unread(format!("the trust policy of {role}")) };
        let minted = subjects::minted(self.world, request);
        let role_view = trust::Role { arn: role.as_str(), trust: policy, rcp: Guardrail::NotApplicable };
        let mut best: Option<Answer> = None;
        for claims in &minted.claims {
            let listed = account.audiences.get(&claims.issuer).filter(|_| account.facts.oidc_providers.is_whole());
            // The job asks for the audience it likes, so any that the provider lists will do.
            let audience = listed.and_then(|ids| ids.first()).map_or("sts.amazonaws.com", String::as_str);
            let decision =
                trust::with_web_identity(&role_view, &claims.clone().with("aud", audience), listed.map(Vec::as_slice));
            let subject = claims.subject().unwrap_or("a subject that was not read");
            let mut answer = worded(
                &decision,
                &format!("{} accepts {subject}", role.short()),
                &format!("{} does not accept {subject}", role.short()),
            );
            answer.evidence = account.evidence.clone();
            if best.as_ref().is_none_or(|kept| answer.pass < kept.pass) {
                best = Some(answer);
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
        let Some(account) = self.account_of(principal) else { return unread(format!("the policies of {principal}")) };
        let Some(known) = account.principals.get(principal.as_str()) else {
            return unread(format!("the policies of {principal}"));
        };
        let mut layers = account.layers(known);
        layers.resource_policy = match self.store_policy(resource) {
            Some(StorePolicy::Read(policy)) => ResourcePolicy::Read(policy),
            Some(StorePolicy::Unreadable) => ResourcePolicy::Unreadable,
            Some(StorePolicy::None) | None => ResourcePolicy::None,
        };
        let owner = Arn::from(resource).account().to_owned();
        let owner = if owner.is_empty() { self.owner_of(resource).unwrap_or(&account.id) } else { owner.as_str() };
        let context = context(principal, &account.id, resource);
        let request = iam::Request::new(&known.caller, action, resource, Some(owner), &context);
        let decision = iam::evaluate(&request, &layers);
        let mut answer = worded(
            &decision,
            &format!("{} may {action}", principal.short()),
            &format!("{} may not {action}", principal.short()),
        );
        answer.evidence = account.evidence.clone();
        if known.boundary_unread || (!known.missing.is_empty() && answer.pass == Pass::Blocked) {
            answer.pass = Pass::Possible;
            answer.unless.push(format!("{}, which could not be read, does not allow it", known.missing.join(", ")));
        }
        answer
    }

    fn escalations(&self, principal: &Arn) -> Vec<Escalation> {
        let Some(account) = self.account_of(principal) else { return Vec::new() };
        let Some(known) = account.principals.get(principal.as_str()) else { return Vec::new() };
        let layers = account.layers(known);
        let mut steps = Vec::new();
        for other in &self.accounts {
            for (arn, target) in other.principals.iter().filter(|(arn, _)| arn.as_str() != principal.as_str()) {
                let Some(policy) = &target.trust else { continue };
                let role = trust::Role { arn, trust: policy, rcp: Guardrail::NotApplicable };
                let context = context(principal, &account.id, arn);
                let decision = trust::by_principal(&role, &known.caller, &layers, &context);
                if decision.verdict.may_be_allowed() {
                    let short = Arn::new(arn.clone()).short().to_owned();
                    let mut answer = worded(&decision, &format!("{} may assume {short}", principal.short()), "");
                    answer.evidence = account.evidence.iter().chain(&other.evidence).cloned().collect();
                    steps.push(Escalation { to: Arn::new(arn.clone()), answer });
                }
            }
        }
        steps
    }
}

impl Evaluator<'_> {
    /// The account of a store whose ARN names none: a bucket.
    fn owner_of(&self, resource: &str) -> Option<&str> {
        let arn = resource.strip_suffix("/*").unwrap_or(resource);
        self.accounts.iter().find(|account| account.stores.contains_key(arn)).map(|account| account.id.as_str())
    }
}

/// What is known of any request by this principal: who asks, and where. Everything else a caller can choose or is not told.
fn context(principal: &Arn, account: &str, resource: &str) -> Context {
    let mut context = Context::partial();
    context.set("aws:PrincipalArn", principal.as_str());
    context.set("aws:PrincipalAccount", account);
    let region = Arn::from(resource).region().to_owned();
    if !region.is_empty() {
        context.set("aws:RequestedRegion", region);
    }
    context
}

fn unread(what: String) -> Answer {
    let gap = Gap { what: what.clone(), why: "not read".to_owned(), needs: None, evidence: Vec::new() };
    Answer {
        pass: Pass::Possible,
        because: format!("{what} could not be read"),
        evidence: Vec::new(),
        unless: vec![format!("{what}, which could not be read, forbids it")],
        gaps: vec![gap],
    }
}

/// A decision in words; `yes` and `no` are the sentences that it confirms or denies.
fn worded(decision: &Decision, yes: &str, no: &str) -> Answer {
    let statements: Vec<String> =
        decision.because.iter().take(2).map(|at| format!("{} statement {}", at.policy, at.statement + 1)).collect();
    let by =
        |lead: &str| if statements.is_empty() { String::new() } else { format!(" ({lead} {})", statements.join(", ")) };
    let (pass, because) = match decision.verdict {
        Verdict::Allow => (Pass::Free, format!("{yes}{}", by("by"))),
        Verdict::Depends => (Pass::Possible, format!("{yes} on conditions{}", by("by"))),
        Verdict::ExplicitDeny => (Pass::Blocked, format!("{no}: an explicit deny{}", by("in"))),
        Verdict::ImplicitDeny => (Pass::Blocked, format!("{no}: nothing allows it")),
    };
    let mut unless: Vec<String> = decision.residual.iter().map(|residual| question(&residual.question)).collect();
    unless.sort();
    unless.dedup();
    unless.truncate(4);
    Answer { pass, because, evidence: Vec::new(), unless, gaps: Vec::new() }
}

fn question(question: &Question) -> String {
    match question {
        Question::Layer { unread: Layer::Scp } => "an SCP that we may not read forbids it".to_owned(),
        Question::Layer { unread } => format!("a {} that we may not read forbids it", unread.name().replace('_', " ")),
        Question::Condition { operator, key, values } => {
            format!("the condition {operator} {key} {} decides otherwise", values.join(", "))
        }
        Question::Resource { .. } => "another resource is meant".to_owned(),
        Question::Principal => "another principal is meant".to_owned(),
        Question::Unreadable { element } => format!("a statement's {element}, which cannot be read, decides otherwise"),
        Question::ResourceAccount => "the resource belongs to another account".to_owned(),
        Question::ServiceLinkedRole { .. } => "the caller is a service-linked role".to_owned(),
    }
}
