//! Who asks GitHub.

use jiff::Timestamp;
use octocrab::{auth::AppAuth, models::AppId};
use serde_json::{Map, Value};

use crate::{base::secret::Secret, collect::wire::Error, evidence::Caller};

/// What proves to GitHub who asks.
#[derive(Debug, Clone)]
pub enum Credential {
    /// Public data only.
    None,
    /// A personal access token of either kind, or a token from GitHub Actions.
    Token(Secret),
    /// An installation of a GitHub App; tokens are minted as needed, for reading only.
    App { app: u64, installation: u64, key_pem: Secret },
}

impl Credential {
    /// Who this is, on record. `scope` binds the fingerprint, so that it means nothing elsewhere.
    pub fn caller(&self, scope: &str) -> Caller {
        match self {
            Credential::None => Caller { name: "GitHub, nobody".to_owned(), credential: String::new() },
            Credential::Token(token) => {
                Caller { name: format!("GitHub {}", kind(token)), credential: token.fingerprint(scope) }
            }
            Credential::App { app, installation, .. } => Caller {
                name: format!("GitHub App {app}, installation {installation}"),
                credential: format!("app-{app}-{installation}"),
            },
        }
    }
}

/// The kind that a token's prefix shows.
/// <https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats>
fn kind(token: &Secret) -> &'static str {
    const KINDS: [(&str, &str); 5] = [
        ("github_pat_", "fine-grained personal access token"),
        ("ghp_", "classic personal access token"),
        ("gho_", "OAuth token"),
        ("ghu_", "user token of an app"),
        ("ghs_", "installation token"),
    ];
    KINDS.iter().find(|(prefix, _)| token.expose().starts_with(prefix)).map_or("token", |(_, kind)| kind)
}

/// Proves to be the app itself, for minutes.
pub(super) fn app_auth(app: u64, key_pem: &Secret) -> Result<AppAuth, Error> {
    let key = octocrab::jsonwebtoken::EncodingKey::from_rsa_pem(key_pem.expose().as_bytes());
    let why = "the app's private key is not an RSA key in PEM".to_owned();
    Ok(AppAuth { app_id: AppId(app), key: key.map_err(|_| Error::Setup { why })? })
}

/// A minted token, and when it was minted.
#[derive(Debug, Clone)]
pub(super) struct Minted {
    pub token: Secret,
    pub at: Timestamp,
}

impl Minted {
    /// GitHub's installation tokens live an hour.
    pub fn fresh(&self, now: Timestamp) -> bool {
        now.duration_since(self.at).as_secs() < 50 * 60
    }
}

/// What to ask for: everything that the installation was granted, for reading. Two permissions have no read level.
pub(super) fn read_only(granted: &Value) -> Value {
    let granted = granted.as_object().into_iter().flatten();
    let names = granted.map(|(name, _)| name).filter(|name| !matches!(name.as_str(), "workflows" | "profile"));
    Value::Object(names.map(|name| (name.clone(), Value::from("read"))).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_caller_shows_the_kind_and_no_token() {
        let caller = Credential::Token(Secret::new("github_pat_hush")).caller("github");
        assert_eq!(caller.name, "GitHub fine-grained personal access token");
        assert!(!caller.credential.contains("hush") && !caller.credential.is_empty());
    }

    #[test]
    fn a_minted_token_may_only_read() {
        let granted = json!({"contents": "write", "administration": "read", "organization_administration": "admin", "workflows": "write"});
        let asked = json!({"contents": "read", "administration": "read", "organization_administration": "read"});
        assert_eq!(read_only(&granted), asked);
    }
}
