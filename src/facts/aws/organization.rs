//! Service control policies over an account, level by level from the root down.

use crate::model::{
    cloud::{Caller, NamedPolicy, ScpLayer, ScpLevel},
    id::EvidenceId,
    observed::Observed,
};

use super::{
    account::Account,
    answer::{Answer, unexpected},
    fields::{items, text},
};

/// An organisation is at most five OUs deep (AWS Organizations quotas); a longer chain is an answer that goes round.
const DEEPEST: usize = 8;

/// The SCP layer. It does not apply outside an organisation, to the management account ("SCPs don't affect users or
/// roles in the management account", AWS Organizations User Guide), nor where the policy type is switched off. One
/// unreadable level leaves the whole layer unread, naming the grant.
pub(super) fn scps(account: &Account<'_>, caller: &Observed<Caller>) -> Observed<ScpLayer> {
    let described = account.ask_home("organizations", "DescribeOrganization", &[]);
    if described.code() == Some("AWSOrganizationsNotInUseException") {
        return Observed::known(ScpLayer::NotApplicable, described.evidence);
    }
    let organization = described.one(|body| {
        let organization = body.get("Organization")?;
        let master = text(organization, "MasterAccountId")?.to_owned();
        Some((master, text(organization, "FeatureSet") == Some("CONSOLIDATED_BILLING")))
    });
    caller.clone().and_then(|caller| {
        organization.and_then(|(master, billing_only)| {
            if billing_only || master == caller.account.as_str() {
                return Observed::known(ScpLayer::NotApplicable, Vec::new());
            }
            levels(account, caller.account.as_str())
        })
    })
}

fn levels(account: &Account<'_>, id: &str) -> Observed<ScpLayer> {
    ancestors(account, id).and_then(|chain| {
        let mut levels = Observed::known(Vec::new(), Vec::new());
        for target in chain.into_iter().rev() {
            levels = levels.and_then(|levels| level(account, &target).map(|level| appended(levels, level)));
        }
        // With the policy type enabled every target has at least one SCP attached, FullAWSAccess if no other.
        levels.map(|levels| match levels.iter().all(|level| level.policies.is_empty()) {
            true => ScpLayer::NotApplicable,
            false => ScpLayer::Levels(levels),
        })
    })
}

fn appended<T>(mut list: Vec<T>, item: T) -> Vec<T> {
    list.push(item);
    list
}

/// The account, its OUs and the root, innermost first.
fn ancestors(account: &Account<'_>, id: &str) -> Observed<Vec<String>> {
    let mut chain = vec![id.to_owned()];
    let mut evidence: Vec<EvidenceId> = Vec::new();
    for _ in 0..DEEPEST {
        let child = chain.last().map_or(id, String::as_str);
        let asked = account.ask_home("organizations", "ListParents", &[("ChildId", child)]);
        evidence.extend(asked.evidence.clone());
        let parent = asked.one(|body| {
            let parent = items(body, "Parents").into_iter().next()?;
            Some((text(parent, "Id")?.to_owned(), text(parent, "Type")? == "ROOT"))
        });
        let Some((parent, root)) = parent.seen().cloned() else { return parent.map(|_| Vec::new()) };
        chain.push(parent);
        if root {
            return Observed::known(chain, evidence);
        }
    }
    Observed::failed("the organisation's parents have no root", evidence)
}

fn level(account: &Account<'_>, target: &str) -> Observed<ScpLevel> {
    let filter = [("TargetId", target), ("Filter", "SERVICE_CONTROL_POLICY")];
    let asked = account.ask_home("organizations", "ListPoliciesForTarget", &filter);
    whole(&asked, "Policies").and_then(|ids| {
        let mut policies = Observed::known(Vec::new(), Vec::new());
        for id in ids {
            policies = policies.and_then(|policies| policy(account, &id).map(|policy| appended(policies, policy)));
        }
        policies.map(|policies| ScpLevel { target: target.to_owned(), policies })
    })
}

/// The ids of a list that must be read to its end: a missing policy could be the one that denies.
fn whole(asked: &Answer, list: &str) -> Observed<Vec<String>> {
    if asked.end != super::answer::End::Whole {
        return asked.nothing();
    }
    asked.read(|pages| {
        let policies = pages.iter().flat_map(|page| items(page, list));
        policies.map(|policy| text(policy, "Id").map(str::to_owned).ok_or_else(unexpected)).collect()
    })
}

fn policy(account: &Account<'_>, id: &str) -> Observed<NamedPolicy> {
    account.ask_home("organizations", "DescribePolicy", &[("PolicyId", id)]).one(|body| {
        let document = text(body.get("Policy")?, "Content")?;
        Some(NamedPolicy { id: id.to_owned(), document: document.to_owned() })
    })
}
