//! What Ambit knows without a run: checks, objectives, criteria, questions, and what each has to do with the others.

use crate::{
    assess,
    checks::{self, CheckDef},
    cli::{Failure, layout::Layout},
    controls::{
        catalogue::{Catalogue, CriterionRow, Framework, Objective, Overlay, PopulationSource},
        questions::{Favourable, Question, QuestionSet, Rule},
    },
    render::words,
    report::Check,
};

/// Where the text beside an id begins.
const COLUMN: usize = 28;
/// Where the text beside a label begins.
const LABELS: usize = 14;

pub struct Data {
    catalogue: Catalogue,
    checks: Vec<Check>,
}

impl Data {
    /// # Errors
    /// When the built-in data does not load: our own defect.
    pub fn load() -> Result<Data, Failure> {
        let catalogue = Catalogue::load(&Overlay::default()).map_err(Failure::new)?;
        let mut checks: Vec<Check> = checks::all().iter().map(CheckDef::entry).collect();
        checks.extend(assess::own_checks());
        Ok(Data { catalogue, checks })
    }

    /// Everything that can be asked for.
    pub fn list(&self, width: usize) -> String {
        let mut layout = Layout::new(width);
        let mut family = "";
        for check in &self.checks {
            if check.family != family {
                family = &check.family;
                layout.heading(&format!("Checks: {family}"));
            }
            layout.row(check.id.as_str(), COLUMN, &check.title);
        }
        layout.heading("Objectives");
        for objective in &self.catalogue.objectives {
            layout.row(&objective.id, COLUMN, &objective.title);
        }
        for framework in &self.catalogue.frameworks {
            layout.heading(&format!("Criteria: {}", framework.title));
            for row in &framework.criteria {
                layout.row(&row.id, LABELS, &row.title);
            }
        }
        for set in &self.catalogue.questions {
            layout.heading(&format!("Questions: {}", set.title));
            for question in &set.questions {
                layout.row(&question.id, COLUMN + 8, &question.question);
            }
        }
        layout.heading("A path (p-…) or a finding (f-…) of a recorded run: ambit explain ID --store DIR");
        layout.finish()
    }

    /// The page of one id, letter case aside.
    ///
    /// # Errors
    /// Says what is called alike when nothing has this id.
    pub fn explain(&self, id: &str, width: usize) -> Result<String, Failure> {
        let mut layout = Layout::new(width);
        let mut found = false;
        let same = |other: &str| other.eq_ignore_ascii_case(id);
        if let Some(check) = self.checks.iter().find(|check| same(check.id.as_str())) {
            self.check(&mut layout, check);
            found = true;
        }
        if let Some(objective) = self.catalogue.objectives.iter().find(|objective| same(&objective.id)) {
            self.objective(&mut layout, objective);
            found = true;
        }
        for framework in &self.catalogue.frameworks {
            for row in framework.criteria.iter().filter(|row| same(&row.id)) {
                self.criterion(&mut layout, framework, row);
                found = true;
            }
        }
        for set in &self.catalogue.questions {
            for question in set.questions.iter().filter(|question| same(&question.id)) {
                self.question(&mut layout, set, question);
                found = true;
            }
        }
        if found { Ok(layout.finish()) } else { Err(self.nothing(id)) }
    }

    fn check(&self, layout: &mut Layout, check: &Check) {
        layout.heading(&format!("Check {}", check.id));
        layout.paragraph(0, "");
        layout.page(&check.page);
        layout.paragraph(0, "");
        layout.row("severity", LABELS, words::severity(check.severity).text);
        layout.row("failure mode", LABELS, words::mode(check.mode));
        layout.row("objective", LABELS, &self.objective_line(check.objective.as_str()));
        let criteria = self.criteria_of(check.objective.as_str());
        if !criteria.is_empty() {
            layout.row("criteria", LABELS, &criteria.join(", "));
        }
        for population in
            self.catalogue.populations.iter().filter(|one| one.checks.iter().any(|id| id == check.id.as_str()))
        {
            layout.row("tests over", LABELS, &format!("{} {}", population.id, population.title));
        }
        let asking: Vec<&str> = self
            .questions()
            .filter(|question| question.rule.checks().iter().any(|id| id == check.id.as_str()))
            .map(|question| question.id.as_str())
            .collect();
        if !asking.is_empty() {
            layout.row("answers", LABELS, &asking.join(", "));
        }
    }

    fn objective(&self, layout: &mut Layout, objective: &Objective) {
        layout.heading(&format!("Objective {}", objective.id));
        layout.paragraph(0, "");
        layout.paragraph(2, &objective.title);
        layout.paragraph(2, &objective.statement);
        layout.heading("Checks that serve it");
        for check in self.checks.iter().filter(|check| check.objective.as_str() == objective.id) {
            layout.row(check.id.as_str(), COLUMN, &check.title);
        }
        layout.heading("Criteria that ask for it");
        for framework in &self.catalogue.frameworks {
            for row in framework.criteria.iter().filter(|row| row.objectives.contains(&objective.id)) {
                layout.row(&row.id, LABELS, &row.title);
            }
        }
    }

    fn criterion(&self, layout: &mut Layout, framework: &Framework, row: &CriterionRow) {
        layout.heading(&format!("Criterion {}", row.id));
        layout.paragraph(2, &framework.title);
        layout.paragraph(0, "");
        layout.paragraph(2, &row.title);
        layout.row("category", LABELS, &row.category.as_str().replace('_', " "));
        layout.heading("Tests");
        for id in &row.objectives {
            layout.paragraph(2, &self.objective_line(id));
            for check in self.checks.iter().filter(|check| check.objective.as_str() == id) {
                layout.item(4, &format!("{}: {}", check.id, check.title));
            }
        }
        layout.heading(&format!(
            "Points of focus: {} of {} touched (guidance, not requirements)",
            row.points.len(),
            row.count
        ));
        for point in &row.points {
            let number = point.number.map_or_else(String::new, |number| format!("{number}. "));
            layout.item(2, &format!("{number}{} ({})", point.name, point.objectives.join(", ")));
        }
        if !row.populations.is_empty() {
            layout.heading("Populations for tests of operation");
            for id in &row.populations {
                let population = self.catalogue.population(id);
                let source = match population.map(|one| one.source) {
                    Some(PopulationSource::Run) => "drawn from a run",
                    Some(PopulationSource::File) => "a list that management hands in",
                    Some(PopulationSource::Nowhere) | None => "not read by this version",
                };
                let title = population.map_or("", |one| one.title.as_str());
                layout.item(2, &format!("{id} {title} ({source})"));
            }
        }
        layout.heading("What management attests, because no reading can show it");
        for attested in &row.attested {
            layout.item(2, attested);
        }
        layout.heading("Whether the criterion is met is the auditor's word.");
    }

    fn question(&self, layout: &mut Layout, set: &QuestionSet, question: &Question) {
        layout.heading(&format!("Question {}", question.id));
        layout.paragraph(2, &set.title);
        layout.paragraph(0, "");
        layout.paragraph(2, &question.question);
        layout.paragraph(0, "");
        let good = match question.favourable {
            Favourable::Yes => "yes",
            Favourable::No => "no",
        };
        layout.row("good answer", LABELS, good);
        layout.row("rule", LABELS, &rule(&question.rule));
        if !question.rule.checks().is_empty() {
            layout.heading("Checks that the rule looks at");
            for id in question.rule.checks() {
                let title = self.checks.iter().find(|check| check.id.as_str() == id).map_or("", |check| &check.title);
                layout.row(id, COLUMN, title);
            }
        }
        if !question.limits.is_empty() {
            layout.heading("What the answer does not say");
            for limit in &question.limits {
                layout.item(2, limit);
            }
        }
    }

    fn objective_line(&self, id: &str) -> String {
        let known = self.catalogue.objectives.iter().find(|objective| objective.id == id);
        known.map_or_else(|| id.to_owned(), |objective| format!("{id}: {}", objective.title))
    }

    fn criteria_of(&self, objective: &str) -> Vec<&str> {
        let rows = self.catalogue.frameworks.iter().flat_map(|framework| &framework.criteria);
        rows.filter(|row| row.objectives.iter().any(|id| id == objective)).map(|row| row.id.as_str()).collect()
    }

    fn questions(&self) -> impl Iterator<Item = &Question> {
        self.catalogue.questions.iter().flat_map(|set| &set.questions)
    }

    /// Names what is called alike: ids that hold a word of the one asked for.
    fn nothing(&self, id: &str) -> Failure {
        let asked = id.to_ascii_lowercase();
        let parts: Vec<&str> = asked.split(['_', '-', ' ']).filter(|word| word.len() > 3).collect();
        let ids = self
            .checks
            .iter()
            .map(|check| check.id.as_str())
            .chain(self.catalogue.objectives.iter().map(|objective| objective.id.as_str()))
            .chain(self.questions().map(|question| question.id.as_str()));
        let mut alike: Vec<(usize, &str)> = ids
            .map(|known| (parts.iter().filter(|part| known.contains(**part)).count(), known))
            .filter(|(shared, _)| *shared > 0)
            .collect();
        alike.sort_by(|a, b| (b.0, a.1).cmp(&(a.0, b.1)));
        let named: Vec<&str> = alike.into_iter().take(3).map(|(_, known)| known).collect();
        let hint = match named.is_empty() {
            true => "`ambit explain` lists what there is".to_owned(),
            false => format!("called alike: {}; `ambit explain` lists all", named.join(", ")),
        };
        Failure::new(format!("nothing is called `{}`\nhint: {hint}", crate::base::foreign::plain(id)))
    }
}

/// A rule in words.
fn rule(rule: &Rule) -> String {
    let tiers =
        |tiers: &[crate::model::tier::Tier]| tiers.iter().map(|tier| tier.as_str()).collect::<Vec<_>>().join(", ");
    match rule {
        Rule::AllPass { .. } => {
            "holds when every subject of the checks below passes; one that could not be told never counts as a pass"
                .to_owned()
        }
        Rule::NoOpenPath { classes, tiers: into, .. } => format!(
            "holds when no way by which an agent can {} something of {} is open or possible, and the checks below saw enough",
            classes.iter().map(|class| words::class(*class)).collect::<Vec<_>>().join(" or "),
            tiers(into)
        ),
        Rule::Matrix { tiers: of } => {
            format!("holds when every cell of the permission matrix in {} is known and within the profile", tiers(of))
        }
        Rule::Inventory { .. } => "lists the agents; holds when what lists them was read in full".to_owned(),
        Rule::OwnIdentity { .. } => "holds when no agent acts under the login of a person".to_owned(),
        Rule::Signoff { names } => format!(
            "holds when a person approved every merged change of an agent{}",
            if *names { "; the persons are named" } else { "" }
        ),
        Rule::TimedRollback { minutes, .. } => format!(
            "holds when a timed drill or measured reverts took code and data back within {}; settings alone never do",
            words::minutes(*minutes)
        ),
        Rule::TimedDetection { .. } => "holds when a drill measured the time to detection".to_owned(),
        Rule::Coverage => "lists what was not checked".to_owned(),
        Rule::NotDeterminable { would_answer } => {
            format!("nothing that is read answers it; what would: {would_answer}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::terminal::wrap;

    #[test]
    fn everything_that_is_listed_has_a_page_within_eighty_columns() {
        let data = Data::load().unwrap();
        let checks = data.checks.iter().map(|check| check.id.as_str().to_owned());
        let objectives = data.catalogue.objectives.iter().map(|objective| objective.id.clone());
        let criteria = data.catalogue.frameworks.iter().flat_map(|one| &one.criteria).map(|row| row.id.clone());
        let questions = data.questions().map(|question| question.id.clone());
        let ids: Vec<String> = checks.chain(objectives).chain(criteria).chain(questions).collect();
        let list = data.list(80);
        for id in &ids {
            assert!(list.contains(id.as_str()), "{id} is not listed");
            let page = data.explain(id, 80).unwrap();
            assert!(page.contains(id.as_str()) && page.lines().count() > 4, "{page}");
            for line in page.lines() {
                assert!(wrap::width(line) <= 80 || line.starts_with("  |"), "{id}: {line}");
            }
        }
        assert!(ids.len() > 80, "{}", ids.len());
    }

    #[test]
    fn letter_case_is_no_matter_and_what_is_not_there_names_its_neighbours() {
        let data = Data::load().unwrap();
        assert_eq!(data.explain("cc8.1", 80).unwrap(), data.explain("CC8.1", 80).unwrap());
        let error = data.explain("environment_gated", 80).unwrap_err().to_string();
        assert!(error.contains("hint: called alike: ") && error.contains("environment_ungated"), "{error}");
        let error = data.explain("zzz", 80).unwrap_err().to_string();
        assert!(error.ends_with("hint: `ambit explain` lists what there is"), "{error}");
    }
}
