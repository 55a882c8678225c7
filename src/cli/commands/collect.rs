//! `ambit collect`: ask, record, and nothing else.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, PoisonError},
};

use crate::{
    base::{
        clock::{Clock, SystemClock},
        foreign,
    },
    cli::{
        Exit, Failure,
        args::{Collect, Only, Source},
        environment,
        printer::Printer,
    },
    collect::{
        Progress, aws,
        github::{self, Share},
        wire::Wire,
    },
    controls::config::{At, Config},
    evidence::{AwsSource, GithubSource, Header, RunWriter, Scope, Store, StoredFile},
    facts::github as github_facts,
    model::id::RunId,
};

pub async fn run(args: &Collect, printer: &Printer) -> Result<Exit, Failure> {
    let config = config(args.source.config.as_deref())?;
    let share = match args.only {
        Some(Only::Privileged) => Share::Privileged,
        None => Share::Everything,
    };
    let run = collect(&args.source, share, &config, printer).await?;
    if share == Share::Privileged {
        let store = args.source.store.display();
        printer.say(&format!("recorded run {run}; hand over the folder {store}, for: ambit merge {store} OTHER-STORE"));
        return Ok(Exit::Clean);
    }
    printer.say(&format!(
        "recorded run {run} in {}; next: ambit report --store {}",
        args.source.store.display(),
        args.source.store.display()
    ));
    Ok(Exit::Clean)
}

/// A configuration with the bytes that it was read from.
pub struct Configured {
    pub config: Config,
    pub bytes: Option<Vec<u8>>,
}

/// Reads `--config`, else `ambit.toml` of the working directory where that is no judged repository, else nothing.
pub fn config(path: Option<&Path>) -> Result<Configured, Failure> {
    let here = Path::new("ambit.toml");
    let path = match path {
        Some(path) => path,
        // A repository's own file is a claim of the judged; it counts only when it is given by name.
        None if here.is_file() && !environment::inside_a_repository() => here,
        None => return Ok(Configured { config: Config::default(), bytes: None }),
    };
    let bytes = environment::read_file(path)?;
    let config = Config::parse(&path.display().to_string(), &bytes).map_err(Failure::new)?;
    Ok(Configured { config, bytes: Some(bytes) })
}

/// Collects as the command line says and returns the run's id. What was collected stays, whatever happens.
pub async fn collect(
    source: &Source,
    share: Share,
    configured: &Configured,
    printer: &Printer,
) -> Result<RunId, Failure> {
    let clock = SystemClock::shared();
    let settings = environment::transport(source.max_requests)?;
    let credential = if source.no_github { None } else { Some(environment::github_credential(source)?) };
    let store = Store::create(&source.store).await.map_err(Failure::new)?;
    let (wire, run) = if source.resume {
        let id = unfinished(&store).await?;
        let (writer, log) = store.resume(&id).await.map_err(Failure::new)?;
        printer.say(&format!("going on with run {id}"));
        (Wire::resume(writer.clone(), log, settings, clock.clone()).map_err(Failure::new)?, writer)
    } else {
        let header = header(source, share, configured, &store, credential.as_ref(), clock.as_ref()).await?;
        let writer = store.start(header).await.map_err(Failure::new)?;
        if let Some(path) = &source.audit_log {
            hand_in(&writer, path, clock.as_ref()).await?;
        }
        (Wire::live(writer.clone(), settings, clock.clone()).map_err(Failure::new)?, writer)
    };
    let outcome = ask(source, share, configured, &wire, credential, printer).await;
    printer.progress_done();
    let tally = wire.tally();
    printer.say(&format!(
        "asked {} requests: {} denied, {} failed, {} answered from the record",
        tally.sent, tally.denied, tally.failed, tally.replayed
    ));
    finish(&run, outcome, clock.as_ref()).await
}

/// Keeps an exported audit log as evidence of the run.
async fn hand_in(run: &RunWriter, path: &Path, clock: &dyn Clock) -> Result<(), Failure> {
    let bytes = environment::read_file(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    github::hand_in_audit_log(run, github_scope(), &name, bytes, clock.now()).await.map_err(Failure::new)
}

/// An interrupted run stays open, so that it can be resumed.
async fn finish(run: &RunWriter, outcome: Result<(), Failure>, clock: &dyn Clock) -> Result<RunId, Failure> {
    outcome?;
    run.end(crate::evidence::End { at: clock.now(), complete: true, why: None }).await.map_err(Failure::new)?;
    Ok(run.id().clone())
}

/// Asks everything that the plan holds; GitHub first, because a wrong token should be known at once.
async fn ask(
    source: &Source,
    share: Share,
    configured: &Configured,
    wire: &Wire,
    credential: Option<github::client::Credential>,
    printer: &Printer,
) -> Result<(), Failure> {
    let progress = Shown::new(*printer);
    if let Some(credential) = credential {
        let client = github::client::Client::new(
            wire.clone(),
            github::client::Source { scope: github_scope(), base: source.github_api.clone(), credential },
        )
        .map_err(Failure::new)?;
        let plan = github::Plan::new(source.org.as_deref(), &source.repositories, &configured.config);
        let plan = github::Plan { enterprise: source.enterprise.clone(), share, ..plan };
        let summary = github::collect(&client, &plan, &progress).await.map_err(Failure::new)?;
        printer.progress_done();
        printer.say(&format!("GitHub: {summary}"));
    }
    if reads_aws(source, share) {
        for asked in aws_sources(source, &configured.config) {
            let reading = aws::Reading {
                scope: asked.scope,
                regions: asked.regions,
                endpoint: asked.endpoint,
                credential: environment::aws_credential(),
                role: asked.role,
                organization: match asked.member_role {
                    Some(member_role) => aws::Organization::Lister { member_role },
                    None => aws::Organization::Own,
                },
            };
            let summaries = aws::collect(wire, reading, &progress).await.map_err(Failure::new)?;
            printer.progress_done();
            for (scope, summary) in summaries {
                printer.say(&format!("{scope}: {summary}"));
            }
        }
    }
    Ok(())
}

/// Progress on a terminal: the part at work and how far it is.
struct Shown {
    printer: Printer,
    parts: Mutex<BTreeMap<String, (usize, Option<usize>)>>,
}

impl Shown {
    fn new(printer: Printer) -> Shown {
        Shown { printer, parts: Mutex::new(BTreeMap::new()) }
    }

    fn change(&self, part: &str, change: impl FnOnce(&mut BTreeMap<String, (usize, Option<usize>)>)) {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut parts);
        let line = match parts.get(part) {
            Some((done, Some(steps))) => format!("reading {part}: {done} of {steps}"),
            _ => format!("reading {part}"),
        };
        self.printer.progress(&foreign::plain(&line));
    }
}

impl Progress for Shown {
    fn begin(&self, part: &str, steps: Option<usize>) {
        self.change(part, |parts| {
            parts.insert(part.to_owned(), (0, steps));
        });
    }

    fn step(&self, part: &str) {
        self.change(part, |parts| parts.entry(part.to_owned()).or_default().0 += 1);
    }

    fn end(&self, part: &str) {
        self.change(part, |parts| {
            parts.remove(part);
        });
    }
}

async fn unfinished(store: &Store) -> Result<RunId, Failure> {
    let newest = store.newest().await.map_err(Failure::new)?;
    let id = newest.ok_or_else(|| Failure::new(format!("no run in `{}` to go on with", store.place())))?;
    match store.end(&id).await.map_err(Failure::new)? {
        None => Ok(id),
        Some(_) => {
            Err(Failure::new(format!("run {id} was collected to its end\nhint: leave out --resume to collect anew")))
        }
    }
}

fn github_scope() -> Scope {
    Scope::new("github")
}

/// The accounts that the configuration names. Without any, or where that account lists the others of its organisation, the
/// one that the credential chain opens.
fn aws_sources(source: &Source, config: &Config) -> Vec<AwsSource> {
    let (stated, member_role) = (&config.scope.accounts, &config.scope.organization_role);
    let of = |scope: String, regions: &[At<String>]| AwsSource {
        scope: Scope::new(scope),
        regions: regions_of(source, config, regions),
        endpoint: environment::aws_endpoint(),
        role: None,
        member_role: None,
        identity: "the credential chain".to_owned(),
    };
    let own = (stated.is_empty() || member_role.is_some()).then(|| AwsSource {
        member_role: member_role.as_ref().map(|role| role.value.clone()),
        ..of("aws".to_owned(), &[])
    });
    let named = stated.iter().map(|account| AwsSource {
        role: account.role_arn.clone(),
        ..of(format!("aws/{}", account.name), &account.regions)
    });
    own.into_iter().chain(named).collect()
}

/// The Regions of the command line, else those of the account, else those of the scope, else that of the environment.
fn regions_of(source: &Source, config: &Config, own: &[At<String>]) -> Vec<String> {
    if !source.regions.is_empty() {
        return source.regions.clone();
    }
    let stated = if own.is_empty() { &config.scope.regions[..] } else { own };
    if !stated.is_empty() {
        return stated.iter().map(|at| at.value.clone()).collect();
    }
    vec![environment::aws_region().unwrap_or_else(|| "us-east-1".to_owned())]
}

fn reads_aws(source: &Source, share: Share) -> bool {
    !source.no_aws && share == Share::Everything
}

async fn header(
    source: &Source,
    share: Share,
    configured: &Configured,
    store: &Store,
    credential: Option<&github::client::Credential>,
    clock: &dyn Clock,
) -> Result<Header, Failure> {
    let mut header = Header::new(clock.now(), env!("CARGO_PKG_VERSION"));
    header.organisations = source.org.iter().cloned().collect();
    header.repositories = source.repositories.clone();
    if let Some(bytes) = &configured.bytes {
        let digest = store.put(bytes.clone().into()).await.map_err(Failure::new)?;
        header.config = Some(StoredFile { path: configured.config.file.clone(), digest });
    }
    if let Some(from) = configured.config.soc2.as_ref().and_then(|soc2| soc2.from.clone()) {
        header.settings.insert(github_facts::changes::SINCE.to_owned(), from);
    }
    if let Some(enterprise) = &source.enterprise {
        header.settings.insert(github_facts::trail::ENTERPRISE.to_owned(), enterprise.clone());
    }
    if share == Share::Privileged {
        header.settings.insert(github_facts::SHARE.to_owned(), "privileged".to_owned());
    }
    if let Some(credential) = credential {
        let identity = credential.caller("github").name;
        header.github = vec![GithubSource { scope: github_scope(), base: source.github_api.clone(), identity }];
    }
    if reads_aws(source, share) {
        header.aws = aws_sources(source, &configured.config);
    }
    Ok(header.with_id())
}
