//! `ambit assess`: collect, judge, report.

use crate::{
    cli::{
        Exit, Failure,
        args::Assess,
        commands::{collect, report},
        printer::Printer,
    },
    collect::github::Share,
};

pub async fn run(args: &Assess, printer: &Printer) -> Result<Exit, Failure> {
    let configured = collect::config(args.source.config.as_deref())?;
    let run = collect::collect(&args.source, Share::Everything, &configured, printer).await?;
    report::of_store(&args.source.store, Some(&run), &args.out, args.fail_on.into(), printer).await
}
