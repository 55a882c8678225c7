//! The addresses of GitHub's REST endpoints, once, for the collector that asks and the lowering that reads.

use crate::model::id::{BranchName, EnvironmentName, RepoName};

/// One path segment, percent-encoded: a slash in a branch or environment name must not open another segment
/// (GitHub docs, "Get an environment": "the name must be URL encoded").
pub fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// What [`segment`] encoded, read back. What is no UTF-8 stays encoded.
pub fn plain(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.split_at_checked(2).and_then(|(code, rest)| Some((u8::from_str_radix(code, 16).ok()?, rest))) {
            Some((byte, rest)) => {
                bytes.push(byte);
                bytes.extend(rest.bytes());
            }
            None => {
                bytes.push(b'%');
                bytes.extend(part.bytes());
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| encoded.to_owned())
}

/// A file's path: its slashes stay.
fn file(path: &str) -> String {
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

pub const USER: &str = "/user";

/// The media type that gives a file's bytes as they are.
pub const RAW: &str = "application/vnd.github.raw+json";

pub fn user(login: &str) -> String {
    format!("/users/{}", segment(login))
}

/// Public repositories of an account.
pub fn user_repos(login: &str) -> String {
    format!("{}/repos?type=owner", user(login))
}

/// Every repository that the caller owns, private ones too.
pub const OWN_REPOS: &str = "/user/repos?affiliation=owner";

/// A path below the organisation: `org("acme", "/teams")`.
pub fn org(login: &str, rest: &str) -> String {
    format!("/orgs/{}{rest}", segment(login))
}

pub fn team(login: &str, slug: &str, rest: &str) -> String {
    org(login, &format!("/teams/{}{rest}", segment(slug)))
}

pub fn org_ruleset(login: &str, id: u64) -> String {
    org(login, &format!("/rulesets/{id}"))
}

pub fn org_secret_repos(login: &str, secret: &str) -> String {
    org(login, &format!("/actions/secrets/{}/repositories", segment(secret)))
}

/// A path below the repository: `repo(&name, "/keys")`.
pub fn repo(name: &RepoName, rest: &str) -> String {
    format!("/repos/{}/{}{rest}", segment(name.owner()), segment(name.name()))
}

pub fn protection(name: &RepoName, branch: &BranchName) -> String {
    repo(name, &format!("/branches/{}/protection", segment(branch.as_str())))
}

/// Rules in force on a branch, which need not exist.
pub fn branch_rules(name: &RepoName, branch: &BranchName) -> String {
    repo(name, &format!("{BRANCH_RULES}{}", segment(branch.as_str())))
}

/// What stands between a repository and the branch in [`branch_rules`].
pub const BRANCH_RULES: &str = "/rules/branches/";

/// The organisation's audit log, newest first.
pub fn audit_log(login: &str) -> String {
    org(login, "/audit-log")
}

/// Streams of an enterprise's audit log.
pub fn audit_streams(enterprise: &str) -> String {
    format!("/enterprises/{}/audit-log/streams", segment(enterprise))
}

/// Changes of a repository's refs, newest first: of the last month, or without an end where the run has a period.
pub fn activity(name: &RepoName, since: Option<&str>) -> String {
    repo(name, if since.is_some() { "/activity" } else { "/activity?time_period=month" })
}

/// Pushes of the last month that broke a rule and went through; GitHub keeps no older ones.
pub fn bypasses(name: &RepoName) -> String {
    repo(name, "/rulesets/rule-suites?rule_suite_result=bypass&time_period=month")
}

/// The same for all repositories of the organisation.
pub fn org_bypasses(login: &str) -> String {
    org(login, "/rulesets/rule-suites?rule_suite_result=bypass&time_period=month")
}

pub fn rule_suite(name: &RepoName, id: u64) -> String {
    repo(name, &format!("/rulesets/rule-suites/{id}"))
}

/// Runs of workflows, newest first; those of the period where the run has one.
pub fn runs(name: &RepoName, since: Option<&str>) -> String {
    let created = since.map(|since| format!("?created=%3E%3D{}", segment(since))).unwrap_or_default();
    repo(name, &format!("/actions/runs{created}"))
}

pub fn run_approvals(name: &RepoName, run: u64) -> String {
    repo(name, &format!("/actions/runs/{run}/approvals"))
}

/// Below a ruleset's own path: its versions, and one of them.
pub fn history(ruleset: &str, version: Option<u64>) -> String {
    version.map_or_else(|| format!("{ruleset}/history"), |version| format!("{ruleset}/history/{version}"))
}

/// Of the repository and the layers above it; the parents are in by default.
pub fn rulesets(name: &RepoName) -> String {
    repo(name, "/rulesets?includes_parents=true")
}

pub fn ruleset(name: &RepoName, id: u64) -> String {
    repo(name, &format!("/rulesets/{id}"))
}

pub fn environment(name: &RepoName, environment: &EnvironmentName, rest: &str) -> String {
    repo(name, &format!("/environments/{}{rest}", segment(environment.as_str())))
}

/// One folder of the tree at a branch or at a tree's own digest.
pub fn tree(name: &RepoName, at: &str) -> String {
    repo(name, &format!("/git/trees/{}", segment(at)))
}

/// A folder with everything below it.
pub fn whole_tree(name: &RepoName, at: &str) -> String {
    format!("{}?recursive=1", tree(name, at))
}

pub fn contents(name: &RepoName, path: &str) -> String {
    repo(name, &format!("/contents/{}", file(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_one_segment_and_file_paths_do_not() {
        let shop = RepoName::from("acme/shop");
        assert_eq!(
            protection(&shop, &BranchName::from("release/1.0 ü")),
            "/repos/acme/shop/branches/release%2F1.0%20%C3%BC/protection"
        );
        assert_eq!(plain("release%2F1.0%20%C3%BC"), "release/1.0 ü");
        assert_eq!(plain("100%"), "100%");
        assert_eq!(
            contents(&shop, ".github/workflows/a b.yml"),
            "/repos/acme/shop/contents/.github/workflows/a%20b.yml"
        );
    }
}
