//! Workflow files as people write them.

use super::super::workflows::parse;
use crate::model::pipeline::{EnvironmentRef, Job, RunnerRef, Workflow, WorkflowFile};

fn read(text: &str) -> Workflow {
    match parse(".github/workflows/x.yml", text, Vec::new()) {
        WorkflowFile::Parsed(workflow) => workflow,
        WorkflowFile::Unreadable { why, .. } => panic!("{why}"),
    }
}

fn job(body: &str) -> Job {
    read(&format!("on: push\njobs:\n  a:\n{body}")).jobs.remove(0)
}

#[test]
fn a_deployment_workflow() {
    let workflow = read(
        "name: deploy\non:\n  push:\n    branches: [main, 'release/**']\n  workflow_dispatch:\npermissions:\n  id-token: write\n  contents: read\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    environment: production\n    needs: test\n    if: github.ref == 'refs/heads/main'\n    steps:\n      - uses: actions/checkout@v4\n      - name: log in\n        uses: aws-actions/configure-aws-credentials@v4\n        with:\n          role-to-assume: arn:aws:iam::123456789012:role/deploy\n          retries: 3\n      - run: ./deploy.sh\n        env:\n          TOKEN: ${{ secrets.NPM_TOKEN }}\n",
    );
    assert_eq!(workflow.name, "deploy");
    assert_eq!(workflow.triggers[0].branches, ["main", "release/**"]);
    assert_eq!(workflow.triggers[1].event, "workflow_dispatch");
    assert_eq!(workflow.permissions.unwrap()["id-token"], "write");
    let job = &workflow.jobs[0];
    assert_eq!(job.environment, Some(EnvironmentRef::Named("production".into())));
    assert_eq!((job.needs.as_slice(), job.line), (&["test".to_owned()][..], Some(10)));
    assert_eq!(job.condition.as_deref(), Some("github.ref == 'refs/heads/main'"));
    assert_eq!(job.steps[1].with["retries"], "3");
    assert_eq!(job.steps.iter().map(|step| step.line).collect::<Vec<_>>(), [Some(16), Some(17), Some(22)]);
    assert_eq!(job.secrets, ["NPM_TOKEN"]);
}

#[test]
fn files_that_say_nothing_say_why() {
    for (text, why) in [
        ("on: push", "it has no jobs"),
        ("on: push\njobs: {}", "it has no jobs"),
        ("on: push\njobs:\n", "it has no jobs"),
        ("- a\n- b", "it is no YAML mapping"),
        ("", "it is no YAML mapping"),
        ("on: push\njobs:\n  a: text", "job `a` is no mapping"),
        ("jobs: {a: {}, a: {}}", "not YAML"),
        ("on: [push\njobs: x", "not YAML"),
        ("\u{0}", "not YAML"),
    ] {
        let WorkflowFile::Unreadable { why: given, .. } = parse("x.yml", text, Vec::new()) else { panic!("{text:?}") };
        assert!(given.starts_with(why), "{text:?}: {given}");
    }
    let long = format!("on: push\n#{}", "x".repeat(1 << 20));
    assert!(matches!(parse("x.yml", &long, Vec::new()), WorkflowFile::Unreadable { .. }));
}

#[test]
fn triggers_in_every_form() {
    let events = |on: &str| read(&format!("{on}\njobs: {{a: {{runs-on: x}}}}")).triggers;
    assert_eq!(events("on: push")[0].event, "push");
    assert_eq!(events("on: [push, pull_request]").len(), 2);
    assert_eq!(events("true:\n  push:\n")[0].event, "push", "a YAML 1.1 tool wrote it");
    assert_eq!(events("\"on\": {an_event_of_tomorrow: {types: created}}")[0].types, ["created"]);
    let push = &events("on:\n  push:\n    branches-ignore: dev\n    paths: ['src/**']")[0];
    assert_eq!(
        (push.branches_ignore.as_slice(), push.paths.as_slice()),
        (&["dev".to_owned()][..], &["src/**".to_owned()][..])
    );
    assert_eq!(events("on:\n  push:\n    tags-ignore: ['v0.*']")[0].tags, ["**"], "some tag, and no branch");
    assert_eq!(events("on:\n  schedule:\n    - cron: '0 3 * * *'")[0].event, "schedule");
    assert!(events("name: x").is_empty());
}

#[test]
fn permissions_in_every_form() {
    let of = |text: &str| read(&format!("on: push\npermissions: {text}\njobs: {{a: {{runs-on: x}}}}")).permissions;
    assert_eq!(of("read-all").unwrap()["*"], "read");
    assert_eq!(of("write-all").unwrap()["*"], "write");
    assert!(of("{}").unwrap().is_empty());
    assert_eq!(of("{contents: none, id-token: write}").unwrap()["contents"], "none");
    assert_eq!(of("{contents: read, new-thing: admin}").unwrap()["contents"], "read", "one odd level hides no other");
    assert_eq!(of(""), None);
}

#[test]
fn runners() {
    let on = |text: &str| job(&format!("    runs-on: {text}\n")).runner;
    assert_eq!(on("ubuntu-24.04"), RunnerRef::Hosted(vec!["ubuntu-24.04".to_owned()]));
    assert_eq!(
        on("[self-hosted, linux, prod]"),
        RunnerRef::SelfHosted(vec!["self-hosted".to_owned(), "linux".to_owned(), "prod".to_owned()])
    );
    assert_eq!(
        on("our-own-label"),
        RunnerRef::Unknown("our-own-label".to_owned()),
        "a larger hosted runner looks the same"
    );
    assert_eq!(on("${{ inputs.runner }}"), RunnerRef::Unknown("${{ inputs.runner }}".to_owned()));
    assert_eq!(
        on("{group: big, labels: [linux]}"),
        RunnerRef::Unknown("{\"group\":\"big\",\"labels\":[\"linux\"]}".to_owned())
    );
    let matrix = |matrix: &str| {
        job(&format!("    runs-on: ${{{{ matrix.os }}}}\n    strategy:\n      matrix: {matrix}\n")).runner
    };
    assert_eq!(
        matrix("{os: [ubuntu-latest, windows-latest], include: [{os: macos-latest}, {node: 20}]}"),
        RunnerRef::Hosted(vec!["ubuntu-latest".to_owned(), "windows-latest".to_owned(), "macos-latest".to_owned()])
    );
    assert!(matches!(matrix("{os: [ubuntu-latest, self-hosted]}"), RunnerRef::SelfHosted(_)));
    assert!(matches!(matrix("{os: [ubuntu-latest, '${{ inputs.os }}']}"), RunnerRef::Unknown(_)));
    assert!(matches!(matrix("${{ fromJSON(inputs.matrix) }}"), RunnerRef::Unknown(_)));
    assert!(matches!(matrix("{os: '${{ fromJSON(x) }}'}"), RunnerRef::Unknown(_)));
}

#[test]
fn environments() {
    let of = |text: &str| job(&format!("    runs-on: x\n    environment: {text}\n")).environment.unwrap();
    assert_eq!(of("production"), EnvironmentRef::Named("production".into()));
    assert_eq!(of("{name: production, url: 'https://x.test'}"), EnvironmentRef::Named("production".into()));
    assert_eq!(of("${{ inputs.env }}"), EnvironmentRef::Expression("${{ inputs.env }}".to_owned()));
    assert_eq!(of("{name: '${{ inputs.env }}'}"), EnvironmentRef::Expression("${{ inputs.env }}".to_owned()));
    assert!(matches!(of("[odd]"), EnvironmentRef::Expression(_)));
}

#[test]
fn secrets_are_found_wherever_they_are_named() {
    let workflow = read(
        "on: push\nenv:\n  A: ${{ secrets.shared }}\njobs:\n  one:\n    runs-on: x\n    env: {B: '${{ secrets.JOB }}'}\n    container: {image: x, credentials: {username: u, password: '${{ secrets.REGISTRY }}'}}\n    steps:\n      - if: secrets.GATE != ''\n        run: echo ${{ secrets.GITHUB_TOKEN }} secrets.NOT\n  two:\n    runs-on: x\n    steps: [{run: \"echo '${{ toJSON(secrets) }}'\"}]\n",
    );
    assert_eq!(workflow.jobs[0].secrets, ["GATE", "JOB", "REGISTRY", "SHARED"]);
    assert!(!workflow.jobs[0].reads_all_secrets);
    assert_eq!(
        (workflow.jobs[1].secrets.as_slice(), workflow.jobs[1].reads_all_secrets),
        (&["SHARED".to_owned()][..], true)
    );
}

#[test]
fn calls_and_inherited_secrets() {
    let call =
        job("    uses: acme/platform/.github/workflows/deploy.yml@main\n    secrets: inherit\n    with: {env: prod}\n");
    assert_eq!(call.calls.as_deref(), Some("acme/platform/.github/workflows/deploy.yml@main"));
    assert!(call.inherits_secrets && call.secrets.is_empty());
    let named = job("    uses: ./.github/workflows/deploy.yml\n    secrets:\n      key: ${{ secrets.DEPLOY_KEY }}\n");
    assert_eq!((named.inherits_secrets, named.secrets.as_slice()), (false, &["DEPLOY_KEY".to_owned()][..]));
}

#[test]
fn anchors_and_odd_steps() {
    let workflow = read(
        "on: push\njobs:\n  a: &base\n    runs-on: ubuntu-latest\n    steps:\n      - &s {run: x}\n      - *s\n      - just text\n  b: *base\n",
    );
    assert_eq!(workflow.jobs[1].runner, RunnerRef::Hosted(vec!["ubuntu-latest".to_owned()]));
    assert_eq!(workflow.jobs[0].steps.len(), 3);
    assert_eq!(workflow.jobs[0].steps[1].run.as_deref(), Some("x"));
    assert_eq!(workflow.jobs[0].steps[2].run, None);
}
