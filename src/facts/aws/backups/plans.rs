//! Plans of AWS Backup: what is backed up when, and kept how long where.

use serde_json::Value;

use super::super::{
    account::Account,
    answer::unexpected,
    fields::{items, number, text, truth},
};
use crate::model::{
    id::{Arn, EvidenceId, Region},
    observed::Observed,
    recovery::{BackupPlan, BackupRule, Selection},
};

/// "GetBackupPlan", "ListBackupSelections" and "GetBackupSelection" of one plan.
pub(super) fn plan(
    account: &Account<'_>,
    body: &Value,
    region: &Region,
    evidence: &[EvidenceId],
) -> Result<BackupPlan, String> {
    let id = text(body, "BackupPlanId").ok_or_else(unexpected)?;
    let which = [("BackupPlanId", id)];
    let asked = account.ask("backup", region.as_str(), "GetBackupPlan", &which);
    Ok(BackupPlan {
        arn: Arn::new(text(body, "BackupPlanArn").ok_or_else(unexpected)?),
        name: text(body, "BackupPlanName").unwrap_or(id).to_owned(),
        region: region.clone(),
        rules: asked.read(|pages| {
            let plan = pages.first().and_then(|page| page.get("BackupPlan")).ok_or_else(unexpected)?;
            items(plan, "Rules").into_iter().map(rule).collect()
        }),
        selections: selections(account, region, id),
        evidence: evidence.to_vec(),
    })
}

fn rule(body: &Value) -> Result<BackupRule, String> {
    let kept = |lifecycle: Option<&Value>| lifecycle.and_then(|lifecycle| number(lifecycle, "DeleteAfterDays"));
    let copies = items(body, "CopyActions").into_iter();
    Ok(BackupRule {
        name: text(body, "RuleName").unwrap_or_default().to_owned(),
        vault: text(body, "TargetBackupVaultName").ok_or_else(unexpected)?.to_owned(),
        schedule: text(body, "ScheduleExpression").map(str::to_owned),
        continuous: truth(body, "EnableContinuousBackup").unwrap_or(false),
        delete_after_days: kept(body.get("Lifecycle")),
        copies_to: copies.filter_map(|copy| text(copy, "DestinationBackupVaultArn")).map(Arn::new).collect(),
    })
}

fn selections(account: &Account<'_>, region: &Region, plan: &str) -> Observed<Vec<Selection>> {
    let listed = account.ask("backup", region.as_str(), "ListBackupSelections", &[("BackupPlanId", plan)]);
    let ids = listed.read(|pages| {
        let all = pages.iter().flat_map(|page| items(page, "BackupSelectionsList"));
        all.map(|one| text(one, "SelectionId").map(str::to_owned).ok_or_else(unexpected)).collect::<Result<Vec<_>, _>>()
    });
    ids.and_then(|ids| {
        let parts = ids.iter().map(|id| {
            let which = [("BackupPlanId", plan), ("SelectionId", id)];
            let asked = account.ask("backup", region.as_str(), "GetBackupSelection", &which);
            asked.one(|body| selection(body.get("BackupSelection")?).map(|selection| vec![selection]))
        });
        super::join::lists(parts.collect())
    })
}

/// Source: AWS Backup API Reference, "BackupSelection": `ListOfTags` is joined by OR, `Conditions` by AND.
fn selection(body: &Value) -> Option<Selection> {
    let arns = |list: &str| items(body, list).into_iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let equal = |tag: &&Value| text(tag, "ConditionType") == Some("STRINGEQUALS");
    let tags = items(body, "ListOfTags").into_iter().filter(equal);
    let conditions = body.get("Conditions").and_then(Value::as_object);
    Some(Selection {
        name: text(body, "SelectionName")?.to_owned(),
        resources: arns("Resources"),
        except: arns("NotResources"),
        tags: tags
            .filter_map(|tag| Some((text(tag, "ConditionKey")?.to_owned(), text(tag, "ConditionValue")?.to_owned())))
            .collect(),
        conditional: conditions.is_some_and(|kinds| {
            kinds.values().any(|conditions| conditions.as_array().is_some_and(|list| !list.is_empty()))
        }),
    })
}
