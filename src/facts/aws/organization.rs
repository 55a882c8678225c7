//! The organisation above an account: its place in it, and the policies that bind it, level by level from the root down.

use serde_json::Value;

use crate::model::{
    cloud::{Caller, Membership, NamedPolicy, PolicyLayer, PolicyLevel},
    id::{AccountId, EvidenceId},
    observed::Observed,
};

use super::{
    account::Account,
    answer::{Answer, unexpected},
    fields::{items, tags, text},
};

/// An organisation is at most five OUs deep (AWS Organizations quotas); a longer chain is an answer that goes round.
const DEEPEST: usize = 8;

/// What an organisation's policies of one type leave to its accounts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PolicyType {
    ServiceControl,
    ResourceControl,
}

impl PolicyType {
    /// As the parameter `Filter` spells it.
    fn as_str(self) -> &'static str {
        match self {
            PolicyType::ServiceControl => "SERVICE_CONTROL_POLICY",
            PolicyType::ResourceControl => "RESOURCE_CONTROL_POLICY",
        }
    }
}

/// "DescribeOrganization", "DescribeAccount", "ListParents" and "ListTagsForResource". The answer that no organisation is in
/// use is the account's own; every other detail takes rights in the management account.
pub(super) fn membership(account: &Account<'_>, caller: &Observed<Caller>) -> Observed<Membership> {
    let described = account.ask_home("organizations", "DescribeOrganization", &[]);
    let organization = described.read_or_absent(&["AWSOrganizationsNotInUseException"], |pages| {
        let body = pages.first().and_then(|page| page.get("Organization")).ok_or_else(unexpected)?;
        let part = |name: &str| text(body, name).map(str::to_owned).ok_or_else(unexpected);
        Ok((part("Id")?, part("MasterAccountId")?))
    });
    caller.clone().and_then(|caller| {
        let id = caller.account.as_str();
        organization.map(|(organization, management)| Membership {
            organization,
            management_account: AccountId::new(management),
            name: account
                .ask_home("organizations", "DescribeAccount", &[("AccountId", id)])
                .one(|body| text(body.get("Account")?, "Name").map(str::to_owned)),
            units: units(account, id),
            tags: account
                .ask_home("organizations", "ListTagsForResource", &[("ResourceId", id)])
                .read(|pages| Ok(pages.iter().flat_map(|page| tags(page, "Tags")).collect())),
        })
    })
}

/// The ids of the accounts in use, where the identity may list them: the management account and delegated administrators.
pub(super) fn active_accounts(account: &Account<'_>) -> Observed<Vec<String>> {
    account.ask_home("organizations", "ListAccounts", &[]).read(|pages| Ok(active(pages)))
}

fn active(pages: &[Value]) -> Vec<String> {
    let all = pages.iter().flat_map(|page| items(page, "Accounts"));
    let in_use = all.filter(|one| !matches!(text(one, "Status"), Some("SUSPENDED" | "PENDING_CLOSURE")));
    in_use.filter_map(|one| text(one, "Id")).map(str::to_owned).collect()
}

/// The names of the OUs above an account, outermost first.
fn units(account: &Account<'_>, id: &str) -> Observed<Vec<String>> {
    ancestors(account, id).and_then(|chain| {
        let mut names = Observed::known(Vec::new(), Vec::new());
        for unit in chain.iter().rev().filter(|target| target.starts_with("ou-")) {
            let which = [("OrganizationalUnitId", unit.as_str())];
            let asked = account.ask_home("organizations", "DescribeOrganizationalUnit", &which);
            let name = asked.one(|body| text(body.get("OrganizationalUnit")?, "Name").map(str::to_owned));
            names = names.and_then(|names| name.map(|name| appended(names, name)));
        }
        names
    })
}

/// One layer of policies. It does not apply outside an organisation, to the management account ("SCPs don't affect users or
/// roles in the management account", "RCPs don't affect resources in the management account", AWS Organizations User
/// Guide), nor where the policy type is switched off. One unreadable level leaves the whole layer unread, naming the grant.
pub(super) fn layer(account: &Account<'_>, caller: &Observed<Caller>, of: PolicyType) -> Observed<PolicyLayer> {
    let described = account.ask_home("organizations", "DescribeOrganization", &[]);
    if described.code() == Some("AWSOrganizationsNotInUseException") {
        return Observed::known(PolicyLayer::NotApplicable, described.evidence);
    }
    let organization = described.one(|body| {
        let organization = body.get("Organization")?;
        let master = text(organization, "MasterAccountId")?.to_owned();
        Some((master, text(organization, "FeatureSet") == Some("CONSOLIDATED_BILLING")))
    });
    caller.clone().and_then(|caller| {
        organization.and_then(|(master, billing_only)| {
            if billing_only || master == caller.account.as_str() {
                return Observed::known(PolicyLayer::NotApplicable, Vec::new());
            }
            levels(account, caller.account.as_str(), of)
        })
    })
}

fn levels(account: &Account<'_>, id: &str, of: PolicyType) -> Observed<PolicyLayer> {
    ancestors(account, id).and_then(|chain| {
        let mut levels = Observed::known(Vec::new(), Vec::new());
        for target in chain.into_iter().rev() {
            levels = levels.and_then(|levels| level(account, &target, of).map(|level| appended(levels, level)));
        }
        // With a policy type enabled every target has at least one attached: FullAWSAccess, RCPFullAWSAccess.
        levels.map(|levels| match levels.iter().all(|level| level.policies.is_empty()) {
            true => PolicyLayer::NotApplicable,
            false => PolicyLayer::Levels(levels),
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

fn level(account: &Account<'_>, target: &str, of: PolicyType) -> Observed<PolicyLevel> {
    let filter = [("TargetId", target), ("Filter", of.as_str())];
    let asked = account.ask_home("organizations", "ListPoliciesForTarget", &filter);
    whole(&asked, "Policies").and_then(|ids| {
        let mut policies = Observed::known(Vec::new(), Vec::new());
        for id in ids {
            policies = policies.and_then(|policies| policy(account, &id).map(|policy| appended(policies, policy)));
        }
        policies.map(|policies| PolicyLevel { target: target.to_owned(), policies })
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
