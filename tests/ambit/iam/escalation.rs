//! iam-vulnerable, converted by `tests/corpus/terraform_to_authorization_details.py`: its 31 paths and its 9 traps.

use ambit::{
    iam::{
        account::{Account, OrgPolicies},
        escalation::{self, Edge, Escalations},
    },
    model::iam::AuthorizationDetails,
};

fn account(scp: OrgPolicies) -> Account {
    let details: AuthorizationDetails =
        serde_json::from_str(include_str!("../../data/iam/iam-vulnerable.json")).unwrap();
    Account::compile(&details, scp)
}

/// The edges that start at principals whose name begins so.
fn edges_from<'a>(account: &Account, edges: &'a [Edge], prefix: &str) -> Vec<&'a Edge> {
    edges.iter().filter(|edge| account.principal(edge.from).name.starts_with(prefix)).collect()
}

#[test]
fn every_path_of_iam_vulnerable_is_found() {
    let account = account(OrgPolicies::NotApplicable);
    let edges: Vec<Edge> = Escalations::new(&account).edges().collect();
    let spelled = |name: &str| match name {
        "privesc-cfUpdateStack" => "privesc-CloudFormationUpdateStack".to_owned(),
        "privesc-codeBuildProject" => "privesc-codeBuildCreateProject".to_owned(),
        "privesc-instanceConnect" => "privesc-ec2InstanceConnect".to_owned(),
        "privesc-sageNotebook" => "privesc-sageMakerCreateNotebook".to_owned(),
        "privesc-sageTraining" => "privesc-sageMakerCreateTraining".to_owned(),
        "privesc-sageProcessing" => "privesc-sageMakerCreateProcessing".to_owned(),
        "privesc-sageUpdateURL" => "privesc-sageMakerCreatePresigned".to_owned(),
        "privesc-ssm-session" => "privesc-ssmStartSession".to_owned(),
        "privesc-ssm-command" => "privesc-ssmSendCommand".to_owned(),
        "privesc-assumerole" => "privesc-AssumeRole".to_owned(),
        numbered => format!("{numbered}-"),
    };
    let mut missed = Vec::new();
    let paths = escalation::paths().iter().filter_map(|path| Some((path, path.iam_vulnerable.as_deref()?)));
    for (path, name) in paths {
        let found = edges_from(&account, &edges, &spelled(name)).iter().any(|edge| edge.path.id == path.id);
        if !found {
            missed.push((name, path.id.as_str()));
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn its_traps_are_not_fallen_into() {
    let account = account(OrgPolicies::NotApplicable);
    let edges: Vec<Edge> = Escalations::new(&account).edges().collect();
    for trap in ["fp1-", "fp2-", "fp3-", "fp4-", "fp5-"] {
        let found: Vec<&str> = edges_from(&account, &edges, trap)
            .iter()
            .filter(|edge| edge.path.id != "x-secret-read")
            .map(|edge| edge.path.id.as_str())
            .collect();
        assert!(found.is_empty(), "{trap} is no escalation, but {found:?}");
    }
    for (trap, path) in [("fn1-", "ec2-001"), ("fn2-", "iam-001"), ("fn3-", "iam-001"), ("fn4-", "ssm-001")] {
        let found = edges_from(&account, &edges, trap);
        assert!(found.iter().any(|edge| edge.path.id == path), "{trap} is {path}, found {found:?}");
    }
}

#[test]
fn an_scp_closes_the_paths_it_forbids_and_an_unread_one_leaves_them_open() {
    let policy = |text: &str| ambit::iam::Policy::parse("scp", text);
    let full = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let deny = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:*","Resource":"*"}}"#;
    let bound = account(OrgPolicies::Levels(vec![("root".to_owned(), vec![policy(full), policy(deny)])]));
    let edges: Vec<Edge> = Escalations::new(&bound).edges().collect();
    assert!(edges_from(&bound, &edges, "privesc1-").is_empty());
    assert!(!edges_from(&bound, &edges, "privesc-ssmStartSession").is_empty());
    let unread = account(OrgPolicies::Unreadable);
    let edges: Vec<Edge> = Escalations::new(&unread).edges().collect();
    let found = edges_from(&unread, &edges, "privesc1-");
    assert!(!found.is_empty());
    assert!(found.iter().all(|edge| edge.verdict == ambit::iam::Verdict::Depends), "{found:?}");
}
