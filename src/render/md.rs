//! `gap-report.md` for issues and wikis (GitHub Flavored Markdown). All text goes through `base::foreign::markdown`, so
//! that pasting the report mentions nobody and links nowhere.

use std::fmt::Write;

use crate::{base::foreign::markdown, report::Assessment};

use super::{
    artifact::{Artifact, Options, RenderError},
    view::{self, Agent, End, Hop, Node, Report},
    words::Word,
};

pub(super) fn write(assessment: &Assessment, options: &Options) -> Result<Vec<Artifact>, RenderError> {
    let report = view::report(assessment, options.edition);
    let mut page = Page::default();
    page.summary(&report);
    page.changes(&report);
    page.matrix(&report);
    report.agents.iter().for_each(|agent| page.agent(agent));
    page.routes(&report);
    page.recovery(&report);
    page.findings(&report);
    page.criteria(&report);
    page.answers(&report);
    page.basis(&report);
    Ok(vec![Artifact::new("gap-report.md", page.out)])
}

#[derive(Default)]
struct Page {
    out: String,
}

impl Page {
    fn line(&mut self, text: impl AsRef<str>) {
        self.out.push_str(text.as_ref());
        self.out.push('\n');
    }

    fn heading(&mut self, level: usize, text: &str) {
        self.line(format!("\n{} {}\n", "#".repeat(level), markdown(text)));
    }

    fn table(&mut self, columns: &[&str], rows: impl Iterator<Item = Vec<String>>) {
        let rows: Vec<Vec<String>> = rows.collect();
        if rows.is_empty() {
            return;
        }
        self.line(format!("| {} |", columns.join(" | ")));
        self.line(format!("|{}", " --- |".repeat(columns.len())));
        for row in rows {
            self.line(format!("| {} |", row.join(" | ")));
        }
    }

    fn summary(&mut self, report: &Report) {
        self.line(format!("# {}\n", markdown(report.title)));
        let facts = [&report.organisation, report.edition, &report.confidentiality, &report.as_of, &report.tool];
        self.line(facts.map(markdown).join(" · "));
        self.line(format!("\n**{}**\n", markdown(&report.headline.sentence)));
        for text in &report.headline.lines {
            self.line(format!("- {}", markdown(text)));
        }
        self.heading(2, "Ways to production");
        let none = report.headline.worst.is_none();
        self.line(if none {
            "No path found in what was read. What was not read stands under “What was not checked”.".to_owned()
        } else {
            let counts = report
                .headline
                .counts
                .iter()
                .map(|count| format!("{} {} {}", count.word.mark, count.n, count.word.text));
            counts.collect::<Vec<_>>().join(" · ")
        });
        for text in &report.withheld {
            self.line(format!("\n{}", markdown(text)));
        }
        if let Some(path) = &report.headline.path {
            self.heading(3, "The path, step by step");
            self.hops(&path.start, &path.hops);
        }
    }

    fn hops(&mut self, start: &Node, hops: &[Hop]) {
        self.line(format!("1. {} **{}**", start.kind, markdown(&start.name)));
        for (at, hop) in hops.iter().enumerate() {
            let evidence: Vec<String> = hop.evidence.iter().map(|id| markdown(id)).collect();
            let mut line = format!(
                "{}. {} {}: {} {} **{}**",
                at + 2,
                hop.verdict.mark,
                hop.verdict.text,
                hop.capability,
                hop.to.kind,
                markdown(&hop.to.name)
            );
            let _ = write!(line, " — {}", markdown(&hop.because));
            if !evidence.is_empty() {
                let _ = write!(line, " ({})", evidence.join(", "));
            }
            self.line(line);
        }
    }

    fn changes(&mut self, report: &Report) {
        if report.changes.is_empty() {
            return;
        }
        self.heading(2, "What to change first");
        for (at, change) in report.changes.iter().take(5).enumerate() {
            let fix = &change.fix;
            let facts = [change.closes.as_str(), &fix.who, &fix.time, fix.reversible].map(markdown).join(" · ");
            self.line(format!(
                "{}. **{}** {facts}. May break: {}",
                at + 1,
                markdown(&fix.change),
                markdown(&fix.may_break)
            ));
        }
    }

    fn matrix(&mut self, report: &Report) {
        if report.matrix.rows.is_empty() {
            return;
        }
        self.heading(2, "Permission matrix");
        let tiers = &report.matrix.tiers;
        let mut columns = vec!["Agent", "Capability"];
        columns.extend(tiers.iter());
        let group = report.matrix.capabilities.len();
        let rows = report.matrix.rows.iter().flat_map(|row| {
            report.matrix.capabilities.iter().enumerate().map(move |(at, capability)| {
                let mut cells = vec![markdown(&row.agent), (*capability).to_owned()];
                let own = row.cells.iter().skip(at).step_by(group);
                cells.extend(own.map(|cell| format!("{} {}", cell.word.mark, cell.word.text)));
                cells
            })
        });
        self.table(&columns, rows);
    }

    fn agent(&mut self, agent: &Agent) {
        self.heading(2, &format!("Agent {}", agent.name));
        let mut facts = vec![agent.kind.to_owned()];
        if !agent.acts_as.is_empty() {
            facts.push(format!("acts as {}", agent.acts_as.join(", ")));
        }
        facts.extend([format!("owner: {}", agent.owner), agent.activity.clone()]);
        self.line(facts.iter().map(|fact| markdown(fact)).collect::<Vec<_>>().join("; "));
        self.line("");
        let rows = agent.reach.iter().map(|reach| {
            vec![
                verdict(reach.verdict),
                reach
                    .deeds
                    .iter()
                    .map(|deed| format!("{} ({})", deed.verb, markdown(&deed.path)))
                    .collect::<Vec<_>>()
                    .join(", "),
                markdown(&reach.resource),
                reach.tier.to_owned(),
                markdown(&reach.humans),
            ]
        });
        self.table(&["Verdict", "May", "What", "Tier", "Humans"], rows);
    }

    fn routes(&mut self, report: &Report) {
        if report.routes.is_empty() {
            return;
        }
        self.heading(2, "Ways, step by step");
        self.line("A way is every path of one agent over the same steps; the last step stands in the table.\n");
        self.line(markdown(report.human_rule));
        for route in &report.routes {
            self.heading(3, &format!("{} {}", route.verdict.text, route.title));
            let counts: Vec<String> =
                route.counts.iter().map(|count| format!("{} {}", count.n, count.word.text)).collect();
            self.line(format!("{}; {}\n", counts.join(", "), markdown(&route.humans)));
            if !route.hops.is_empty() {
                self.hops(&route.start, &route.hops);
                self.line("");
            }
            for fix in &route.changes {
                self.line(format!("- Closes every path of it: {}", markdown(&fix.change)));
            }
            self.line("");
            self.table(&["Verdict", "May", "Tier", "Because", "Path"], route.ends.iter().map(end));
        }
    }

    fn recovery(&mut self, report: &Report) {
        if !report.stores.is_empty() {
            self.heading(2, "Recoverability");
            let rows = report.stores.iter().map(|store| {
                let mut safe = store.fix.as_ref().map(|fix| markdown(&fix.change)).unwrap_or_default();
                if !store.unless.is_empty() {
                    let _ = write!(safe, "<br>Unless {}", markdown(&store.unless.join("; or ")));
                }
                vec![
                    verdict(store.verdict),
                    format!("{} ({})<br>{}", markdown(&store.name), store.tier, markdown(&store.agents)),
                    markdown(&store.protection),
                    store.backups.iter().map(|backup| markdown(backup)).collect::<Vec<_>>().join("<br>"),
                    markdown(&store.restored),
                    safe,
                ]
            });
            let columns = ["Verdict", "Store", "Protected", "Backed up", "Restored", "What makes it safe"];
            self.table(&columns, rows);
        }
        if !report.rollbacks.is_empty() {
            self.heading(2, "Code rollback");
            let rows = report.rollbacks.iter().map(|row| {
                [&row.repository, &row.redeploy, &row.started_by, &row.artifact, &row.migrations, &row.rehearsed]
                    .map(|cell| markdown(cell))
                    .to_vec()
            });
            let columns = [
                "Repository",
                "Redeployed on request",
                "Started by",
                "Build kept",
                "Migrations",
                "Rehearsed in staging",
            ];
            self.table(&columns, rows);
        }
        if !report.alerts.is_empty() {
            self.heading(2, "Alert coverage");
            let rows = report.alerts.iter().map(|row| {
                vec![
                    verdict(row.outcome),
                    row.actions.iter().map(|action| markdown(action)).collect::<Vec<_>>().join(", "),
                    markdown(&row.account),
                    markdown(&row.regions),
                    markdown(&row.by),
                ]
            });
            self.table(&["Outcome", "Actions", "Account", "Regions", "By"], rows);
        }
    }

    fn findings(&mut self, report: &Report) {
        if report.findings.is_empty() {
            return;
        }
        self.heading(2, "Findings");
        let rows = report.findings.iter().map(|finding| {
            let mut text = format!(
                "**{}** {}: {}",
                markdown(&finding.title),
                markdown(&finding.subject),
                markdown(&finding.statement)
            );
            for need in &finding.needs {
                let _ = write!(text, "<br>To settle it: {}", markdown(need));
            }
            for fix in &finding.fixes {
                let _ = write!(text, "<br>Change: {}", markdown(&fix.change));
            }
            if let Some(location) = &finding.location {
                let _ = write!(text, "<br>{}", markdown(location));
            }
            vec![verdict(finding.outcome), verdict(finding.severity), text, markdown(&finding.id)]
        });
        self.table(&["Outcome", "Severity", "Finding", "Id"], rows);
    }

    fn criteria(&mut self, report: &Report) {
        if report.criteria.is_empty() {
            return;
        }
        self.heading(2, "Criteria and their tests");
        self.line("Results are per test. What a criterion adds up to is the auditor's conclusion.\n");
        let rows = report.criteria.iter().flat_map(|criterion| {
            let name = markdown(&format!("{} {}", criterion.id, criterion.title));
            let untested = criterion
                .tests
                .is_empty()
                .then(|| vec![name.clone(), "– not tested".to_owned(), String::new(), String::new()]);
            let tests = criterion.tests.iter().map(move |test| {
                vec![
                    name.clone(),
                    verdict(test.result),
                    markdown(&test.title),
                    markdown(&format!("{}; {}", test.base, test.kind)),
                ]
            });
            untested.into_iter().chain(tests)
        });
        self.table(&["Criterion", "Result", "Test", "Base"], rows);
    }

    fn answers(&mut self, report: &Report) {
        if report.answers.is_empty() {
            return;
        }
        self.heading(2, "Answers");
        for answer in &report.answers {
            self.heading(3, &answer.question);
            self.line(format!("**{}.** {}", answer.answer.text, markdown(&answer.statement)));
            if !answer.limits.is_empty() {
                self.line(format!("\nLimits: {}", markdown(&answer.limits.join(" "))));
            }
            self.line(format!("\nAs of {}", markdown(&answer.as_of)));
        }
    }

    fn basis(&mut self, report: &Report) {
        self.heading(2, "What management asserts");
        let rows = report.assertions.iter().map(|row| {
            let followed = if row.followed { "followed" } else { "not followed, a fact contradicts it" };
            vec![markdown(&row.kind), markdown(&row.statement), markdown(&row.source), followed.to_owned()]
        });
        self.table(&["Kind", "Statement", "Source", "Followed"], rows);
        self.heading(2, "What was not checked");
        let coverage = &report.coverage;
        self.line(format!("{} of {} planned requests were answered.", coverage.answered, coverage.planned));
        if !coverage.complete {
            self.line("The run was cut short: what it lacks is not collected, never absent.");
        }
        self.line("");
        for price in &report.prices {
            self.line(format!("- Grant {} to settle {}.", markdown(&price.grant), price.settles));
        }
        self.line("");
        let rows = coverage.rows.iter().map(|row| {
            vec![
                row.how.to_owned(),
                markdown(&row.what),
                markdown(&row.why),
                row.needs.as_deref().map(markdown).unwrap_or_default(),
            ]
        });
        self.table(&["How", "Request", "Why", "Settled by"], rows);
    }
}

fn end(end: &End) -> Vec<String> {
    let mut deed = markdown(&end.deed);
    if let Some(humans) = &end.humans {
        let _ = write!(deed, "<br>{}", markdown(humans));
    }
    let mut why = markdown(&end.hop.because);
    if !end.unless.is_empty() {
        let _ = write!(why, "<br>Unless {}", markdown(&end.unless.join("; or ")));
    }
    let lead = if end.closed { "Closed by" } else { "Would close it" };
    for fix in &end.changes {
        let _ = write!(why, "<br>{lead}: {}", markdown(&fix.change));
    }
    vec![verdict(end.verdict), deed, end.tier.to_owned(), why, markdown(&end.id)]
}

fn verdict(word: Word) -> String {
    format!("{} {}", word.mark, word.text)
}
