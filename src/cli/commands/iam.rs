//! `ambit iam`: AWS permissions decided offline, from files.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::{
    cli::{Exit, Failure, printer::Printer},
    iam::{
        Decision, Layer, Policy, Question, Residual, ResourcePolicy, StatementRef, Truth, Verdict,
        account::{Account, ActionSet, Ask, OrgPolicies, Principal},
        actions,
        cases::{self, Case},
        escalation::{Edge, Escalations},
        why::Traced,
    },
    model::{action::ActionClass, iam::AuthorizationDetails},
};

/// Decide AWS permissions offline.
#[derive(Debug, Args)]
pub struct IamArgs {
    #[command(subcommand)]
    command: IamCommand,
}

#[derive(Debug, Subcommand)]
enum IamCommand {
    /// Decide requests, one JSON object a line, each with all its policies.
    Evaluate(EvaluateArgs),
    /// What every user and role of an account may do, and how each can gain more.
    Account(AccountArgs),
    /// Why a principal may or may not do something, statement by statement.
    Why(WhyArgs),
}

#[derive(Debug, Args)]
struct EvaluateArgs {
    /// File of requests: `id`, `principal`, `action`, `resource`, `context`, and the policies of each layer.
    #[arg(long, value_name = "FILE")]
    cases: PathBuf,
}

#[derive(Debug, Args)]
struct Dump {
    /// What `aws iam get-account-authorization-details` printed.
    #[arg(long, value_name = "FILE")]
    authorization_details: PathBuf,
    /// Service control policies: a list of `{level, policies}`, or a policy document (all of those form one level; include
    /// `FullAWSAccess` where it is attached). Without it, every grant stands unless an SCP forbids it.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    scp: Vec<PathBuf>,
    /// The account is in no organisation, or manages it: SCPs do not apply.
    #[arg(long, conflicts_with = "scp")]
    no_scp: bool,
}

#[derive(Debug, Args)]
struct AccountArgs {
    #[command(flatten)]
    dump: Dump,
    /// Classes of actions to ask about.
    #[arg(long, value_name = "CLASS", value_delimiter = ',', default_value = "destroy,removes_recovery,permissions", value_parser = class)]
    class: Vec<ActionClass>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Args)]
struct WhyArgs {
    #[command(flatten)]
    dump: Dump,
    /// ARN of a user or role, or its name.
    principal: String,
    /// The action, `s3:DeleteObject`.
    action: String,
    /// The ARN of the resource, or a pattern for a set of them.
    resource: String,
    /// A condition key that is known.
    #[arg(long, value_name = "KEY=VALUE")]
    context: Vec<String>,
    /// The policy of the resource.
    #[arg(long, value_name = "FILE")]
    resource_policy: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Csv,
    Json,
}

fn class(name: &str) -> Result<ActionClass, String> {
    ActionClass::parse(name).ok_or_else(|| {
        let known: Vec<&str> = ActionClass::ALL.iter().map(|class| class.name()).collect();
        format!("one of {}", known.join(", "))
    })
}

/// Runs the command.
///
/// # Errors
/// When a file cannot be read or does not hold what it should.
pub fn run(args: &IamArgs, printer: &Printer) -> Result<Exit, Failure> {
    let text = match &args.command {
        IamCommand::Evaluate(args) => return evaluate(args, printer),
        IamCommand::Account(args) => account(args)?,
        IamCommand::Why(args) => why(args)?,
    };
    printer.result(&text).map_err(Failure::new)?;
    Ok(Exit::Clean)
}

#[expect(clippy::disallowed_methods, reason = "this command's inputs are files that the caller names")]
fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::new(format!("`{}`: {error}", path.display())))
}

fn evaluate(args: &EvaluateArgs, printer: &Printer) -> Result<Exit, Failure> {
    let text = read(&args.cases)?;
    let (mut lines, mut broken) = (String::new(), Vec::new());
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(Failure::new(format!("`{}` holds no request", args.cases.display())));
    }
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match Case::parse(line) {
            Ok(case) => {
                let decision = case.decide();
                let _ = writeln!(lines, "{}", decided(&case.id, &decision));
            }
            Err(error) => broken.push(format!("line {}: {error}", number + 1)),
        }
    }
    printer.result(&lines).map_err(Failure::new)?;
    if broken.is_empty() { Ok(Exit::Clean) } else { Err(Failure::new(broken.join("\n"))) }
}

fn decided(id: &str, decision: &Decision) -> Value {
    let mut line = json!({
        "id": id,
        "verdict": decision.verdict,
        "because": decision.because,
        "residual": decision.residual,
    });
    if let Value::Object(members) = &mut line {
        if !decision.missing.is_empty() {
            members.insert("missing".to_owned(), json!(decision.missing));
        }
        if !decision.diagnostics.is_empty() {
            members.insert("diagnostics".to_owned(), json!(decision.diagnostics));
        }
    }
    line
}

fn compiled(dump: &Dump) -> Result<Account, Failure> {
    let path = &dump.authorization_details;
    let details: AuthorizationDetails =
        serde_json::from_str(&read(path)?).map_err(|error| Failure::new(format!("`{}`: {error}", path.display())))?;
    if details.users.is_empty() && details.roles.is_empty() {
        return Err(Failure::new(format!("`{}` holds no users and no roles", path.display())));
    }
    let texts = dump.scp.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let scp = match (dump.no_scp, texts.is_empty()) {
        (true, _) => OrgPolicies::NotApplicable,
        (false, true) => OrgPolicies::Unreadable,
        (false, false) => OrgPolicies::Levels(cases::scp_levels(&texts).map_err(Failure::new)?),
    };
    Ok(Account::compile(&details, scp))
}

/// One row: what a principal may do with actions of one class for the same reasons.
struct Row<'a> {
    principal: &'a Principal,
    class: ActionClass,
    actions: Vec<&'static str>,
    decision: Decision,
}

fn rows<'a>(account: &'a Account, classes: &[ActionClass]) -> Vec<Row<'a>> {
    let wanted: Vec<(ActionClass, ActionSet)> =
        classes.iter().map(|class| (*class, ActionSet::of(actions::of_class(*class)))).collect();
    let mut rows = Vec::new();
    for principal in account.principals() {
        for (class, set) in &wanted {
            for capability in account.capabilities(principal, set) {
                let names = capability.actions.iter().map(|id| &*actions::table().action(*id).name);
                rows.push(Row { principal, class: *class, actions: names.collect(), decision: capability.decision });
            }
        }
    }
    rows
}

fn account(args: &AccountArgs) -> Result<String, Failure> {
    let account = compiled(&args.dump)?;
    let rows = rows(&account, &args.class);
    let escalations = Escalations::new(&account);
    let edges: Vec<Edge> = escalations.edges().collect();
    match args.format {
        Format::Table => Ok(table(&account, &rows, &edges)),
        Format::Csv => csv(&rows),
        Format::Json => Ok(format!("{:#}\n", as_json(&account, &rows, &edges))),
    }
}

fn table(account: &Account, rows: &[Row<'_>], edges: &[Edge]) -> String {
    let mut text = format!(
        "account {}, {} users and roles; AWS actions as of {}\n",
        account.id,
        account.principals().len(),
        actions::data_date()
    );
    if account.scp_unreadable() {
        text.push_str("No SCPs were given: everything below stands unless an SCP forbids it.\n");
    }
    for (place, principal) in account.principals().iter().enumerate() {
        let own: Vec<&Row<'_>> = rows.iter().filter(|row| row.principal.arn == principal.arn).collect();
        let gained: Vec<&Edge> = edges.iter().filter(|edge| edge.from == place).collect();
        if own.is_empty() && gained.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{}", principal.arn);
        for row in own {
            let sample: Vec<&str> = row.actions.iter().take(4).copied().collect();
            let more = if row.actions.len() > 4 { ", …" } else { "" };
            let _ = writeln!(text, "  {:<17}{:>5}  {}{more}", row.class.name(), row.actions.len(), sample.join(", "));
            for line in conditions(&row.decision) {
                let _ = writeln!(text, "{:26}{line}", "");
            }
        }
        for edge in gained {
            let _ = writeln!(text, "  gains            {}", gain(account, edge));
        }
    }
    text
}

/// What a grant depends on, a line each.
fn conditions(decision: &Decision) -> Vec<String> {
    decision.residual.iter().filter(|residual| !is_scp_layer(residual)).map(phrase).collect()
}

fn is_scp_layer(residual: &Residual) -> bool {
    matches!(residual.question, Question::Layer { unread: Layer::Scp })
}

fn phrase(residual: &Residual) -> String {
    let denies = residual.statement.as_ref().and_then(|statement| statement.effect) == Some(crate::iam::Effect::Deny);
    let word = if denies { "unless" } else { "if" };
    match &residual.question {
        Question::Condition { operator, key, values } => format!("{word} {operator} {key} [{}]", values.join(", ")),
        Question::Resource { patterns } => format!("{word} the resource is one of {}", patterns.join(", ")),
        Question::Principal => format!("{word} the statement means this caller"),
        Question::Unreadable { element } => format!("{word} the unreadable {element} of {} says so", place(residual)),
        Question::Layer { unread: Layer::Scp } => "unless an SCP that was not read forbids it".to_owned(),
        Question::Layer { unread: Layer::Rcp } => "unless an RCP that was not read forbids it".to_owned(),
        Question::Layer { unread } => format!("if the {}, which was not read, agrees", unread.name().replace('_', " ")),
        Question::ResourceAccount => "if the resource belongs to the right account".to_owned(),
        Question::PublicAccessBlock => "unless S3 Block Public Access, which was not read, forbids it".to_owned(),
        Question::KmsGrant { grantee } => format!("if the KMS grant to {grantee} covers it"),
        Question::ServiceLinkedRole { exempt_from } => {
            format!("if the caller is a service-linked role, which the {} does not bind", exempt_from.name())
        }
    }
}

fn place(residual: &Residual) -> String {
    residual.statement.as_ref().map_or_else(String::new, named)
}

fn named(statement: &StatementRef) -> String {
    let level = statement.level.as_ref().map(|level| format!(" at {level}")).unwrap_or_default();
    let sid = statement.sid.as_ref().map(|sid| format!(" \"{sid}\"")).unwrap_or_default();
    format!("{}{level} {} statement {}{sid}", statement.layer.name(), statement.policy, statement.statement)
}

fn gain(account: &Account, edge: &Edge) -> String {
    let names: Vec<&str> = edge.to.iter().take(3).map(|place| account.principal(place).name.as_str()).collect();
    let more = if edge.to.len() > 3 { format!(" and {} more", edge.to.len() - 3) } else { String::new() };
    let whom = if names.is_empty() { String::new() } else { format!(" {}{more}", names.join(", ")) };
    let mut needs: Vec<String> = edge.path.needs.clone();
    needs.extend(edge.lacking.clone());
    needs.extend(edge.residual.iter().filter(|residual| !is_scp_layer(residual)).map(phrase));
    let needs = if needs.is_empty() { String::new() } else { format!(" ({})", needs.join("; ")) };
    let what = serde_json::to_value(edge.path.gain).ok().and_then(|value| value.as_str().map(str::to_owned));
    format!("{}: {}{whom}{needs}", edge.path.id, what.unwrap_or_default())
}

fn csv(rows: &[Row<'_>]) -> Result<String, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["principal", "class", "action", "verdict", "depends_on", "because"]).map_err(Failure::new)?;
    for row in rows {
        let depends = row.decision.residual.iter().map(phrase).collect::<Vec<_>>().join("; ");
        let because = row.decision.because.iter().map(named).collect::<Vec<_>>().join("; ");
        for action in &row.actions {
            let record =
                [row.principal.arn.as_str(), row.class.name(), action, row.decision.verdict.name(), &depends, &because];
            writer.write_record(record.map(neutral)).map_err(Failure::new)?;
        }
    }
    String::from_utf8(writer.into_inner().map_err(Failure::new)?).map_err(Failure::new)
}

/// A cell that a spreadsheet would read as a formula is made text.
fn neutral(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

fn as_json(account: &Account, rows: &[Row<'_>], edges: &[Edge]) -> Value {
    let arn = |place: &usize| account.principal(*place).arn.as_str();
    let capabilities: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "principal": row.principal.arn,
                "class": row.class,
                "actions": row.actions,
                "verdict": row.decision.verdict,
                "because": row.decision.because,
                "residual": row.decision.residual,
            })
        })
        .collect();
    let escalations: Vec<Value> = edges
        .iter()
        .map(|edge| {
            json!({
                "principal": arn(&edge.from),
                "path": edge.path.id,
                "kind": edge.path.kind,
                "gain": edge.path.gain,
                "gains": edge.to.iter().map(|place| arn(&place)).collect::<Vec<_>>(),
                "beyond_own_policies": edge.path.full,
                "verdict": edge.verdict,
                "residual": edge.residual,
                "needs": edge.path.needs,
                "lacking": edge.lacking,
            })
        })
        .collect();
    json!({
        "account": account.id,
        "actions_as_of": actions::data_date(),
        "scp": if account.scp_unreadable() { "unread" } else { "read" },
        "capabilities": capabilities,
        "escalations": escalations,
        "diagnostics": account.diagnostics().collect::<Vec<_>>(),
    })
}

fn why(args: &WhyArgs) -> Result<String, Failure> {
    let account = compiled(&args.dump)?;
    let by_name = |principal: &&Principal| principal.arn == args.principal || principal.name == args.principal;
    let principal = account
        .principals()
        .iter()
        .find(by_name)
        .ok_or_else(|| Failure::new(format!("account {} has no user or role `{}`", account.id, args.principal)))?;
    let policy = match &args.resource_policy {
        Some(path) => Some(Policy::parse(&path.display().to_string(), &read(path)?)),
        None => None,
    };
    let mut ask = Ask::new(&args.action, &args.resource);
    ask.resource_policy = policy.as_ref().map_or(ResourcePolicy::None, ResourcePolicy::Read);
    for pair in &args.context {
        let (key, value) =
            pair.split_once('=').ok_or_else(|| Failure::new(format!("`{pair}` is not of the form key=value")))?;
        ask.context.set(key, value);
    }
    let decision = account.decide_for(principal, &ask);
    Ok(explained(principal, args, &decision, &account.trace(principal, &ask)))
}

fn explained(principal: &Principal, args: &WhyArgs, decision: &Decision, traced: &[Traced]) -> String {
    let (may, reason) = match decision.verdict {
        Verdict::Allow => ("may do", "it is granted"),
        Verdict::ExplicitDeny => ("may not do", "a Deny applies"),
        Verdict::ImplicitDeny => ("may not do", "nothing grants it"),
        Verdict::Depends => ("may do", "it depends on what follows"),
    };
    let mut text = format!("{} {may} {} on {}: {reason}\n", principal.arn, args.action, args.resource);
    for missing in &decision.missing {
        let what = missing.what.as_ref().map(|what| format!(" ({what})")).unwrap_or_default();
        let _ = writeln!(text, "  no grant: {}{what}", missing.layer.name());
    }
    for residual in &decision.residual {
        let _ = writeln!(text, "  {}", phrase(residual));
    }
    if actions::class_of(&args.action).is_none() {
        let _ = writeln!(text, "note: AWS had no action `{}` on {}", args.action, actions::data_date());
    }
    text.push_str(if traced.is_empty() {
        "\nno statement that was read speaks of the action\n"
    } else {
        "\nstatements that speak of the action\n"
    });
    for one in traced {
        let effect = match one.statement.effect {
            Some(crate::iam::Effect::Allow) => "Allow",
            Some(crate::iam::Effect::Deny) => "Deny",
            None => "unreadable",
        };
        let _ = writeln!(text, "  {effect:<6} {:<7} {}", answer(one.applies()), named(&one.statement));
        let _ = writeln!(text, "           resource {}, principal {}", answer(one.resource), answer(one.principal));
        for (condition, truth) in &one.conditions {
            let _ = writeln!(text, "           {condition}: {}", answer(*truth));
        }
    }
    for line in &decision.diagnostics {
        let _ = writeln!(text, "note: {line}");
    }
    text
}

fn answer(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "yes",
        Truth::False => "no",
        Truth::Unknown => "unknown",
    }
}
