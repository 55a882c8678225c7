//! The permission table: which grant opens which GitHub endpoint, so that `Denied` always names what is missing.

use std::sync::LazyLock;

use serde::Deserialize;

use super::embedded;

/// One endpoint and the grant that it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    pub method: String,
    /// As GitHub's API description writes it: `/repos/{owner}/{repo}/keys`.
    pub template: String,
    pub grant: Grant,
    /// Fields that are left out of a good answer for want of a further grant.
    pub hidden: Vec<Hidden>,
    /// Editions whose API does not have this endpoint.
    pub missing_on: Vec<Edition>,
    needs: String,
}

/// A grant, for every kind of credential that GitHub knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub scope: Scope,
    /// Name and level for apps and fine-grained tokens; `None` where those cannot hold one.
    pub permission: Option<String>,
    pub level: Option<Level>,
    /// The scope of a classic token.
    pub classic: Option<String>,
}

/// Where a permission is granted, or which credential alone will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    Any,
    User,
    App,
    Installation,
    Repository,
    Organization,
    Enterprise,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Read,
    Write,
    Admin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edition {
    /// github.com on the plans Free and Team.
    GithubCom,
    EnterpriseCloud,
    EnterpriseServer,
}

/// A field that an answer omits without this grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    pub field: String,
    pub needs: String,
}

impl Permission {
    /// The grant in words, `repository administration: read`: what `Needs.grant` of the model holds.
    pub fn needs(&self) -> &str {
        &self.needs
    }

    /// The grant for one field of the answer, where it asks for more than the endpoint.
    pub fn field(&self, field: &str) -> &str {
        self.hidden.iter().find(|hidden| hidden.field == field).map_or(&self.needs, |hidden| &hidden.needs)
    }
}

impl Grant {
    fn words(&self) -> String {
        let scope = match self.scope {
            Scope::Any => return "any credential".to_owned(),
            Scope::User => return "a user's token".to_owned(),
            Scope::App => return "an app's own key (JSON Web Token)".to_owned(),
            Scope::Installation => return "an app installation's token".to_owned(),
            Scope::Repository => "repository",
            Scope::Organization => "organization",
            Scope::Enterprise => "enterprise",
        };
        match (&self.permission, self.level, &self.classic) {
            (Some(permission), Some(level), _) => {
                format!("{scope} {}: {}", permission_words(permission), level.as_str())
            }
            (_, _, Some(classic)) => format!("{scope}: classic token with `{classic}`"),
            _ => format!("{scope} owner"),
        }
    }
}

/// `organization_self_hosted_runners` reads better without the scope said twice.
fn permission_words(name: &str) -> String {
    name.strip_prefix("organization_").or(name.strip_prefix("repository_")).unwrap_or(name).replace('_', " ")
}

impl Level {
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Read => "read",
            Level::Write => "write",
            Level::Admin => "admin",
        }
    }
}

/// The grant for a GET of this path. Query, prefix of an Enterprise Server and the numeric forms that page links use
/// (`/repositories/7/…`, `/organizations/7/…`) are understood. `None`: an endpoint that Ambit does not call.
pub fn github(path: &str) -> Option<&'static Permission> {
    lookup("GET", path)
}

/// What to write into `Denied{needs}` for a request; an endpoint without a row says so.
pub fn needs_for(method: &str, path: &str) -> &'static str {
    lookup(method, path).map_or("a permission that our table does not name", Permission::needs)
}

/// Every endpoint in the table.
pub fn all() -> &'static [Permission] {
    &TABLE
}

fn lookup(method: &str, path: &str) -> Option<&'static Permission> {
    let path = named(path);
    let wanted: Vec<&str> = path.split('/').skip(1).collect();
    TABLE
        .iter()
        .filter(|row| row.method == method && fits(&row.template, &wanted))
        .max_by_key(|row| row.template.split('/').filter(|part| !part.starts_with('{')).count())
}

/// The path without query, Enterprise Server prefix, trailing slash and numeric owner.
fn named(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = path.strip_prefix("/api/v3").or(path.strip_prefix("/api")).unwrap_or(path).trim_end_matches('/');
    for (numeric, names) in [("/repositories/", "/repos/_/"), ("/organizations/", "/orgs/")] {
        if let Some(rest) = path.strip_prefix(numeric) {
            return format!("{names}{rest}");
        }
    }
    path.to_owned()
}

/// Segment by segment; `{path}` of the contents endpoint takes the rest, or nothing for the root.
fn fits(template: &str, wanted: &[&str]) -> bool {
    let mut parts = wanted.iter();
    for part in template.split('/').skip(1) {
        if part == "{path}" {
            return true;
        }
        match parts.next() {
            Some(given) if part.starts_with('{') || part == *given => {}
            _ => return false,
        }
    }
    parts.next().is_none()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "as_of")]
    _as_of: String,
    groups: Vec<Group>,
    hidden: Vec<HiddenRow>,
    missing: Vec<MissingRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    scope: Scope,
    permission: Option<String>,
    level: Option<Level>,
    classic: Option<String>,
    endpoints: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HiddenRow {
    endpoint: String,
    field: String,
    scope: Scope,
    permission: String,
    level: Level,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MissingRow {
    edition: Edition,
    endpoints: Vec<String>,
}

/// Empty only if the embedded file is broken, which a test and the linter both catch.
static TABLE: LazyLock<Vec<Permission>> =
    LazyLock::new(|| parse(embedded::text(FILE).unwrap_or_default()).unwrap_or_default());

const FILE: &str = "permissions/github.yaml";

fn parse(text: &str) -> Result<Vec<Permission>, yaml_serde::Error> {
    let file: File = yaml_serde::from_str(text)?;
    let mut rows = Vec::new();
    for group in &file.groups {
        let grant = Grant {
            scope: group.scope,
            permission: group.permission.clone(),
            level: group.level,
            classic: group.classic.clone(),
        };
        rows.extend(group.endpoints.iter().map(|endpoint| row(endpoint, &grant, &file)));
    }
    Ok(rows)
}

impl HiddenRow {
    fn lowered(&self) -> Hidden {
        let grant = Grant {
            scope: self.scope,
            permission: Some(self.permission.clone()),
            level: Some(self.level),
            classic: None,
        };
        Hidden { field: self.field.clone(), needs: grant.words() }
    }
}

fn row(endpoint: &str, grant: &Grant, file: &File) -> Permission {
    let (method, template) = endpoint.split_once(' ').unwrap_or(("GET", endpoint));
    let hidden = file.hidden.iter().filter(|hidden| hidden.endpoint == endpoint);
    let missing = file.missing.iter().filter(|row| row.endpoints.iter().any(|missing| missing == endpoint));
    Permission {
        method: method.to_owned(),
        template: template.to_owned(),
        needs: grant.words(),
        grant: grant.clone(),
        hidden: hidden.map(HiddenRow::lowered).collect(),
        missing_on: missing.map(|row| row.edition).collect(),
    }
}

/// What is wrong with the embedded table, in words; empty when it is sound.
pub(super) fn problems() -> Vec<String> {
    let text = embedded::text(FILE).unwrap_or_default();
    let file: File = match yaml_serde::from_str(text) {
        Ok(file) => file,
        Err(error) => return vec![error.to_string()],
    };
    let named: Vec<&String> = file.groups.iter().flat_map(|group| &group.endpoints).collect();
    let mut problems = Vec::new();
    for (index, endpoint) in named.iter().enumerate() {
        if named.iter().skip(index + 1).any(|other| other == endpoint) {
            problems.push(format!("`{endpoint}` stands twice"));
        }
    }
    let hidden = file.hidden.iter().map(|row| &row.endpoint);
    for endpoint in file.missing.iter().flat_map(|row| &row.endpoints).chain(hidden) {
        if !named.contains(&endpoint) {
            problems.push(format!("`{endpoint}` has no group"));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_is_sound_and_covers_the_endpoints_that_collectors_call() {
        assert_eq!(problems(), Vec::<String>::new());
        assert!(all().len() > 130, "{}", all().len());
        assert!(all().iter().all(|row| row.method == "GET" || row.method == "POST"));
    }

    #[test]
    fn a_path_finds_its_most_literal_row() {
        for (path, needs) in [
            ("/repos/acme/shop/rulesets/7", "repository metadata: read"),
            ("/repos/acme/shop/rulesets/rule-suites", "repository administration: read"),
            ("/repos/acme/shop/branches/release%2F1.0/protection", "repository administration: read"),
            ("/repos/acme/shop/contents/.github/workflows?ref=main", "repository contents: read"),
            ("/repos/acme/shop/contents", "repository contents: read"),
            ("/repositories/7/environments?page=2", "repository actions: read"),
            ("/organizations/1/members?page=2", "organization members: read"),
            ("/api/v3/orgs/acme/rulesets", "organization administration: write"),
            ("/orgs/acme/actions/runners", "organization self hosted runners: read"),
            ("/enterprises/acme/audit-log", "enterprise: classic token with `read:audit_log`"),
            ("/user", "a user's token"),
        ] {
            assert_eq!(github(path).map(Permission::needs), Some(needs), "{path}");
        }
        assert_eq!(github("/repos/acme/shop/keys/7/more"), None);
        assert_eq!(github("/nobody/knows"), None);
        assert_eq!(needs_for("GET", "/nobody/knows"), "a permission that our table does not name");
        assert_eq!(needs_for("POST", "/api/graphql"), "any credential");
    }

    #[test]
    fn an_omitted_field_names_its_own_grant() {
        let ruleset = github("/repos/acme/shop/rulesets/7").unwrap();
        assert_eq!(ruleset.field("bypass_actors"), "repository administration: write");
        assert_eq!(ruleset.field("rules"), "repository metadata: read");
        let audit = github("/orgs/acme/audit-log").unwrap();
        assert_eq!(audit.missing_on, vec![Edition::GithubCom]);
    }
}
