//! Incidents and access reviews that an owner lists in a file: CSV with a header line.

use std::collections::BTreeMap;

use crate::model::change::PullRequest;

/// Why a handed-in list cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{file}` line {line}: {why}\nhint: CSV with the columns {columns}")]
pub struct ListError {
    pub file: String,
    pub line: usize,
    pub why: String,
    pub columns: &'static str,
}

/// `--incidents FILE`.
pub const INCIDENT_COLUMNS: [&str; 7] = ["id", "title", "started_at", "detected_at", "resolved_at", "agent", "change"];
/// `--reviews FILE`.
pub const REVIEW_COLUMNS: [&str; 5] = ["id", "scope", "reviewed_at", "reviewer", "outcome"];

/// One incident. `agent`: whose part it was, empty for none. `change`: `owner/repo#number` or a commit that caused it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Incident {
    pub id: String,
    pub title: String,
    /// RFC 3339.
    pub started_at: String,
    /// Of the first alert; `None` where no alert is recorded.
    pub detected_at: Option<String>,
    pub resolved_at: Option<String>,
    pub agent: Option<String>,
    pub change: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Incidents {
    pub all: Vec<Incident>,
    by_change: BTreeMap<String, String>,
}

impl Incidents {
    pub fn new(mut all: Vec<Incident>) -> Incidents {
        all.sort();
        let by_change = all.iter().filter_map(|one| Some((one.change.clone()?.to_lowercase(), one.id.clone())));
        Incidents { by_change: by_change.collect(), all }
    }

    /// Reads a handed-in list.
    ///
    /// # Errors
    /// A column that is missing, a cell that is needed and empty, or a time that is none.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Incidents, ListError> {
        let rows = read(
            file,
            bytes,
            &INCIDENT_COLUMNS,
            "id,title,started_at,detected_at,resolved_at,agent,change",
            &[2, 3, 4],
        )?;
        let row = |cells: Vec<String>| {
            let mut cells = cells.into_iter();
            let mut next = || cells.next().unwrap_or_default();
            let (id, title, started_at) = (next(), next(), next());
            let mut maybe = || Some(next()).filter(|cell| !cell.is_empty());
            let (detected_at, resolved_at, agent, change) = (maybe(), maybe(), maybe(), maybe());
            Incident { id, title, started_at, detected_at, resolved_at, agent, change }
        };
        Ok(Incidents::new(rows.into_iter().map(row).collect()))
    }

    /// The incident that names this change, by number or by its merge commit.
    pub fn naming(&self, repository: &str, pull: &PullRequest) -> Option<&str> {
        let number = format!("{repository}#{}", pull.number).to_lowercase();
        let by_commit = || self.by_change.get(pull.merge_sha.as_deref()?);
        self.by_change.get(&number).or_else(by_commit).map(String::as_str)
    }
}

/// One access review that was done.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccessReview {
    pub reviewed_at: String,
    pub id: String,
    pub scope: String,
    pub reviewer: String,
    pub outcome: String,
}

/// Reads a list of access reviews.
///
/// # Errors
/// As for [`Incidents::parse`].
pub fn access_reviews(file: &str, bytes: &[u8]) -> Result<Vec<AccessReview>, ListError> {
    let rows = read(file, bytes, &REVIEW_COLUMNS, "id,scope,reviewed_at,reviewer,outcome", &[2])?;
    let row = |cells: Vec<String>| {
        let mut cells = cells.into_iter();
        let mut next = || cells.next().unwrap_or_default();
        let (id, scope, reviewed_at, reviewer, outcome) = (next(), next(), next(), next(), next());
        AccessReview { reviewed_at, id, scope, reviewer, outcome }
    };
    let mut reviews: Vec<AccessReview> = rows.into_iter().map(row).collect();
    reviews.sort();
    Ok(reviews)
}

/// The cells of every row in the order of `columns`. The first and third must be filled; those at `times` hold times.
fn read(
    file: &str,
    bytes: &[u8],
    columns: &[&str],
    shown: &'static str,
    times: &[usize],
) -> Result<Vec<Vec<String>>, ListError> {
    let fail = |line: usize, why: String| ListError { file: file.to_owned(), line, why, columns: shown };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let headers = reader.headers().map_err(|e| fail(1, e.to_string()))?.clone();
    let mut places = Vec::new();
    for column in columns {
        let place = headers.iter().position(|header| header.eq_ignore_ascii_case(column));
        places.push(place.ok_or_else(|| fail(1, format!("column `{column}` is missing")))?);
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| fail(line_of(e.position()), e.to_string()))?;
        // A quoted cell may run over several lines: a record's place is where it begins.
        let line = line_of(record.position());
        let cells: Vec<String> = places.iter().map(|at| record.get(*at).unwrap_or_default().to_owned()).collect();
        for (at, cell) in cells.iter().enumerate() {
            let name = columns.get(at).copied().unwrap_or_default();
            if cell.is_empty() && matches!(at, 0 | 2) {
                return Err(fail(line, format!("`{name}` is empty")));
            }
            if times.contains(&at) && !cell.is_empty() && cell.parse::<jiff::Timestamp>().is_err() {
                return Err(fail(line, format!("`{name}` is no time; write 2026-05-01T10:00:00Z")));
            }
        }
        rows.push(cells);
    }
    Ok(rows)
}

fn line_of(position: Option<&csv::Position>) -> usize {
    position.and_then(|position| usize::try_from(position.line()).ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_list_tells_its_file_and_line() {
        let header = "id,title,started_at,detected_at,resolved_at,agent,change\n";
        let fails = |rows: &str| {
            let failed = Incidents::parse("incidents.csv", format!("{header}{rows}").as_bytes()).unwrap_err();
            (failed.to_string(), failed.line)
        };
        let (told, line) = fails("I1,\"down,\nfor long\",2026-05-01T10:00:00Z,,,,\nI2,down,yesterday,,,,\n");
        assert_eq!(line, 4, "the first record has two lines");
        assert!(told.starts_with("`incidents.csv` line 4: `started_at` is no time"), "{told}");
        assert_eq!(fails("I1,down,2026-05-01T10:00:00Z,,,,\n,down,2026-05-01T10:00:00Z,,,,\n").1, 3);
        assert_eq!(fails("I1,down,2026-05-01T10:00:00Z\n").1, 2, "cells are missing");
        let failed = access_reviews("reviews.csv", b"id,scope\n").unwrap_err();
        assert_eq!((failed.line, failed.why.as_str()), (1, "column `reviewed_at` is missing"));
    }
}
