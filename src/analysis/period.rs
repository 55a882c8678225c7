//! The period of an examination, and which of its days a source covers.

use jiff::{Timestamp, civil::Date};
use serde::Serialize;

/// Whole days in UTC, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

/// Why two dates are no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    #[error("`{0}` is no date\nhint: write it as 2026-01-31")]
    NoDate(String),
    #[error("the period ends on {to}, before it begins on {from}")]
    Backwards { from: Date, to: Date },
}

impl Period {
    /// # Errors
    /// Dates that are none, or that stand the wrong way round.
    pub fn parse(from: &str, to: &str) -> Result<Period, PeriodError> {
        let date = |text: &str| text.parse::<Date>().map_err(|_| PeriodError::NoDate(text.to_owned()));
        let (from, to) = (date(from)?, date(to)?);
        if from > to {
            return Err(PeriodError::Backwards { from, to });
        }
        Ok(Period { from, to })
    }

    /// The first moment, RFC 3339.
    pub fn begins(&self) -> String {
        format!("{}T00:00:00Z", self.from)
    }

    /// The first moment after it, RFC 3339.
    pub fn ends(&self) -> String {
        format!("{}T00:00:00Z", self.to.tomorrow().unwrap_or(self.to))
    }

    /// Whether a moment, RFC 3339 in UTC, lies in it.
    pub fn holds(&self, at: &str) -> bool {
        at.get(..10).is_some_and(|day| day >= self.from.to_string().as_str() && day <= self.to.to_string().as_str())
    }

    pub fn days(&self) -> i64 {
        i64::from((self.to - self.from).get_days()) + 1
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {}", self.from, self.to)
    }
}

/// The moment `days` before `at`, RFC 3339; empty, which is before everything, where `at` is no time.
pub fn days_before(at: &str, days: i64) -> String {
    let moment =
        at.parse::<Timestamp>().ok().and_then(|at| at.checked_sub(jiff::SignedDuration::from_hours(24 * days)).ok());
    moment.map_or_else(String::new, |at| at.to_string())
}

/// Minutes from one moment to a later one, RFC 3339; `None` where one is no time or they stand the wrong way round.
pub fn minutes_between(from: &str, to: &str) -> Option<i64> {
    let (from, to): (Timestamp, Timestamp) = (from.parse().ok()?, to.parse().ok()?);
    let minutes = to.duration_since(from).as_mins();
    (minutes >= 0).then_some(minutes)
}

/// Which days of a period a source shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Covered {
    pub source: String,
    /// Days of the period that it shows.
    pub days: i64,
    pub of: i64,
    /// The first and last of them; `None`: none.
    pub from: Option<Date>,
    pub to: Option<Date>,
    /// Why days are missing, each with what it concerns.
    pub gaps: Vec<String>,
    /// How far back the forge keeps it, in its own documentation's words.
    pub horizon: String,
}

impl Covered {
    /// What a source shows of the period when it was read at `read_at` and reaches back to `back_to` (`None`: to the
    /// beginning of the period and before).
    pub fn since(
        period: &Period,
        source: impl Into<String>,
        read_at: &str,
        back_to: Option<&str>,
        horizon: &str,
    ) -> Covered {
        let day = |at: &str| at.get(..10).and_then(|day| day.parse::<Date>().ok());
        let mut gaps = Vec::new();
        let mut from = period.from;
        let mut to = period.to;
        if let Some(back_to) = back_to {
            match day(back_to) {
                Some(first) if first > from => {
                    gaps.push(format!("{from} to {}: before what was read", first.yesterday().unwrap_or(first)));
                    from = first;
                }
                Some(_) => {}
                None => return Covered::none(period, source, "when it begins is not shown", horizon),
            }
        }
        match day(read_at) {
            Some(read) if read < to => {
                gaps.push(format!("{} to {to}: after the run", read.tomorrow().unwrap_or(read)));
                to = read;
            }
            Some(_) => {}
            None => return Covered::none(period, source, "when it was read is not shown", horizon),
        }
        if from > to {
            return Covered { days: 0, from: None, to: None, ..Covered::shell(period, source, gaps, horizon) };
        }
        let days = Period { from, to }.days();
        Covered { days, from: Some(from), to: Some(to), ..Covered::shell(period, source, gaps, horizon) }
    }

    /// A source that shows nothing of the period.
    pub fn none(period: &Period, source: impl Into<String>, why: &str, horizon: &str) -> Covered {
        Covered::shell(period, source, vec![format!("{period}: {why}")], horizon)
    }

    fn shell(period: &Period, source: impl Into<String>, gaps: Vec<String>, horizon: &str) -> Covered {
        Covered {
            source: source.into(),
            days: 0,
            of: period.days(),
            from: None,
            to: None,
            gaps,
            horizon: horizon.to_owned(),
        }
    }

    pub fn whole(&self) -> bool {
        self.days == self.of && self.gaps.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_whole_days_and_a_source_covers_what_it_shows() {
        let period = Period::parse("2026-04-01", "2026-06-30").unwrap();
        assert_eq!(period.days(), 91);
        assert!(period.holds("2026-06-30T23:59:59Z") && !period.holds("2026-07-01T00:00:00Z"));
        assert_eq!(
            Period::parse("2026-04-02", "2026-04-01").unwrap_err().to_string(),
            "the period ends on 2026-04-01, before it begins on 2026-04-02"
        );
        let whole = Covered::since(&period, "x", "2026-07-02T10:00:00Z", None, "");
        assert!(whole.whole());
        let late = Covered::since(&period, "x", "2026-06-10T10:00:00Z", Some("2026-05-10T00:00:00Z"), "");
        assert_eq!((late.days, late.gaps.len()), (32, 2), "{late:?}");
        let gone = Covered::since(&period, "x", "2026-09-10T10:00:00Z", Some("2026-08-10T00:00:00Z"), "");
        assert_eq!((gone.days, gone.from), (0, None));
    }

    #[test]
    fn moments_are_counted() {
        assert_eq!(days_before("2026-05-01T10:00:00Z", 30), "2026-04-01T10:00:00Z");
        assert_eq!(minutes_between("2026-05-01T10:00:00Z", "2026-05-01T11:30:10Z"), Some(90));
        assert_eq!(minutes_between("2026-05-01T10:00:00Z", "2026-05-01T09:30:10Z"), None);
    }
}
