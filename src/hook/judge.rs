//! From what the rules see to what the hook says: only what the change adds, less what an ignore from the base covers.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicUsize, Ordering},
};

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::base::foreign::{Foreign, plain};

use super::{
    Finding, Language, Report, Rules, RulesError, SETTINGS_FILE, Settings,
    change::{Change, Content, FileChange, Lines, SOURCE_LIMIT, Scope, mark_moves},
    coverage::{Coverage, Share},
    finding::Meta,
    ignore::{self, Says},
    rules::Class,
    settings::Ignore,
    syntax::{self, Parsed, Seen, Unseen},
    text,
};

/// Longest line that is shown.
const EXCERPT: usize = 160;

/// Everything a verdict depends on.
pub struct Judgement<'a> {
    pub change: &'a Change,
    pub rules: &'a Rules,
    /// What holds: from the base of the change, or given by flag.
    pub settings: &'a Settings,
    /// `ambit.toml` as it stands in the base, to see what the change adds to its ignores.
    pub base_file: Option<&'a str>,
    pub today: Date,
    pub coverage: Option<&'a Coverage>,
    /// Percent of changed executable lines that must have run, where there is a coverage report.
    pub minimum_coverage: u8,
}

/// Judges a change.
pub fn check(judgement: &Judgement<'_>) -> Result<Report, RulesError> {
    let files = &judgement.change.files;
    let mut lines = in_parallel(files, |file| {
        Lines::compare(file.old.text().unwrap_or_default(), file.new.text().unwrap_or_default())
    });
    mark_moves(files, &mut lines);
    let texts = files.iter().filter(|file| file.new.text().is_some());
    let languages: BTreeSet<Language> = texts.filter_map(|file| Language::of_path(&file.path)).collect();
    let languages: Vec<Language> = languages.into_iter().collect();
    for compiled in in_parallel(&languages, |language| judgement.rules.compiled(*language).map(|_| ())) {
        compiled?;
    }
    let pairs: Vec<(&FileChange, &Lines)> = files.iter().zip(&lines).collect();
    let mut run = Run::new(judgement);
    for part in in_parallel(&pairs, |(file, lines)| Run::new(judgement).judged(file, lines)) {
        run.join(part?);
    }
    run.settings();
    let coverage = judgement.coverage.map(|coverage| run.coverage(coverage, &lines));
    let mut findings = run.findings;
    findings.sort_by(|a, b| (a.path.raw(), a.line, a.column, &a.rule).cmp(&(b.path.raw(), b.line, b.column, &b.rule)));
    let present = files.iter().filter(|file| file.new != Content::Absent).count();
    let read = files.iter().filter(|file| file.new.text().is_some()).count();
    Ok(Report {
        findings,
        files_read: read,
        files_without_text: present - read,
        lines_added: run.added,
        ignored: run.ignored,
        coverage,
    })
}

/// `map` over `items` on all processors, in order.
fn in_parallel<T: Sync, R: Send>(items: &[T], map: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
    if workers < 2 {
        return items.iter().map(map).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let take = || Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|index| Some((index, items.get(index)?)));
        std::iter::from_fn(take).map(|(index, item)| (index, map(item))).collect::<Vec<_>>()
    };
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let handles: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let mine = work();
        let theirs = handles.into_iter().map(|handle| match handle.join() {
            Ok(part) => part,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        theirs.flatten().chain(mine).collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

struct Run<'a> {
    judgement: &'a Judgement<'a>,
    findings: Vec<Finding>,
    ignored: usize,
    /// Which entries of the settings something matched.
    used: BTreeSet<usize>,
    added: usize,
}

impl<'a> Run<'a> {
    fn new(judgement: &'a Judgement<'a>) -> Run<'a> {
        Run { judgement, findings: Vec::new(), ignored: 0, used: BTreeSet::new(), added: 0 }
    }

    fn judged(mut self, file: &FileChange, lines: &Lines) -> Result<Run<'a>, RulesError> {
        self.file(file, lines)?;
        Ok(self)
    }

    fn join(&mut self, other: Run<'_>) {
        self.findings.extend(other.findings);
        self.ignored += other.ignored;
        self.used.extend(other.used);
        self.added += other.added;
    }

    fn everything(&self) -> bool {
        self.judgement.change.scope == Scope::Everything
    }

    fn file(&mut self, file: &FileChange, lines: &Lines) -> Result<(), RulesError> {
        let language = Language::of_path(&file.path);
        let class = self.judgement.rules.class(&file.path);
        let Some(source) = file.new.text() else {
            self.unread(file, language);
            return Ok(());
        };
        self.added += if self.everything() { source.lines().count() } else { lines.count() };
        let parsed = self.parse(file, source, language, class);
        let directives = ignore::read(source, parsed.as_ref(), class == Class::Prose, lines, self.judgement.rules);
        let view = View { source: source.split('\n').collect(), lines, everything: self.everything() };
        let mut seen = match (&parsed, language) {
            (Some(parsed), Some(language)) => self.see_syntax(file, parsed, language)?,
            _ => Vec::new(),
        };
        let tests = parsed.as_ref().zip(language).map(|(tree, language)| tree.test_lines(language)).unwrap_or_default();
        seen.extend(
            view.numbers(!directives.is_empty())
                .flat_map(|(number, line)| text::see(self.judgement.rules, number, line)),
        );
        seen.retain(|one| {
            let in_tests = class == Class::Source && tests.iter().any(|range| range.contains(&one.line));
            let class = if in_tests { Class::Test } else { class };
            self.judgement.rules.get(one.rule).is_some_and(|rule| rule.classes.contains(&class))
        });
        self.directives(file, &view, &directives, &seen);
        let mut older = Older::new(file, language, self.judgement.rules);
        for one in &seen {
            let Some(rule) = self.judgement.rules.get(one.rule) else { continue };
            if !view.is_new(one, &mut older) {
                self.note_use(&rule.id, file, view.line(one.line));
                continue;
            }
            let excused = directives.iter().any(|d| d.excuses(&rule.id, one, self.judgement.today));
            let entry = self.note_use(&rule.id, file, view.line(one.line));
            if excused || entry {
                self.ignored += 1;
                continue;
            }
            let message = fill(&rule.message, one);
            self.findings.push(Finding {
                rule: rule.id.clone(),
                severity: rule.severity,
                path: Foreign::new(&*file.path),
                line: one.line,
                column: one.column,
                end_line: one.last.max(one.line),
                message: Foreign::new(message),
                fix: rule.fix.clone(),
                excerpt: self.excerpt(view.line(one.line)),
                fingerprint: fingerprint(&rule.id, &file.path, &one.identity),
            });
        }
        Ok(())
    }

    /// Parses a source file; one that cannot be judged is a finding, for unknown is never a pass.
    fn parse<'s>(
        &mut self,
        file: &FileChange,
        source: &'s str,
        language: Option<Language>,
        class: Class,
    ) -> Option<Parsed<'s>> {
        let language = language.filter(|_| class != Class::Generated)?;
        if source.len() as u64 > SOURCE_LIMIT {
            let size = format!("it is larger than {} KiB", SOURCE_LIMIT / 1024);
            self.meta(&Meta::NOT_CHECKED, &file.path, 1, &size, "");
            return None;
        }
        let parsed = Parsed::new(language, source);
        if parsed.is_none() {
            self.meta(&Meta::NOT_CHECKED, &file.path, 1, "it cannot be parsed in reasonable time", "");
        }
        parsed
    }

    fn see_syntax(
        &mut self,
        file: &FileChange,
        parsed: &Parsed<'_>,
        language: Language,
    ) -> Result<Vec<Seen>, RulesError> {
        match syntax::see(self.judgement.rules, language, parsed) {
            Ok(seen) => Ok(seen),
            Err(Unseen::Rules(error)) => Err(error),
            Err(Unseen::TooHard) => {
                self.meta(&Meta::NOT_CHECKED, &file.path, 1, "its rules cannot be matched in reasonable time", "");
                Ok(Vec::new())
            }
        }
    }

    fn unread(&mut self, file: &FileChange, language: Option<Language>) {
        match &file.new {
            Content::Large(size) => {
                let why = format!("it is {} MiB large", size >> 20);
                self.meta(&Meta::NOT_CHECKED, &file.path, 1, &why, "");
            }
            Content::Binary if language.is_some() => {
                self.meta(&Meta::NOT_CHECKED, &file.path, 1, "it is a source file with bytes that are no text", "");
            }
            _ => {}
        }
    }

    /// Whether an entry of the settings lets a finding pass; every entry that matches is noted as used.
    fn note_use(&mut self, rule: &str, file: &FileChange, line: &str) -> bool {
        let mut covered = false;
        for (index, entry) in self.judgement.settings.ignores.iter().enumerate() {
            if entry.covers(rule, &file.path, line) {
                self.used.insert(index);
                covered |= entry.until >= self.judgement.today;
            }
        }
        covered
    }

    fn directives(&mut self, file: &FileChange, view: &View<'_>, all: &[ignore::Directive], seen: &[Seen]) {
        for directive in all {
            let line = view.line(directive.line);
            match &directive.says {
                Says::Nothing(why) => self.meta(&Meta::IGNORE_MALFORMED, &file.path, directive.line, why, line),
                Says::Ignore { rule, .. } if !directive.in_base => {
                    if !directive.came_along {
                        self.meta(&Meta::IGNORE_ADDED, &file.path, directive.line, rule, line);
                    }
                }
                Says::Ignore { until, .. } if *until < self.judgement.today => {
                    self.meta(&Meta::IGNORE_EXPIRED, &file.path, directive.line, &until.to_string(), line);
                }
                Says::Ignore { rule, .. } => {
                    let known = |one: &Seen| self.judgement.rules.get(one.rule).map_or("", |rule| rule.id.as_str());
                    if !seen.iter().any(|one| directive.matches(known(one), one)) {
                        self.meta(&Meta::IGNORE_UNMATCHED, &file.path, directive.line, rule, line);
                    }
                }
            }
        }
    }

    /// What the change does to the repository's own `[hook]` table, and what became of the entries that hold.
    fn settings(&mut self) {
        let judgement = self.judgement;
        let base = judgement.base_file.map_or_else(|| Ok(Settings::default()), Settings::parse);
        let changed = judgement.change.files.iter().find(|file| file.path == SETTINGS_FILE);
        let now = changed.map(|file| file.new.text().map_or_else(|| Ok(Settings::default()), Settings::parse));
        for error in
            [now.as_ref().and_then(|now| now.as_ref().err()), base.as_ref().err()].into_iter().flatten().take(1)
        {
            self.meta(&Meta::SETTINGS_UNREADABLE, SETTINGS_FILE, 1, &error.to_string(), "");
        }
        let base = base.unwrap_or_default();
        let now = now.map(Result::unwrap_or_default);
        if let Some(now) = &now {
            self.settings_added(&base, now);
        }
        for (index, entry) in judgement.settings.ignores.iter().enumerate() {
            let gone = now.as_ref().is_some_and(|now| !now.ignores.iter().any(|other| other.same(entry)));
            if gone {
                continue;
            }
            if !judgement.rules.knows(&entry.rule) && !Meta::is_coverage(&entry.rule) {
                self.meta(&Meta::IGNORE_MALFORMED, SETTINGS_FILE, entry.line, "no rule has that name", "");
            } else if entry.until < judgement.today {
                self.meta(&Meta::IGNORE_EXPIRED, SETTINGS_FILE, entry.line, &entry.until.to_string(), "");
            } else if !self.used.contains(&index) && !Meta::is_coverage(&entry.rule) && self.was_looked_for(entry) {
                self.meta(&Meta::IGNORE_UNMATCHED, SETTINGS_FILE, entry.line, &entry.rule, "");
            }
        }
    }

    fn settings_added(&mut self, base: &Settings, now: &Settings) {
        for entry in now.ignores.iter().filter(|entry| !base.ignores.iter().any(|other| other.same(entry))) {
            self.meta(&Meta::IGNORE_ADDED, SETTINGS_FILE, entry.line, &entry.rule, "");
        }
        let lowered = match (base.minimum_coverage, now.minimum_coverage) {
            (Some(before), Some(after)) => after < before,
            (before, after) => before.is_some() || after.is_some_and(|after| after < self.judgement.minimum_coverage),
        };
        if lowered {
            self.meta(&Meta::SETTINGS_CHANGED, SETTINGS_FILE, 1, "`minimum_coverage` is lowered", "");
        }
        if base.rules.is_some() && base.rules != now.rules {
            self.meta(&Meta::SETTINGS_CHANGED, SETTINGS_FILE, 1, "`rules` points elsewhere", "");
        }
    }

    /// An entry can only be called unmatched when every file it speaks of was read.
    fn was_looked_for(&self, entry: &Ignore) -> bool {
        self.everything()
            || entry.exact_path().is_some_and(|path| {
                self.judgement.change.files.iter().any(|file| file.path == path && file.new.text().is_some())
            })
    }

    fn coverage(&mut self, coverage: &Coverage, lines: &[Lines]) -> Share {
        let mut share = Share { covered: 0, executable: 0, minimum: self.judgement.minimum_coverage };
        let mut missed: BTreeMap<&str, (usize, Vec<usize>)> = BTreeMap::new();
        for (file, lines) in self.judgement.change.files.iter().zip(lines) {
            let Some(source) = file.new.text() else { continue };
            let is_code =
                Language::of_path(&file.path).is_some() && self.judgement.rules.class(&file.path) == Class::Source;
            let new: Vec<usize> =
                (1..=source.lines().count()).filter(|n| self.everything() || lines.counts(*n)).collect();
            if !is_code || new.is_empty() || self.note_use(Meta::COVERAGE.id, file, "") {
                continue;
            }
            let Some(hits) = coverage.of(&file.path) else {
                self.meta(&Meta::COVERAGE_UNKNOWN, &file.path, new.first().copied().unwrap_or(1), "", "");
                continue;
            };
            let executable: Vec<usize> = new.into_iter().filter(|line| hits.contains_key(line)).collect();
            let bare: Vec<usize> = executable.iter().copied().filter(|line| hits.get(line) == Some(&0)).collect();
            share.executable += executable.len();
            share.covered += executable.len() - bare.len();
            if !bare.is_empty() {
                missed.insert(&file.path, (executable.len(), bare));
            }
        }
        if !share.enough() {
            for (path, (executable, bare)) in missed {
                let what = format!("{} of {executable} changed executable lines ({})", bare.len(), ranges(&bare));
                self.meta(&Meta::COVERAGE, path, bare.first().copied().unwrap_or(1), &what, "");
            }
        }
        share
    }

    fn meta(&mut self, meta: &Meta, path: &str, line: usize, what: &str, text: &str) {
        self.findings.push(Finding {
            rule: meta.id.to_owned(),
            severity: meta.severity,
            path: Foreign::new(path),
            line,
            column: 1,
            end_line: line,
            message: Foreign::new(meta.message.replace("{}", what)),
            fix: meta.fix.to_owned(),
            excerpt: self.excerpt(text),
            fingerprint: fingerprint(meta.id, path, if text.is_empty() { what } else { text.trim() }),
        });
    }

    fn excerpt(&self, line: &str) -> Foreign {
        let masked = text::mask(self.judgement.rules, line.trim());
        if masked.chars().count() <= EXCERPT {
            Foreign::new(masked)
        } else {
            Foreign::new(masked.chars().take(EXCERPT - 1).chain(['…']).collect::<String>())
        }
    }
}

/// One file on its new side.
struct View<'a> {
    source: Vec<&'a str>,
    lines: &'a Lines,
    everything: bool,
}

impl<'a> View<'a> {
    fn line(&self, number: usize) -> &'a str {
        number.checked_sub(1).and_then(|index| self.source.get(index)).copied().unwrap_or_default()
    }

    /// The lines the text rules look at: the new ones, or all.
    fn numbers(&self, all: bool) -> impl Iterator<Item = (usize, &'a str)> {
        let pairs = self.source.iter().enumerate().map(|(index, line)| (index + 1, *line));
        pairs.filter(move |(number, _)| all || self.everything || self.lines.counts(*number))
    }

    /// Whether the change made this: its line is new, or the change reached into the construct and the old file did
    /// not have it. The second catches the test whose assertions were taken out.
    fn is_new(&self, seen: &Seen, older: &mut Older<'_>) -> bool {
        self.everything
            || self.lines.counts(seen.line)
            || (self.lines.touches(seen.first, seen.last) && !older.had(seen))
    }
}

/// What the rules saw in the old file, found out when first asked.
struct Older<'a> {
    file: &'a FileChange,
    language: Option<Language>,
    rules: &'a Rules,
    seen: Option<BTreeSet<(usize, String)>>,
}

impl<'a> Older<'a> {
    fn new(file: &'a FileChange, language: Option<Language>, rules: &'a Rules) -> Older<'a> {
        Older { file, language, rules, seen: None }
    }

    fn had(&mut self, seen: &Seen) -> bool {
        let all = self.seen.get_or_insert_with(|| {
            let parts = self.language.zip(self.file.old.text());
            let parsed = parts.and_then(|(language, old)| Some((language, Parsed::new(language, old)?)));
            let list = parsed
                .and_then(|(language, parsed)| syntax::see(self.rules, language, &parsed).ok())
                .unwrap_or_default();
            list.into_iter().map(|one| (one.rule, one.identity)).collect()
        });
        all.contains(&(seen.rule, seen.identity.clone()))
    }
}

/// The message of a rule with the texts of its captures.
fn fill(message: &str, seen: &Seen) -> String {
    let filled = seen
        .texts
        .iter()
        .fold(message.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), &plain(value)));
    filled.trim().to_owned()
}

/// `3-5, 9`.
fn ranges(lines: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for line in lines {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *line => *last = *line,
            _ => runs.push((*line, *line)),
        }
    }
    let one =
        |(first, last): &(usize, usize)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    runs.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn fingerprint(rule: &str, path: &str, identity: &str) -> String {
    let mut hasher = Sha256::new();
    for part in [rule, path, identity] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
