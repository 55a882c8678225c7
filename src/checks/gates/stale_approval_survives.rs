//! A new push cancels an earlier approval.
//!
//! Fails for a production branch where an approval stays valid after further commits, and the last push needs no approval of its own:
//! an agent can add what it likes after a person has looked.

use crate::checks::{Sheet, Sight, check};
use crate::model::rules::{ReviewRule, Rule};

check!(
    stale_approval_survives,
    "gates",
    "A new push cancels an earlier approval",
    Medium,
    ApprovalBypass,
    "changes_reviewed"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for (repository, branch) in sight.production_branches(sheet) {
        let subject = repository.at(branch);
        let gaps = branch.rules_gaps(&subject);
        let classic = branch.classic.seen().and_then(|protection| protection.review.clone());
        let reviews: Vec<ReviewRule> = branch
            .rules
            .members()
            .iter()
            .filter_map(Rule::review)
            .chain(classic)
            .filter(|review| review.approvals > 0)
            .collect();
        let evidence = [branch.classic.evidence.clone(), branch.rules.evidence.clone()].concat();
        if reviews.iter().any(|review| review.dismiss_stale || review.last_push_approval) {
            sheet.pass(&subject, format!("a push to a pull request for {subject} needs a fresh approval"), &evidence);
        } else if !gaps.is_empty() {
            sheet.unknown(
                &subject,
                format!("whether an approval on {subject} survives a new push could not be told"),
                gaps,
            );
        } else if reviews.is_empty() {
            sheet.not_applicable(&subject, format!("{subject} asks for no approval"), &evidence);
        } else {
            sheet
                .fail(&subject, format!("an approval on {subject} survives commits that nobody looked at"), &evidence)
                .fix("dismiss_stale", &[("branch", branch.name.as_str()), ("repository", repository.name.as_str())]);
        }
    }
}
