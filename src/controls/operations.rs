//! The list of AWS operations that may be sent, as data: `controls/aws/operations.yaml`, built in. No overlay can
//! widen it.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

const TABLE: &str = include_str!("../../controls/aws/operations.yaml");

/// A service and the read operations of it that may be called.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The SigV4 signing name.
    pub service: String,
    /// The prefix of its IAM actions.
    pub prefix: String,
    pub protocol: Protocol,
    #[serde(default)]
    pub version: String,
    #[serde(default)]
    pub target: String,
    /// With `{region}` and `{suffix}` to fill in.
    pub host: String,
    /// The one Region that signs, where the service has no Regions.
    #[serde(default)]
    pub region: Option<String>,
    pub operations: Vec<Operation>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    Query,
    Json,
    RestJson,
    RestXml,
}

/// One read operation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    pub name: String,
    /// What IAM calls the permission, where that is not the operation's own name.
    #[serde(default)]
    actions: Option<Vec<String>>,
    #[serde(default)]
    next: Option<Token>,
    /// Sent with each call, unless the caller says otherwise.
    #[serde(default)]
    pub page: BTreeMap<String, serde_json::Value>,
    /// REST: `/path/{Parameter}?fixed`.
    #[serde(default)]
    pub path: String,
    /// Where it is not the service's: `{X}` is a parameter.
    #[serde(default)]
    pub host: Option<String>,
    /// A header's name to the parameter that it carries.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(default)]
    pub per_second: Option<u32>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Token {
    Same(String),
    Differ { send: String, read: String },
}

#[derive(Deserialize)]
struct Table {
    services: Vec<Service>,
}

static SERVICES: LazyLock<Result<Vec<Service>, String>> =
    LazyLock::new(|| yaml_serde::from_str::<Table>(TABLE).map(|table| table.services).map_err(|e| e.to_string()));

/// All services; empty when the built-in table does not parse, so that everything is refused (a test keeps it parsing).
pub fn services() -> &'static [Service] {
    SERVICES.as_deref().unwrap_or(&[])
}

/// The entry of an operation, by the service's signing name.
pub fn find(service: &str, operation: &str) -> Option<(&'static Service, &'static Operation)> {
    let service = services().iter().find(|s| s.service == service)?;
    Some((service, service.operations.iter().find(|o| o.name == operation)?))
}

impl Service {
    /// The Region that signs a call asked for in `region`: its own, where the service has no Regions. Records name it.
    pub fn signing_region<'a>(&'a self, region: &'a str) -> &'a str {
        self.region.as_deref().unwrap_or(region)
    }

    /// The host that answers an operation in `region`, in AWS's commercial partition.
    pub fn host_of(&self, operation: &Operation, region: &str) -> String {
        let template = operation.host.as_ref().unwrap_or(&self.host);
        template.replace("{region}", region).replace("{suffix}", "amazonaws.com")
    }
}

impl Operation {
    /// The IAM actions that it needs: what a policy for Ambit has to allow.
    pub fn actions(&self, service: &Service) -> Vec<String> {
        self.actions.clone().unwrap_or_else(|| vec![format!("{}:{}", service.prefix, self.name)])
    }

    /// The parameter that takes the continuation token.
    pub fn token_sent(&self) -> Option<&str> {
        self.next.as_ref().map(|token| match token {
            Token::Same(name) | Token::Differ { send: name, .. } => name.as_str(),
        })
    }

    /// The member of the answer that holds the continuation token.
    pub fn token_read(&self) -> Option<&str> {
        self.next.as_ref().map(|token| match token {
            Token::Same(name) | Token::Differ { read: name, .. } => name.as_str(),
        })
    }

    /// REST: the path template and the query's fixed part.
    pub fn route(&self) -> (&str, &str) {
        self.path.split_once('?').unwrap_or((&self.path, ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads_and_every_row_is_callable() {
        assert_eq!(SERVICES.as_ref().err(), None);
        for service in services() {
            for operation in &service.operations {
                let what = format!("{} {}", service.service, operation.name);
                let rest = matches!(service.protocol, Protocol::RestJson | Protocol::RestXml);
                assert_eq!(rest, operation.path.starts_with('/'), "{what} needs a path if and only if it is REST");
                assert_eq!(service.protocol == Protocol::Json, !service.target.is_empty(), "{what}");
                assert_eq!(rest, service.version.is_empty(), "{what}");
            }
        }
    }

    /// Verbs do not admit an operation, but a verb that writes must never stand in the table by mistake.
    #[test]
    fn no_row_writes_and_none_reads_secrets_or_data() {
        const READS: [&str; 5] = ["Get", "List", "Describe", "Lookup", "Simulate"];
        const REPORTS: [&str; 2] = ["GenerateCredentialReport", "GenerateServiceLastAccessedDetails"];
        const SECRETS: [&str; 9] = [
            "GetSecretValue",
            "GetSessionToken",
            "GetFederationToken",
            "GetRoleCredentials",
            "GetParameter",
            "GetObject",
            "GetItem",
            "GetFunction",
            "ListFunctions",
        ];
        for operation in services().iter().flat_map(|s| &s.operations) {
            let name = operation.name.as_str();
            assert!(READS.iter().any(|verb| name.starts_with(verb)) || REPORTS.contains(&name), "{name}");
            assert!(!SECRETS.contains(&name), "{name}");
        }
    }

    #[test]
    fn actions_are_iams_own_names() {
        let (service, operation) = find("s3", "ListBuckets").unwrap();
        assert_eq!(operation.actions(service), ["s3:ListAllMyBuckets"]);
        let (service, operation) = find("monitoring", "DescribeAlarms").unwrap();
        assert_eq!(operation.actions(service), ["cloudwatch:DescribeAlarms"]);
        assert!(find("sts", "AssumeRole").is_none());
    }
}
