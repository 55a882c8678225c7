//! The claims of an identity token as the condition keys that AWS makes of them.

use std::collections::BTreeMap;

use super::context::Context;

/// The claims of GitHub's tokens that are condition keys, in trust policies and RCPs; other claims are never present.
///
/// Source: IAM User Guide, `reference_policies_iam-condition-keys` (available keys for AWS OIDC federation).
pub const GITHUB_KEYS: [&str; 12] = [
    "actor",
    "actor_id",
    "aud",
    "enterprise_id",
    "environment",
    "job_workflow_ref",
    "ref",
    "repository",
    "repository_id",
    "repository_owner_id",
    "sub",
    "workflow",
];

/// What is known of one claim.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// Its value.
    Known(String),
    /// Not in the token.
    Absent,
    /// Nobody told.
    Unknown,
}

/// The claims of one token. A claim that is not listed is not in the token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claims {
    /// The issuer without its scheme, as it stands in the provider's ARN: `token.actions.githubusercontent.com/slug`.
    pub issuer: String,
    /// The claims by name.
    pub values: BTreeMap<String, Claim>,
}

impl Claims {
    /// A token of an issuer, without claims yet; a scheme and a final slash are dropped.
    #[must_use]
    pub fn new(issuer: &str) -> Self {
        let issuer = issuer.trim_start_matches("https://").trim_end_matches('/').to_owned();
        Self { issuer, values: BTreeMap::new() }
    }

    /// Adds a claim.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.values.insert(name.to_owned(), Claim::Known(value.into()));
        self
    }

    /// Says that a claim's value is unknown.
    #[must_use]
    pub fn with_unknown(mut self, name: &str) -> Self {
        self.values.insert(name.to_owned(), Claim::Unknown);
        self
    }

    /// The value of a claim, where it is known.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        match self.values.get(name) {
            Some(Claim::Known(value)) => Some(value),
            _ => None,
        }
    }

    /// The subject, where it is known.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.get("sub")
    }

    /// The provider's ARN in an account.
    #[must_use]
    pub fn provider_arn(&self, partition: &str, account: &str) -> String {
        format!("arn:{partition}:iam::{account}:oidc-provider/{}", self.issuer)
    }

    /// Whether the token comes from GitHub: github.com, an enterprise's own issuer, data residency, or a server.
    #[must_use]
    pub fn is_github(&self) -> bool {
        is_github_issuer(&self.issuer)
    }

    /// The request context: the claims under the issuer's prefix, nothing else of that prefix, everything else unknown.
    #[must_use]
    pub fn context(&self) -> Context {
        let mut context = Context::partial();
        let prefix = format!("{}:", self.issuer);
        context.close_prefix(&prefix);
        for (name, claim) in &self.values {
            if self.is_github() && !GITHUB_KEYS.contains(&name.as_str()) {
                continue;
            }
            let key = format!("{prefix}{name}");
            match claim {
                Claim::Known(value) => context.set(&key, value.clone()),
                Claim::Absent => context.set_absent(&key),
                Claim::Unknown => context.set_unknown(&key),
            }
        }
        context
    }
}

/// Whether an issuer (without scheme) is GitHub Actions: `token.actions.githubusercontent.com[/slug]`,
/// `token.actions.SUBDOMAIN.ghe.com`, or a GitHub Enterprise Server's `HOST/_services/token`.
///
/// Source: GitHub Docs, "OpenID Connect reference".
#[must_use]
pub fn is_github_issuer(issuer: &str) -> bool {
    let (host, path) = issuer.split_once('/').unwrap_or((issuer, ""));
    host == "token.actions.githubusercontent.com"
        || (host.starts_with("token.actions.") && host.ends_with(".ghe.com"))
        || path == "_services/token"
}
