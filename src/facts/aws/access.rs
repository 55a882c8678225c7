//! Passwords and keys of users, what each was last used for, and what principals that are entered from outside used.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::model::{
    access::{Access, AccessKey, Credential, KeyUse, ServiceUse, Uses},
    iam::AuthorizationDetails,
    id::Arn,
    observed::Observed,
};

use super::{
    account::Account,
    answer::unexpected,
    center,
    fields::{items, moment, text},
    join,
    store::optional,
};

pub(super) fn access(account: &Account<'_>, principals: &Observed<AuthorizationDetails>) -> Access {
    Access {
        center: center::center(account),
        credentials: credentials(account),
        access_keys: principals.as_ref().and_then(|details| {
            join::lists(details.users.iter().map(|user| access_keys(account, &user.user_name)).collect())
        }),
        uses: principals.as_ref().map(|details| {
            let entered = entered(details).into_iter();
            entered.map(|arn| Uses { services: services(account, &arn), principal: Arn::new(arn) }).collect()
        }),
    }
}

/// Principals that somebody enters from outside the account: roles that trust an identity provider or another account's
/// principal, and users. What agents do they do through one of these.
pub fn entered(details: &AuthorizationDetails) -> Vec<String> {
    let outside = |trust: &str| ["\"Federated\"", "\"AWS\""].iter().any(|kind| trust.contains(kind));
    let roles = details.roles.iter().filter(|role| outside(role.assume_role_policy_document.text()));
    let users = details.users.iter().map(|user| user.arn.clone());
    roles.map(|role| role.arn.clone()).chain(users).collect()
}

/// IAM "GetCredentialReport": CSV in base64, columns by name.
fn credentials(account: &Account<'_>) -> Observed<Vec<Credential>> {
    account.ask_home("iam", "GetCredentialReport", &[]).read(|pages| {
        let content = pages.first().and_then(|page| text(page, "Content")).ok_or_else(unexpected)?;
        let packed: String = content.chars().filter(|c| !c.is_whitespace()).collect();
        let bytes = STANDARD.decode(packed).map_err(|_| unexpected())?;
        rows(std::str::from_utf8(&bytes).map_err(|_| unexpected())?)
    })
}

/// No field holds a comma or a quote: user names may not (IAM User Guide, "IAM and AWS STS quotas").
fn rows(csv: &str) -> Result<Vec<Credential>, String> {
    let mut lines = csv.lines();
    let names: Vec<&str> = lines.next().ok_or_else(unexpected)?.split(',').collect();
    let row = |line: &str| {
        let fields: BTreeMap<&str, &str> = names.iter().copied().zip(line.split(',')).collect();
        credential(&fields).ok_or_else(unexpected)
    };
    lines.filter(|line| !line.is_empty()).map(row).collect()
}

/// Source: IAM User Guide, "Generate credential reports for your AWS account" (format).
fn credential(fields: &BTreeMap<&str, &str>) -> Option<Credential> {
    let time = |name: &str| {
        let value = *fields.get(name)?;
        (!matches!(value, "N/A" | "no_information" | "not_supported")).then(|| value.to_owned())
    };
    let on = |name: &str| fields.get(name).is_some_and(|value| *value == "true");
    let keys =
        [("access_key_1_active", "access_key_1_last_rotated"), ("access_key_2_active", "access_key_2_last_rotated")];
    Some(Credential {
        user: (*fields.get("user")?).to_owned(),
        arn: Arn::new(*fields.get("arn")?),
        password: match *fields.get("password_enabled")? {
            "not_supported" => None,
            enabled => Some(enabled == "true"),
        },
        password_last_used: time("password_last_used"),
        mfa: on("mfa_active"),
        active_keys: keys.into_iter().filter(|(active, _)| on(active)).map(|(_, rotated)| time(rotated)).collect(),
    })
}

fn access_keys(account: &Account<'_>, user: &str) -> Observed<Vec<AccessKey>> {
    account.ask_home("iam", "ListAccessKeys", &[("UserName", user)]).read(|pages| {
        let all = pages.iter().flat_map(|page| items(page, "AccessKeyMetadata"));
        let key = |body: &Value| {
            let id = text(body, "AccessKeyId")?;
            Some(AccessKey {
                id: id.to_owned(),
                user: user.to_owned(),
                active: text(body, "Status")? == "Active",
                created: moment(body, "CreateDate"),
                last_used: last_used(account, id),
            })
        };
        all.map(|body| key(body).ok_or_else(unexpected)).collect()
    })
}

/// A key that was never used has no date ("AccessKeyLastUsed", IAM API Reference).
fn last_used(account: &Account<'_>, id: &str) -> Observed<KeyUse> {
    let asked = account.ask_home("iam", "GetAccessKeyLastUsed", &[("AccessKeyId", id)]);
    let told = asked.one(|body| {
        let last = body.get("AccessKeyLastUsed")?;
        Some(moment(last, "LastUsedDate").map(|at| KeyUse {
            at,
            service: text(last, "ServiceName").unwrap_or_default().to_owned(),
            region: text(last, "Region").unwrap_or_default().to_owned(),
        }))
    });
    told.and_then(|used| optional(used, &[]))
}

/// Access Advisor: the job that "GenerateServiceLastAccessedDetails" started, and what it found.
fn services(account: &Account<'_>, principal: &str) -> Observed<Vec<ServiceUse>> {
    let started = account.ask_home("iam", "GenerateServiceLastAccessedDetails", &[("Arn", principal)]);
    let job = started.one(|body| text(body, "JobId").map(str::to_owned));
    job.and_then(|job| {
        let asked = account.ask_home("iam", "GetServiceLastAccessedDetails", &[("JobId", &job)]);
        asked.read(|pages| {
            if pages.last().and_then(|page| text(page, "JobStatus")) != Some("COMPLETED") {
                return Err("the report was not ready".to_owned());
            }
            let all = pages.iter().flat_map(|page| items(page, "ServicesLastAccessed"));
            all.map(|body| service(body).ok_or_else(unexpected)).collect()
        })
    })
}

fn service(body: &Value) -> Option<ServiceUse> {
    let action = |body: &Value| Some((text(body, "ActionName")?.to_owned(), moment(body, "LastAccessedTime")?));
    Some(ServiceUse {
        namespace: text(body, "ServiceNamespace")?.to_owned(),
        last: moment(body, "LastAuthenticated"),
        actions: items(body, "TrackedActionsLastAccessed").into_iter().filter_map(action).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The columns that the user guide names.
    #[test]
    fn the_credential_report_is_read_by_its_column_names() {
        let csv = "user,arn,user_creation_time,password_enabled,password_last_used,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_2_active,access_key_2_last_rotated\n\
            <root_account>,arn:aws:iam::123456789012:root,2020-01-01T00:00:00+00:00,not_supported,2026-10-01T08:00:00+00:00,false,true,2020-02-01T00:00:00+00:00,false,N/A\n\
            ann,arn:aws:iam::123456789012:user/ann,2024-01-01T00:00:00+00:00,true,no_information,true,false,N/A,false,N/A\n";
        let rows = rows(csv).unwrap();
        assert_eq!((rows[0].password, rows[0].mfa), (None, false));
        assert_eq!(rows[0].active_keys, [Some("2020-02-01T00:00:00+00:00".to_owned())]);
        assert_eq!((rows[1].password, rows[1].password_last_used.as_deref(), rows[1].mfa), (Some(true), None, true));
        assert!(rows[1].active_keys.is_empty());
        assert!(super::rows("user\nann\n").is_err(), "columns are missing");
    }
}
