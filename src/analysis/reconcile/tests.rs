//! Branches drawn as text, and what their account must say.

use super::{
    Ledger, Origin, Reconciliation,
    clone::{ClonedBranch, Compared},
};
use crate::{
    analysis::period::Period,
    model::{
        actor::{Account, AccountKind},
        change::{Commit, Line, LineCommit, PullRequest},
        history::{History, HistoryCommit},
        observed::Observed,
        trail::{Push, PushKind},
        truth::Truth,
    },
};

fn day(day: usize) -> String {
    format!("2026-05-{day:02}T10:00:00Z")
}

/// `main` newest last: each commit's parent is the one before it.
fn line(start: &str, commits: &[&str], first_day: usize) -> Line {
    let commit = |(at, sha): (usize, &&str)| LineCommit {
        sha: (*sha).to_owned(),
        parent: if at == 0 { Some("base".to_owned()) } else { Some(commits[at - 1].to_owned()) },
        merge: false,
        committed_at: day(first_day + at),
        headline: format!("Change {sha}"),
    };
    let mut all: Vec<LineCommit> = commits.iter().enumerate().map(commit).collect();
    all.reverse();
    Line { start: start.to_owned(), commits: all }
}

fn push(id: u64, kind: PushKind, before: &str, after: &str) -> Push {
    let actor = Some(Account { id: 1, login: "mallory".to_owned(), kind: AccountKind::User });
    Push {
        id,
        git_ref: "refs/heads/main".to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
        kind,
        actor,
        at: day(usize::try_from(id).unwrap()),
    }
}

fn pull(number: u64, merge: &str, commits: &[&str]) -> PullRequest {
    let commit = |sha: &&str| Commit {
        sha: (*sha).to_owned(),
        author_name: String::new(),
        author_email: String::new(),
        author: None,
        committer_email: String::new(),
        message: format!("Change {sha}"),
        authored_at: day(1),
    };
    PullRequest {
        number,
        title: String::new(),
        author: None,
        merged_by: None,
        merged_at: day(usize::try_from(number).unwrap()),
        created_at: day(1),
        base: "main".into(),
        head: String::new(),
        head_sha: String::new(),
        merge_sha: Some(merge.to_owned()),
        body: String::new(),
        labels: Vec::new(),
        edited_at: None,
        reviews: Observed::known(Vec::new(), Vec::new()),
        commits: Observed::known(commits.iter().map(commit).collect(), Vec::new()),
        lines: None,
        checks: Observed::known(Vec::new(), Vec::new()),
    }
}

fn account(
    lines: Vec<Line>,
    pushes: Observed<Vec<Push>>,
    pulls: Vec<PullRequest>,
    counted: Option<u64>,
) -> Reconciliation {
    Reconciliation::of(&Ledger {
        repository: "acme/shop",
        branch: "main",
        source: "api",
        period: &Period::parse("2026-05-01", "2026-05-31").unwrap(),
        lines: &Observed::known(lines, Vec::new()),
        pushes: &pushes,
        pulls: &Observed::known(pulls, Vec::new()),
        counted,
    })
}

fn known(pushes: Vec<Push>) -> Observed<Vec<Push>> {
    Observed::known(pushes, Vec::new())
}

#[test]
fn merges_squashes_and_a_rebase_of_three_leave_no_residue() {
    let pushes = vec![
        push(2, PushKind::PullRequestMerge, "base", "a"),
        push(3, PushKind::PullRequestMerge, "a", "d"),
        push(6, PushKind::Push, "d", "e"),
    ];
    let pulls = vec![pull(2, "a", &["x"]), pull(3, "d", &["b", "c", "d"])];
    let account = account(vec![line("main", &["a", "b", "c", "d", "e"], 2)], known(pushes), pulls, Some(2));
    assert_eq!((account.complete, &account.residue[..]), (Truth::True, &[][..]));
    let counts = account.counts();
    assert_eq!((counts.by_pull_request, counts.direct, counts.residue), (4, 1, 0));
    assert!(matches!(&account.entries[4].origin, Origin::Direct { actor: Some(who), .. } if who == "mallory"));
}

#[test]
fn a_push_that_nobody_recorded_is_found_by_the_break() {
    let pushes = vec![push(2, PushKind::PullRequestMerge, "base", "a"), push(5, PushKind::PullRequestMerge, "h", "b")];
    let pulls = vec![pull(2, "a", &[]), pull(5, "b", &[])];
    let account = account(vec![line("main", &["a", "h", "b"], 2)], known(pushes), pulls, Some(2));
    assert_eq!(account.complete, Truth::False);
    assert_eq!(account.counts().residue, 1);
    assert!(
        account.residue.iter().any(|row| row.starts_with("h between two recorded pushes")),
        "{:?}",
        account.residue
    );
}

#[test]
fn commits_that_a_force_push_removed_stay_in() {
    let pushes = vec![
        push(2, PushKind::PullRequestMerge, "base", "a"),
        push(3, PushKind::Push, "a", "gone"),
        push(4, PushKind::ForcePush, "gone", "b"),
    ];
    let mut gone = line("gone", &["a", "gone"], 2);
    gone.commits.pop();
    let account = account(vec![line("main", &["a", "b"], 2), gone], known(pushes), vec![pull(2, "a", &[])], Some(1));
    let away: Vec<&str> = account.entries.iter().filter(|entry| entry.forced_away).map(|e| e.sha.as_str()).collect();
    assert_eq!(away, ["gone"]);
    assert_eq!(account.complete, Truth::True, "{:?}", account.residue);
    assert!(account.entries.iter().any(|e| e.sha == "b" && matches!(e.origin, Origin::Direct { forced: true, .. })));
}

#[test]
fn without_pushes_completeness_is_not_shown_and_a_rebase_still_maps_to_one() {
    let pulls = vec![pull(2, "a", &["x"]), pull(3, "d", &["b", "c", "d"])];
    let unread = Observed::denied("github", "repository administration: read", Vec::new());
    let account = account(vec![line("main", &["a", "b", "c", "d", "e"], 2)], unread, pulls, None);
    assert_eq!(account.complete, Truth::Unknown);
    assert_eq!((account.counts().by_pull_request, account.counts().residue), (4, 1));
}

#[test]
fn counts_that_differ_and_a_merge_without_a_commit_are_residue() {
    let pushes = vec![push(2, PushKind::PullRequestMerge, "base", "a")];
    let pulls = vec![pull(2, "a", &[]), pull(9, "nowhere", &[])];
    let account = account(vec![line("main", &["a"], 2)], known(pushes), pulls, Some(3));
    assert_eq!(account.complete, Truth::False);
    assert_eq!(account.residue.len(), 2, "{:?}", account.residue);
}

#[test]
fn a_commit_after_the_last_push_is_residue_and_one_after_the_period_is_outside() {
    let pushes = vec![push(2, PushKind::PullRequestMerge, "base", "a")];
    let account = account(vec![line("main", &["a", "late"], 2)], known(pushes), vec![pull(2, "a", &[])], Some(1));
    assert_eq!((account.complete, account.counts().residue), (Truth::False, 1));
}

/// What a clone holds: commits newest first, each with the places of its parents.
fn history(commits: &[(&str, &str, usize, &[Option<usize>])]) -> History {
    let one = |(sha, message, at, parents): &(&str, &str, usize, &[Option<usize>])| HistoryCommit {
        commit: Commit {
            sha: (*sha).to_owned(),
            author_name: String::new(),
            author_email: String::new(),
            author: None,
            committer_email: String::new(),
            message: (*message).to_owned(),
            authored_at: day(1),
        },
        committed_at: day(*at),
        parents: parents.to_vec(),
    };
    History { commits: commits.iter().map(one).collect(), ..History::default() }
}

#[test]
fn a_clone_alone_claims_merges_and_names_the_rest() {
    let read = history(&[
        ("e", "Fix a thing", 5, &[Some(1)]),
        ("d", "Add a thing (#8)\n\nat length", 6, &[Some(2)]),
        ("c", "Merge pull request #7 from acme/topic", 3, &[Some(4), Some(3)]),
        ("b", "Work on the topic", 2, &[Some(4)]),
        ("a", "Begin", 1, &[]),
    ]);
    let clone = ClonedBranch::new("acme/shop", "main", &read);
    let account = clone.alone(&Period::parse("2026-05-02", "2026-05-31").unwrap());
    let told: Vec<(&str, &Origin)> = account.entries.iter().map(|one| (one.sha.as_str(), &one.origin)).collect();
    let [("c", Origin::Claimed { number: 7 }), ("e", Origin::Residue { .. }), ("d", Origin::Claimed { number: 8 })] =
        told.as_slice()
    else {
        panic!("{told:?}")
    };
    assert_eq!(account.complete, Truth::Unknown, "git alone shows no pull request");
}

#[test]
fn a_clone_is_held_against_what_the_forge_answered() {
    let period = Period::parse("2026-05-01", "2026-05-31").unwrap();
    let nothing = Observed::not_collected("not part of this test");
    let api = Reconciliation::of(&Ledger {
        repository: "acme/shop",
        branch: "main",
        source: "api",
        period: &period,
        lines: &Observed::known(vec![line("main", &["a", "b"], 1)], Vec::new()),
        pushes: &nothing,
        pulls: &Observed::not_collected("not part of this test"),
        counted: None,
    });
    let same = history(&[("b", "b", 2, &[Some(1)]), ("a", "a", 1, &[])]);
    let beside =
        |read: &History, name: &str| ClonedBranch::new(name, "main", read).beside(std::slice::from_ref(&api), &period);
    let Compared { commits, differences, unread, .. } = beside(&same, "acme/shop");
    assert_eq!((commits, differences.len(), unread.len()), (2, 0, 0), "{differences:?} {unread:?}");
    let other = history(&[("x", "x", 3, &[Some(1)]), ("a", "a", 1, &[])]);
    assert_eq!(beside(&other, "acme/shop").differences, ["b only in the API's answer", "x only in the clone"]);
    let cut = history(&[("b", "b", 2, &[None])]);
    assert_eq!(beside(&cut, "acme/shop").unread.len(), 1, "its first parent was not read");
    assert_eq!(beside(&same, "acme/other").unread.len(), 1, "nothing to compare with");
}
