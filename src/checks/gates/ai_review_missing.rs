//! An AI reviews before a person does.
//!
//! Fails for a production branch on which no rule asks for an automated review of a change. Reviews that bots merely happen to write are
//! a habit, not a gate, and are not counted; neither does a bot's review ever stand for a person's.

use crate::checks::{Sheet, Sight, check};
use crate::model::truth::Truth;

check!(ai_review_missing, "gates", "An AI reviews before a person does", Low, ApprovalBypass, "essentials_enforced");

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for (repository, branch) in sight.production_branches(sheet) {
        let subject = repository.at(branch);
        let evidence = &branch.rules.evidence;
        let by_app = |check: &String| {
            let name = check.to_ascii_lowercase();
            sight
                .signatures
                .agents
                .iter()
                .filter(|agent| agent.kind == "reviewer")
                .any(|agent| name.contains(&agent.id) || name.contains(&agent.name.to_ascii_lowercase()))
        };
        let asked = branch
            .rules
            .any(|rule| (rule.kind == "copilot_code_review" || rule.required_checks().iter().any(by_app)).into());
        let classic =
            branch.classic.holds(Truth::False, |protection| protection.required_checks.iter().any(by_app).into());
        match asked.or(classic) {
            Truth::True => {
                sheet.pass(&subject, format!("an automated review stands before {subject}"), evidence);
            }
            Truth::False => {
                let statement = format!("no rule of {subject} asks for an automated review before a person's");
                sheet.fail(&subject, statement, evidence).fix(
                    "require_ai_review",
                    &[("repository", repository.name.as_str()), ("branch", branch.name.as_str())],
                );
            }
            Truth::Unknown => {
                let statement = format!("whether {subject} asks for an automated review could not be told");
                sheet.unknown(&subject, statement, branch.rules_gaps(&subject));
            }
        }
    }
}
