use super::*;
use crate::{
    analysis::{
        agents::{AgentPrincipal, Identity},
        tiers::Tiers,
    },
    model::{
        actor::{Account, AccountKind, Collaborator, Installation, Permission},
        observed::Reading,
        pipeline::{Environment, Reviewer, WorkflowDefaults},
        rules::Branch,
        trail::RepositoryTrail,
        world::Repository,
    },
};

fn account(id: u64, login: &str) -> Account {
    Account { id, login: login.to_owned(), kind: AccountKind::User }
}

pub(super) fn repository(name: &str) -> Repository {
    let branch = |name: &str| Branch {
        name: name.into(),
        head: None,
        classic: Observed::absent(Vec::new()),
        rules: known(Vec::new()),
    };
    let gate = Environment {
        name: "staging".into(),
        reviewers: known(vec![Reviewer::User(account(9, "relay"))]),
        prevent_self_review: known(true),
        wait_timer: 0,
        branch_policy: Observed::absent(Vec::new()),
        custom_rules: known(Vec::new()),
        admins_can_bypass: known(false),
        secrets: known(Vec::new()),
    };
    Repository {
        name: name.into(),
        id: 1,
        owner_id: 1,
        default_branch: "main".to_owned(),
        private: true,
        archived: false,
        fork: false,
        branches: known(vec![branch("main")]),
        rulesets: known(Vec::new()),
        collaborators: known(vec![Collaborator {
            account: account(7, "devin"),
            permission: Some(Permission::Write),
            role: "write".to_owned(),
        }]),
        deploy_keys: known(Vec::new()),
        workflows: known(Vec::new()),
        environments: known(vec![gate]),
        secrets: known(Vec::new()),
        runners: known(Vec::new()),
        subject_template: Observed::absent(Vec::new()),
        actions: Observed::absent(Vec::new()),
        workflow_defaults: known(WorkflowDefaults {
            default_permissions: "read".to_owned(),
            can_approve_reviews: false,
        }),
        codeowners: Observed::absent(Vec::new()),
        agent_files: known(Vec::new()),
        pull_requests: known(Vec::new()),
        deployments: known(Vec::new()),
        lines: known(Vec::new()),
        trail: RepositoryTrail::unread("not part of this test"),
        evidence: Vec::new(),
    }
}

fn approves(world: &World, tier: Tier, identity: Identity) -> Observation {
    let principal = AgentPrincipal { agent: agent("a"), identity };
    let tiers = Tiers::new(&Config::default(), &[]);
    let found = approvals::of(world, &tiers, &[principal]);
    assert_eq!(found.len(), 4, "an entry for every tier");
    found[&(AgentId::from("app:a"), tier)]
}

fn with(change: impl FnOnce(&mut Repository)) -> World {
    let mut world = world();
    let mut shop = repository("acme/shop");
    change(&mut shop);
    if let Reading::Known { value, .. } = &mut world.forge.reading {
        value.repositories = known(vec![shop]);
        value.base_permission = known(Permission::Read);
    }
    world
}

fn app(permission: Option<&str>) -> Identity {
    Identity::App(Installation {
        id: 1,
        app_id: 2,
        slug: "claude".to_owned(),
        permissions: permission.map(|level| ("pull_requests".to_owned(), level.to_owned())).into_iter().collect(),
        events: Vec::new(),
        repositories: None,
        suspended: false,
        created_at: None,
    })
}

#[test]
fn who_may_approve_is_told_by_identity_and_tier() {
    let plain = with(|_| {});
    let devin = || Identity::Account(account(7, "devin"));
    assert_eq!(approves(&plain, Tier::Production, devin()), Observation::Yes);
    assert_eq!(approves(&plain, Tier::Sandbox, devin()), Observation::No, "nothing of the repository is in that tier");
    let relay = || Identity::Account(account(9, "relay"));
    assert_eq!(approves(&plain, Tier::Production, relay()), Observation::No);
    assert_eq!(approves(&plain, Tier::Staging, relay()), Observation::Yes, "a named reviewer of the environment");
    assert_eq!(approves(&plain, Tier::Production, app(Some("write"))), Observation::Possible);
    assert_eq!(approves(&plain, Tier::Production, app(Some("read"))), Observation::No);
    assert_eq!(approves(&plain, Tier::Production, app(None)), Observation::No);
    let principal = Identity::Principal("arn:aws:iam::111122223333:role/x".into());
    assert_eq!(approves(&plain, Tier::Production, principal), Observation::No);
    assert_eq!(approves(&plain, Tier::Production, Identity::Unseen { why: "x".to_owned() }), Observation::Unknown);
}

#[test]
fn what_was_not_read_about_approval_is_unknown() {
    let unread = with(|shop| shop.collaborators = Observed::denied("github", "repository metadata: read", Vec::new()));
    let devin = Identity::Account(account(7, "devin"));
    assert_eq!(approves(&unread, Tier::Production, devin.clone()), Observation::Unknown);
    let mut dark = world();
    dark.forge = Observed::denied("github", "x", Vec::new());
    assert_eq!(approves(&dark, Tier::Production, devin), Observation::Unknown);
}

#[test]
fn a_job_approves_where_the_repository_lets_actions_approve() {
    let job = || Identity::Job {
        repository: "acme/shop".into(),
        workflow: ".github/workflows/ai.yml".to_owned(),
        job: "run".to_owned(),
    };
    let set = |level: &str, approve: bool| {
        let defaults = WorkflowDefaults { default_permissions: level.to_owned(), can_approve_reviews: approve };
        with(|shop| {
            shop.workflow_defaults = known(defaults);
            shop.workflows =
                known(vec![crate::model::pipeline::WorkflowFile::Parsed(crate::model::pipeline::Workflow {
                    path: ".github/workflows/ai.yml".to_owned(),
                    name: "ai".to_owned(),
                    state: None,
                    triggers: Vec::new(),
                    permissions: None,
                    jobs: Vec::new(),
                    evidence: Vec::new(),
                })]);
        })
    };
    assert_eq!(approves(&set("write", true), Tier::Production, job()), Observation::Yes);
    assert_eq!(approves(&set("write", false), Tier::Production, job()), Observation::No);
    assert_eq!(approves(&set("read", true), Tier::Production, job()), Observation::No);
    let hidden = with(|shop| shop.workflow_defaults = Observed::denied("github", "x", Vec::new()));
    assert_eq!(approves(&hidden, Tier::Production, job()), Observation::Unknown);
}
