//! `ambit explain`: the page of a check, or the reasons of a path or finding of a run.

use crate::{
    checks,
    cli::{Exit, Failure, args::Explain, commands::report, printer::Printer},
    report::{Assessment, Finding, ReachPath, Severity},
};

pub async fn run(args: &Explain, printer: &Printer) -> Result<Exit, Failure> {
    let text = match args.id.as_deref() {
        None => catalogue(),
        Some(id) if id.starts_with("p-") || id.starts_with("f-") => {
            let (log, config) = report::chosen(&args.run).await?;
            let assessment = report::judge(&log, &config, Severity::High)?;
            of_run(&assessment, id)?
        }
        Some(id) => of_catalogue(id)?,
    };
    printer.result(&text).map_err(Failure::new)?;
    Ok(Exit::Clean)
}

fn catalogue() -> String {
    checks::all().iter().map(|check| format!("{:<28} {}\n", check.id, check.title)).collect()
}

fn of_catalogue(id: &str) -> Result<String, Failure> {
    let found = checks::all().into_iter().find(|check| check.id == id);
    let check = found
        .ok_or_else(|| Failure::new(format!("nothing is called `{id}`\nhint: `ambit explain` lists what there is")))?;
    Ok(format!("{}\nseverity {:?}, objective {}\n", check.page(), check.severity, check.objective))
}

fn of_run(assessment: &Assessment, id: &str) -> Result<String, Failure> {
    let path = assessment.paths.iter().find(|path| path.id.as_str() == id).map(path_text);
    let finding = assessment.findings.iter().find(|finding| finding.id.as_str() == id).map(finding_text);
    path.or(finding).ok_or_else(|| Failure::new(format!("`{id}` is not in run {}", assessment.run.id)))
}

fn path_text(path: &ReachPath) -> String {
    let mut text = format!("{}\n\n", path.sentence);
    for hop in &path.hops {
        let evidence: Vec<&str> = hop.evidence.iter().map(|id| id.as_str()).collect();
        text.push_str(&format!(
            "  {:?}  {} -> {}\n    {}\n    evidence {}\n",
            hop.verdict,
            hop.from.name,
            hop.to.name,
            hop.because,
            evidence.join(" ")
        ));
    }
    for remedy in &path.closed_by {
        text.push_str(&format!("  closes it: {} ({}, {} min)\n", remedy.change, remedy.who, remedy.minutes));
    }
    text
}

fn finding_text(finding: &Finding) -> String {
    let mut text = format!(
        "{:?}: {}\ncheck {}, severity {:?}\n",
        finding.outcome, finding.statement, finding.check, finding.severity
    );
    for gap in &finding.needs {
        let needs = gap.needs.as_ref().map(|needs| format!("; grant {needs}")).unwrap_or_default();
        text.push_str(&format!("  not read: {} ({}){needs}\n", gap.what, gap.why));
    }
    let evidence: Vec<&str> = finding.evidence.iter().map(|id| id.as_str()).collect();
    text.push_str(&format!("evidence {}\n", evidence.join(" ")));
    text
}
