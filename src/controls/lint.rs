//! `ambit controls lint`: what the files under `controls/` say about each other.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    catalogue::{Catalogue, Files, Framework, LoadError, Overlay},
    permissions,
};

/// Something wrong in the data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Path below `controls/`.
    pub path: String,
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "controls/{}: {}", self.path, self.message)
    }
}

impl From<LoadError> for Problem {
    fn from(error: LoadError) -> Problem {
        Problem { path: error.path, message: error.why }
    }
}

/// What the code knows of a check; the catalogue of checks stands on a higher floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownCheck<'a> {
    pub id: &'a str,
    pub objective: &'a str,
}

/// Every reference that leads nowhere, every id that stands twice, every objective without a check; in order of files.
pub fn lint(overlay: &Overlay, checks: &[KnownCheck<'_>]) -> Vec<Problem> {
    let catalogue = match Catalogue::load(overlay) {
        Ok(catalogue) => catalogue,
        Err(error) => return vec![error.into()],
    };
    let mut lint = Lint { problems: Vec::new() };
    lint.objectives(&catalogue, checks);
    lint.frameworks(&catalogue);
    lint.questions(&catalogue, checks);
    lint.populations(&catalogue, checks);
    lint.files(&Files { overlay }, &catalogue);
    lint.problems.extend(
        permissions::problems()
            .into_iter()
            .map(|message| Problem { path: "permissions/github.yaml".to_owned(), message }),
    );
    lint.problems.sort();
    lint.problems
}

struct Lint {
    problems: Vec<Problem>,
}

impl Lint {
    fn say(&mut self, path: &str, message: String) {
        self.problems.push(Problem { path: path.to_owned(), message });
    }

    fn unique<'a>(&mut self, path: &str, ids: impl Iterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for id in ids.filter(|id| !seen.insert(*id)) {
            self.say(path, format!("`{id}` stands twice"));
        }
    }

    fn objectives(&mut self, catalogue: &Catalogue, checks: &[KnownCheck<'_>]) {
        let path = "objectives.yaml";
        let ids = || catalogue.objectives.iter().map(|objective| objective.id.as_str());
        self.unique(path, ids());
        for id in ids().filter(|id| !checks.iter().any(|check| check.objective == *id)) {
            self.say(path, format!("no check serves `{id}`"));
        }
        for check in checks.iter().filter(|check| !ids().any(|id| id == check.objective)) {
            self.say(path, format!("check `{}` serves `{}`, which is no objective", check.id, check.objective));
        }
        self.unique("populations.yaml", catalogue.populations.iter().map(|population| population.id.as_str()));
        self.unique("phases.yaml", catalogue.phases.iter().map(|phase| phase.id.as_str()));
    }

    fn frameworks(&mut self, catalogue: &Catalogue) {
        let known: BTreeSet<&str> = catalogue.objectives.iter().map(|objective| objective.id.as_str()).collect();
        self.unique("frameworks", catalogue.frameworks.iter().map(|framework| framework.id.as_str()));
        for framework in &catalogue.frameworks {
            let path = format!("frameworks ({})", framework.id);
            self.unique(&path, framework.criteria.iter().map(|row| row.id.as_str()));
            self.criteria(&path, framework, &known, catalogue);
        }
    }

    fn criteria(&mut self, path: &str, framework: &Framework, known: &BTreeSet<&str>, catalogue: &Catalogue) {
        for row in &framework.criteria {
            let pointed = row.points.iter().flat_map(|point| &point.objectives);
            for id in row.objectives.iter().chain(pointed.clone()).filter(|id| !known.contains(id.as_str())) {
                self.say(path, format!("{} asks for `{id}`, which is no objective", row.id));
            }
            for id in pointed.filter(|id| !row.objectives.contains(id)) {
                self.say(
                    path,
                    format!("a point of {} is touched by `{id}`, which the criterion does not name", row.id),
                );
            }
            for id in row.populations.iter().filter(|id| catalogue.population(id).is_none()) {
                self.say(path, format!("{} rests on `{id}`, which is no population", row.id));
            }
            let numbers: Vec<u32> = row.points.iter().filter_map(|point| point.number).collect();
            if numbers.iter().any(|number| *number == 0 || *number > row.count) || !is_rising(&numbers) {
                self.say(path, format!("the points of {} must rise within 1 to {}", row.id, row.count));
            }
        }
    }

    fn questions(&mut self, catalogue: &Catalogue, checks: &[KnownCheck<'_>]) {
        let questions = || catalogue.questions.iter().flat_map(|set| &set.questions);
        self.unique("questions", questions().map(|question| question.id.as_str()));
        for question in questions() {
            for id in question.rule.checks().iter().filter(|id| !checks.iter().any(|check| check.id == **id)) {
                self.say("questions", format!("`{}` looks at `{id}`, which is no check", question.id));
            }
        }
    }

    fn populations(&mut self, catalogue: &Catalogue, checks: &[KnownCheck<'_>]) {
        for population in &catalogue.populations {
            for id in population.checks.iter().filter(|id| !checks.iter().any(|check| check.id == **id)) {
                self.say("populations.yaml", format!("{} names `{id}`, which is no check", population.id));
            }
        }
    }

    /// An id is the name of its file, so that an overlay replaces what it means to.
    fn files(&mut self, files: &Files<'_>, catalogue: &Catalogue) {
        let named: BTreeMap<&str, BTreeSet<String>> = BTreeMap::from([
            ("questions", catalogue.questions.iter().map(|set| set.id.clone()).collect()),
            ("metrics", catalogue.metrics.iter().map(|metric| metric.id.clone()).collect()),
            ("profiles", catalogue.profiles.iter().map(|profile| profile.id.clone()).collect()),
            ("remedies", catalogue.remedies.keys().cloned().collect()),
        ]);
        for (folder, ids) in named {
            for path in files.paths(folder) {
                let stem = path.rsplit('/').next().and_then(|name| name.strip_suffix(".yaml")).unwrap_or_default();
                if !ids.contains(stem) {
                    self.say(&path, "the id inside is not the file's name".to_owned());
                }
            }
        }
    }
}

fn is_rising(numbers: &[u32]) -> bool {
    numbers.iter().zip(numbers.iter().skip(1)).all(|(before, after)| before < after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlay(path: &str, text: &str) -> Overlay {
        Overlay { files: BTreeMap::from([(path.to_owned(), text.to_owned())]) }
    }

    fn said(overlay: &Overlay, checks: &[KnownCheck<'_>]) -> String {
        lint(overlay, checks).iter().map(|problem| format!("{problem}\n")).collect()
    }

    #[test]
    fn references_that_lead_nowhere_are_told() {
        let framework = "id: own\ntitle: Own\ncriteria:\n  - id: A\n    category: security\n    title: a\n    objectives: [nothing]\n    \
                         count: 2\n    points:\n      - { number: 3, name: b, objectives: [agents_owned] }\n    \
                         populations: [P99]\n    attested: []\n";
        let said = said(&overlay("frameworks/own.yaml", framework), &[]);
        for wanted in [
            "controls/frameworks (own): A asks for `nothing`, which is no objective",
            "controls/frameworks (own): a point of A is touched by `agents_owned`, which the criterion does not name",
            "controls/frameworks (own): A rests on `P99`, which is no population",
            "controls/frameworks (own): the points of A must rise within 1 to 2",
            "controls/objectives.yaml: no check serves `agents_owned`",
            "controls/questions: `buyer_02_agents_owned` looks at `agent_without_owner`, which is no check",
        ] {
            assert!(said.contains(wanted), "{wanted} not in {said}");
        }
    }

    #[test]
    fn a_check_without_an_objective_a_file_with_another_name_and_a_double_are_told() {
        let mut overlay =
            overlay("remedies/other.yaml", crate::controls::embedded::text("remedies/trail.yaml").unwrap());
        overlay.files.insert(
            "objectives.yaml".to_owned(),
            "objectives:\n- {id: a, title: a, statement: a}\n- {id: a, title: a, statement: a}".to_owned(),
        );
        let said = said(&overlay, &[KnownCheck { id: "c", objective: "b" }]);
        for wanted in [
            "controls/objectives.yaml: `a` stands twice",
            "controls/objectives.yaml: check `c` serves `b`, which is no objective",
            "controls/remedies/other.yaml: the id inside is not the file's name",
        ] {
            assert!(said.contains(wanted), "{wanted} not in {said}");
        }
    }

    #[test]
    fn a_file_that_does_not_parse_is_the_one_problem() {
        let problems = lint(&overlay("phases.yaml", "phases: 1"), &[]);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].path, "phases.yaml");
    }
}
