//! `ambit explain`: what a check, an objective, a criterion or a question means, or why a path or finding of a run stands.

mod data;
mod of_run;

use crate::{
    cli::{Exit, Failure, args::Explain, commands::report, printer::Printer},
    report::Severity,
};

use data::Data;

pub async fn run(args: &Explain, printer: &Printer) -> Result<Exit, Failure> {
    let text = match args.id.as_deref() {
        None => Data::load()?.list(printer.width),
        Some(id) if of_a_run(id) => {
            let (log, config) = report::chosen(&args.run).await?;
            let assessment = report::judge(&log, &config, Severity::High)?;
            of_run::explain(&assessment, id, printer.width)?
        }
        Some(id) => Data::load()?.explain(id, printer.width)?,
    };
    printer.result(&text).map_err(Failure::new)?;
    Ok(Exit::Clean)
}

/// Ids of paths and findings: `p-` or `f-` and hex digits.
fn of_a_run(id: &str) -> bool {
    let hex = id.strip_prefix("p-").or(id.strip_prefix("f-"));
    hex.is_some_and(|hex| !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
