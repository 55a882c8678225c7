//! Who asks, and whom a policy's `Principal` element names.
//!
//! Source: IAM User Guide, `reference_policies_elements_principal`, `reference_policies_elements_notprincipal`.

use super::arn::Arn;
use crate::model::truth::Truth;

/// The caller of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// As it was written.
    pub text: String,
    /// What it is.
    pub kind: CallerKind,
    /// Its account; `None` for services, anonymous callers and public identity providers.
    pub account: Option<String>,
}

/// The kinds of caller that AWS tells apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallerKind {
    /// The root user of an account.
    Root,
    /// An IAM user; the name without its path.
    User(String),
    /// A role, some session of it; the name without its path.
    Role(String),
    /// One session of a role.
    Session {
        /// The role's name.
        role: String,
        /// The session's name.
        session: String,
    },
    /// A session made with GetFederationToken.
    FederatedUser,
    /// Somebody who comes with a token of an identity provider (SAML, OIDC, Cognito, …).
    Federated,
    /// An AWS service.
    Service,
    /// Nobody in particular.
    Anonymous,
    /// Anything else: matched by its text alone.
    Other,
}

impl Caller {
    /// Reads a principal as ARNs, service names, account ids and `*` are written.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (kind, account) = classify(text);
        Self { text: text.to_owned(), kind, account }
    }

    /// The partition of its ARN.
    fn partition(&self) -> &str {
        Arn::parse(&self.text).map_or("", |arn| arn.partition)
    }

    /// A service-linked role or a session of one that says so; unknown where only the name tells.
    ///
    /// SCPs and RCPs do not restrict them. Source: Organizations User Guide, `orgs_manage_policies_scps`.
    #[must_use]
    pub fn service_linked(&self) -> Truth {
        match &self.kind {
            CallerKind::Role(_) => self.text.contains(":role/aws-service-role/").into(),
            // A session's ARN has lost the role's path, and the name alone proves nothing.
            CallerKind::Session { role, .. } if role.starts_with("AWSServiceRoleFor") => Truth::Unknown,
            _ => Truth::False,
        }
    }

    /// IAM principals: those whose identity policies, boundaries and SCPs count.
    #[must_use]
    pub fn is_iam(&self) -> bool {
        matches!(
            self.kind,
            CallerKind::Root
                | CallerKind::User(_)
                | CallerKind::Role(_)
                | CallerKind::Session { .. }
                | CallerKind::FederatedUser
        )
    }
}

fn classify(text: &str) -> (CallerKind, Option<String>) {
    if text == "*" || text.is_empty() || text.eq_ignore_ascii_case("anonymous") {
        return (CallerKind::Anonymous, None);
    }
    if is_account_id(text) {
        return (CallerKind::Root, Some(text.to_owned()));
    }
    let Some(arn) = Arn::parse(text) else {
        return (name_kind(text), None);
    };
    let account = Some(arn.account.to_owned());
    let (head, tail) = arn.resource.split_once('/').unwrap_or((arn.resource, ""));
    let kind = match (arn.service, head) {
        ("iam", "root") => CallerKind::Root,
        ("iam", "user") => CallerKind::User(last_segment(tail).to_owned()),
        ("iam", "role") => CallerKind::Role(last_segment(tail).to_owned()),
        ("iam", "oidc-provider" | "saml-provider") => CallerKind::Federated,
        ("sts", "assumed-role") => match tail.split_once('/') {
            Some((role, session)) => CallerKind::Session { role: role.to_owned(), session: session.to_owned() },
            None => CallerKind::Role(tail.to_owned()),
        },
        ("sts", "federated-user") => CallerKind::FederatedUser,
        _ => CallerKind::Other,
    };
    (kind, account)
}

/// Callers that come with a name and no ARN: the four identity providers AWS knows by name, services, issuers of tokens.
fn name_kind(text: &str) -> CallerKind {
    match text {
        "accounts.google.com" | "cognito-identity.amazonaws.com" | "graph.facebook.com" | "www.amazon.com" => {
            CallerKind::Federated
        }
        _ if text.contains(".amazonaws.com") || text.ends_with(".aws.internal") => CallerKind::Service,
        // The issuer of an OIDC provider, without the ARN that the provider has in an account.
        _ if text.contains('.') && !text.contains(char::is_whitespace) => CallerKind::Federated,
        _ => CallerKind::Other,
    }
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// One entry of a `Principal` or `NotPrincipal` element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// `*`, also as `{"AWS": "*"}`: everybody, anonymous callers included.
    Everybody,
    /// An account, as its id or its root ARN.
    Account(String),
    /// A user's ARN.
    User(String),
    /// A role's ARN.
    Role {
        /// As written.
        arn: String,
        /// Its account.
        account: String,
        /// Its name without the path.
        name: String,
    },
    /// The ARN of one session of a role.
    Session {
        /// As written.
        arn: String,
        /// Its account.
        account: String,
        /// The role's name.
        role: String,
    },
    /// The ARN of a federated user's session.
    FederatedUser(String),
    /// An AWS service.
    Service(String),
    /// An identity provider.
    Federated(String),
    /// A canonical user: an account, written so that nobody can read off which.
    ///
    /// Source: S3 User Guide, `s3-bucket-user-policy-specifying-principal-intro`.
    CanonicalUser(String),
    /// A user or role that no longer exists (its unique id stands there), or anything else.
    Text(String),
}

/// How a policy's principal element names the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Naming {
    /// It does not.
    No,
    /// Its account is named: a delegation to that account's administrators.
    Account,
    /// Its role is named.
    Role,
    /// The caller itself, or everybody.
    Direct,
}

impl Named {
    /// Reads one entry; `kind` is the key above it (`AWS`, `Service`, `Federated`, `CanonicalUser`).
    #[must_use]
    pub fn parse(kind: &str, text: &str) -> Self {
        match kind {
            "Service" => return Self::Service(text.to_owned()),
            "Federated" => return Self::Federated(text.to_owned()),
            "CanonicalUser" => return Self::CanonicalUser(text.to_owned()),
            "AWS" => {}
            _ => return Self::Text(text.to_owned()),
        }
        if text == "*" {
            return Self::Everybody;
        }
        let caller = Caller::parse(text);
        let account = caller.account.unwrap_or_default();
        match caller.kind {
            CallerKind::Root => Self::Account(account),
            CallerKind::User(_) => Self::User(caller.text),
            CallerKind::Role(name) => Self::Role { arn: caller.text, account, name },
            CallerKind::Session { role, .. } => Self::Session { arn: caller.text, account, role },
            CallerKind::FederatedUser => Self::FederatedUser(caller.text),
            _ => Self::Text(caller.text),
        }
    }

    /// Whether it stands for a principal that was deleted: AWS then shows the unique id.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        matches!(self, Self::Text(id) if id.len() >= 16 && (id.starts_with("AIDA") || id.starts_with("AROA")))
    }

    /// How this entry names the caller; the flag is set where that depends on a session name nobody told.
    #[must_use]
    pub fn names(&self, caller: &Caller) -> (Naming, bool) {
        let same = |account: &str| caller.account.as_deref() == Some(account);
        let near = |arn: &str, account: &str| {
            same(account) && Arn::parse(arn).is_some_and(|arn| arn.partition == caller.partition())
        };
        match self {
            Self::Everybody => (Naming::Direct, false),
            Self::Account(account) => {
                let naming = match caller.kind {
                    CallerKind::Root if same(account) => Naming::Direct,
                    _ if caller.is_iam() && same(account) => Naming::Account,
                    _ => Naming::No,
                };
                (naming, false)
            }
            // The name of a federated user's session does not tell which user made it.
            Self::User(arn) if caller.kind == CallerKind::FederatedUser => {
                let here = Arn::parse(arn).is_some_and(|arn| same(arn.account));
                if here { (Naming::Role, true) } else { (Naming::No, false) }
            }
            Self::Role { arn, account, name } => match &caller.kind {
                CallerKind::Role(_) => (direct(arn == &caller.text, Naming::Role), false),
                CallerKind::Session { role, .. } => (direct(role == name && near(arn, account), Naming::Role), false),
                _ => (Naming::No, false),
            },
            Self::Session { arn, account, role } => match &caller.kind {
                CallerKind::Role(name) if name == role && near(arn, account) => (Naming::Direct, true),
                _ => (direct(arn == &caller.text, Naming::Direct), false),
            },
            Self::Service(name) => {
                let one = *name == caller.text || name == "*";
                (direct(caller.kind == CallerKind::Service && one, Naming::Direct), false)
            }
            Self::CanonicalUser(id) if *id == caller.text => (Naming::Direct, false),
            Self::CanonicalUser(_) if caller.is_iam() => (Naming::Account, true),
            Self::CanonicalUser(_) => (Naming::No, false),
            Self::Federated(name) => {
                let issuer = name.split_once(":oidc-provider/").map(|(_, issuer)| issuer);
                let one = *name == caller.text || name == "*" || issuer == Some(&*caller.text);
                (direct(caller.kind == CallerKind::Federated && one, Naming::Direct), false)
            }
            Self::User(text) | Self::FederatedUser(text) | Self::Text(text) => {
                (direct(*text == caller.text, Naming::Direct), false)
            }
        }
    }
}

fn direct(holds: bool, naming: Naming) -> Naming {
    if holds { naming } else { Naming::No }
}

/// Whether a `NotPrincipal` list spares the caller: its account must stand there, and the user, or the role and the session.
///
/// Source: IAM User Guide, `reference_policies_elements_notprincipal`: AWS checks the account, then the role, then the
/// assumed-role user; a list without the account "might deny access to the entire account", depending on the service.
#[must_use]
pub fn spares(list: &[Named], caller: &Caller) -> Truth {
    if list.contains(&Named::Everybody) {
        return Truth::True;
    }
    let listed = |wanted: Naming| {
        Truth::any(list.iter().map(|named| match named.names(caller) {
            (naming, open) if naming == wanted => {
                if open {
                    Truth::Unknown
                } else {
                    Truth::True
                }
            }
            _ => Truth::False,
        }))
    };
    // "Might" is AWS's own word for what happens where the account is not listed.
    let account = listed(Naming::Account).or(Truth::Unknown);
    match caller.kind {
        CallerKind::User(_) | CallerKind::FederatedUser => account.and(listed(Naming::Direct)),
        CallerKind::Role(_) | CallerKind::Session { .. } => {
            account.and(listed(Naming::Role)).and(listed(Naming::Direct))
        }
        _ => listed(Naming::Direct),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_are_told_apart() {
        for (text, kind) in [
            ("arn:aws:iam::123456789012:root", CallerKind::Root),
            ("123456789012", CallerKind::Root),
            ("arn:aws:iam::123456789012:user/a/b", CallerKind::User("b".into())),
            ("arn:aws:iam::123456789012:role/p/r", CallerKind::Role("r".into())),
            ("arn:aws:iam::123456789012:oidc-provider/x", CallerKind::Federated),
            ("cognito-identity.amazonaws.com", CallerKind::Federated),
            ("ec2.amazonaws.com", CallerKind::Service),
            ("*", CallerKind::Anonymous),
        ] {
            assert_eq!(Caller::parse(text).kind, kind, "{text}");
        }
    }

    #[test]
    fn a_role_named_with_its_path_names_its_sessions() {
        let named = Named::parse("AWS", "arn:aws:iam::123456789012:role/path/deploy");
        let session = Caller::parse("arn:aws:sts::123456789012:assumed-role/deploy/s1");
        assert_eq!(named.names(&session), (Naming::Role, false));
        let other = Caller::parse("arn:aws:sts::999999999999:assumed-role/deploy/s1");
        assert_eq!(named.names(&other), (Naming::No, false));
    }

    #[test]
    fn a_deleted_principal_is_flagged_and_matches_nobody() {
        let named = Named::parse("AWS", "AROAEXAMPLEEXAMPLE12");
        assert!(named.is_deleted());
        let role = Caller::parse("arn:aws:iam::123456789012:role/deploy");
        assert_eq!(named.names(&role).0, Naming::No);
    }
}
