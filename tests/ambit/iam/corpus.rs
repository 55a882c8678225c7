//! Public corpora, run by `tests/corpus/run DIR`; each test prints its figures.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use ambit::{
    iam::{
        Caller, Context, Effect, Layers, Policy, Request, Verdict,
        account::{Account, ActionSet, OrgPolicies},
        actions::{self, ActionId},
        arn::Arn,
        escalation::{self, Escalations},
        evaluate,
        policy::Element,
    },
    model::{action::ActionClass, iam::AuthorizationDetails},
};
use serde_json::Value;

#[expect(clippy::disallowed_methods, reason = "the corpus lies where the script says")]
fn folder(variable: &str, part: &str) -> Option<PathBuf> {
    let path = PathBuf::from(std::env::var(variable).ok()?).join(part);
    path.exists().then_some(path)
}

#[expect(clippy::disallowed_methods, reason = "tests read files")]
fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The actions that the Allow statements of a policy cover.
fn allowed(policy: &Policy) -> BTreeSet<ActionId> {
    let table = actions::table();
    let mut set = BTreeSet::new();
    for statement in policy.statements.iter().filter(|statement| statement.effect == Some(Effect::Allow)) {
        let listed = statement.action.listed().iter().flat_map(|pattern| table.expand(pattern.glob()));
        match &statement.action {
            Element::NotIn(_) => {
                let out: BTreeSet<ActionId> = listed.collect();
                set.extend(table.ids().filter(|id| !out.contains(id)));
            }
            _ => set.extend(listed),
        }
    }
    set
}

#[test]
#[ignore = "needs a corpus: tests/corpus/run DIR"]
fn managed_policies_parse_and_expand_as_the_data_set_says() {
    let Some(folder_path) = folder("AMBIT_CORPUS", "iam-dataset-MIT") else { return };
    let documents = text(&folder_path.join("managed.jsonl"));
    let (mut policies, mut statements) = (BTreeMap::new(), 0);
    for line in documents.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let name = line["name"].as_str().unwrap().to_owned();
        let policy = Policy::parse(&name, &line["document"].to_string());
        assert!(policy.diagnostics.is_empty(), "{:?}", policy.diagnostics);
        statements += policy.statements.len();
        policies.insert(name, policy);
    }
    println!("managed policies: {} parse without a note, {statements} statements", policies.len());
    let Some(expansion) = folder("AMBIT_CORPUS_WORK", "effective_actions.jsonl") else { return };
    let theirs: Vec<(String, BTreeSet<String>)> = text(&expansion).lines().map(effective).collect();
    let known_to_them: BTreeSet<&String> = theirs.iter().flat_map(|(_, actions)| actions).collect();
    let table = actions::table();
    let (mut agreed, mut newer, mut older, mut wrong) = (0, BTreeSet::new(), BTreeSet::new(), Vec::new());
    for (name, actions) in &theirs {
        let Some(policy) = policies.get(name) else { continue };
        let ours: BTreeSet<String> = allowed(policy).into_iter().map(|id| table.action(id).lower.to_string()).collect();
        agreed += ours.intersection(actions).count();
        for action in ours.difference(actions) {
            if known_to_them.contains(action) && !grants_whole_service(policy, action) {
                wrong.push(format!("{name}: only ours: {action}"));
            } else {
                newer.insert(action.clone());
            }
        }
        for action in actions.difference(&ours) {
            if table.find(action).is_some() {
                wrong.push(format!("{name}: only theirs: {action}"));
            } else {
                older.insert(action.clone());
            }
        }
    }
    println!(
        "action expansion: {agreed} pairs agree; {} actions only our data has, {} only theirs; {} pairs disagree",
        newer.len(),
        older.len(),
        wrong.len()
    );
    wrong.iter().take(20).for_each(|line| println!("  {line}"));
    assert!(wrong.is_empty());
}

/// A policy that grants `service:*` grants every action of the service: an expansion that lacks one is older than the action.
fn grants_whole_service(policy: &Policy, action: &str) -> bool {
    let whole = format!("{}:*", action.split(':').next().unwrap());
    let patterns = policy.statements.iter().flat_map(|statement| statement.action.listed());
    patterns.into_iter().any(|pattern| pattern.source.eq_ignore_ascii_case(&whole))
}

fn effective(line: &str) -> (String, BTreeSet<String>) {
    let line: Value = serde_json::from_str(line).unwrap();
    let actions = line["effective_actions"].as_array().unwrap();
    let names = actions.iter().filter_map(|action| action["effective_action"].as_str());
    (line["name"].as_str().unwrap().to_owned(), names.map(str::to_ascii_lowercase).collect())
}

#[test]
#[ignore = "needs a corpus: tests/corpus/run DIR"]
fn iam_rs_documents_parse_and_its_requests_agree() {
    let Some(folder) = folder("AMBIT_CORPUS", "iam-rs-MIT/tests") else { return };
    let mut parsed = 0;
    for path in files(&folder.join("policies")) {
        let policy = Policy::parse(&path.display().to_string(), &text(&path));
        assert!(policy.statements.iter().all(|statement| !statement.is_unreadable()), "{:?}", policy.diagnostics);
        parsed += 1;
    }
    let arns: Vec<String> = serde_json::from_str(&text(&folder.join("arns.json"))).unwrap();
    let unread: Vec<&String> = arns.iter().filter(|arn| Arn::parse(arn).is_none()).collect();
    println!(
        "iam-rs: {parsed} policies parse, {} of {} ARNs ({unread:?} are none)",
        arns.len() - unread.len(),
        arns.len()
    );
    for path in files(&folder.join("requests")) {
        let case: Value = serde_json::from_str(&text(&path)).unwrap();
        let request = &case["request"];
        let mut context = Context::complete();
        for (key, value) in request["Context"].as_object().unwrap() {
            context.set(key, value.as_str().unwrap());
        }
        let caller = Caller::parse(request["Principal"]["AWS"].as_str().unwrap());
        let (action, resource) = (request["Action"].as_str().unwrap(), request["Resource"].as_str().unwrap());
        let policy = Policy::parse("policy", &case["policy"].to_string());
        let request = Request::new(&caller, action, resource, caller.account.as_deref(), &context);
        let verdict = evaluate(&request, &Layers { identity: vec![&policy], ..Layers::default() }).verdict;
        let expected = if case["result"] == "Allow" { Verdict::Allow } else { Verdict::ImplicitDeny };
        assert_eq!(verdict, expected, "{}", path.display());
    }
}

#[test]
#[ignore = "needs a corpus: tests/corpus/run DIR"]
fn pathfinding_ids_are_covered() {
    let Some(folder) = folder("AMBIT_CORPUS", "pathfinding-Apache2/paths") else { return };
    let known: BTreeSet<&str> = escalation::paths().iter().map(|path| path.id.as_str()).collect();
    let theirs: Vec<String> = files(&folder)
        .iter()
        .flat_map(|service| files(service))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    let missing: Vec<&String> = theirs.iter().filter(|id| !known.contains(id.as_str())).collect();
    println!("pathfinding.cloud: {} of {} ids covered", theirs.len() - missing.len(), theirs.len());
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
#[ignore = "needs a corpus: tests/corpus/run DIR"]
fn cloudsplaining_dumps_are_judged_whole() {
    let Some(folder) = folder("AMBIT_CORPUS", "cloudsplaining-BSD3") else { return };
    for name in ["example.json", "example-authz-details.json", "example_authz_v2.json"] {
        let details: AuthorizationDetails = serde_json::from_str(&text(&folder.join(name))).unwrap();
        let account = Account::compile(&details, OrgPolicies::NotApplicable);
        let wanted = ActionSet::of(actions::of_class(ActionClass::Destroy));
        let grants: usize = account.principals().iter().map(|p| account.capabilities(p, &wanted).len()).sum();
        let edges = Escalations::new(&account).edges().count();
        println!(
            "{name}: {} principals, {grants} groups of destructive actions, {edges} escalation edges",
            account.principals().len()
        );
        checked_one_by_one(&account, &wanted);
    }
}

/// What the sets say is what the evaluator says of each action by itself, for every tenth principal.
fn checked_one_by_one(account: &Account, wanted: &ActionSet) {
    let table = actions::table();
    for principal in account.principals().iter().step_by(10) {
        let granted: BTreeSet<ActionId> =
            account.capabilities(principal, wanted).into_iter().flat_map(|capability| capability.actions).collect();
        // The policy of a key may grant what no identity policy does, and was not read.
        for id in wanted.iter().filter(|id| !table.action(*id).lower.starts_with("kms:")) {
            let shapes = actions::resource_shapes(id);
            let resources: Vec<String> = match shapes {
                [] => vec!["*".to_owned()],
                shapes => shapes.iter().map(|s| actions::localized(s, &account.partition, &account.id)).collect(),
            };
            let name = &table.action(id).name;
            let may = resources.iter().any(|resource| {
                let ask = ambit::iam::account::Ask::new(name, resource);
                account.decide_for(principal, &ask).verdict.may_be_allowed()
            });
            assert_eq!(granted.contains(&id), may, "{} {name} {resources:?}", principal.arn);
        }
    }
}
