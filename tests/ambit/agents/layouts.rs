//! Every way in which git lays out a clone gives an answer or a clear error.

use std::path::Path;

use super::local::answer;
use crate::repository::{Repository, ambit};

const MESSAGE: &str = "Fix\n\nCo-Authored-By: Claude <noreply@anthropic.com>";

/// Two commits, the second with a mark.
fn marked(options: &[&str]) -> Repository {
    let repository = Repository::with(options);
    repository.commit("a.py", "x = 1\n");
    repository.commit_by("Ann", "ann@acme.example", MESSAGE);
    repository
}

/// Commits read, and agents found.
fn seen(repository: &Repository, path: &Path) -> (u64, usize) {
    let answer = answer(repository, path);
    (answer["coverage"]["commits"].as_u64().unwrap(), answer["agents"].as_array().unwrap().len())
}

fn error(repository: &Repository, path: &Path) -> String {
    let output = repository.command(&ambit()).args(["agents", "--local"]).arg(path).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_working_tree_loose_and_packed() {
    let repository = marked(&[]);
    assert_eq!(seen(&repository, repository.path()), (2, 1));
    assert_eq!(seen(&repository, &repository.path().join(".git")), (2, 1));
    repository.git(&["gc", "-q"]);
    assert!(repository.path().join(".git/packed-refs").exists());
    assert_eq!(seen(&repository, repository.path()), (2, 1));
}

#[test]
fn a_bare_clone() {
    let repository = marked(&[]);
    repository.git(&["clone", "-q", "--bare", "--no-hardlinks", ".", "copy.git"]);
    assert_eq!(seen(&repository, &repository.path().join("copy.git")), (2, 1));
}

#[test]
fn a_repository_of_sha256() {
    let repository = marked(&["--object-format=sha256"]);
    let answer = answer(&repository, repository.path());
    assert_eq!(answer["head"].as_str().unwrap().len(), 64);
    assert_eq!(answer["agents"][0]["commits"], 1);
    repository.git(&["gc", "-q"]);
    assert_eq!(seen(&repository, repository.path()), (2, 1));
}

#[test]
fn a_detached_head() {
    let repository = marked(&[]);
    repository.git(&["checkout", "-q", "--detach", "HEAD~1"]);
    let answer = answer(&repository, repository.path());
    assert_eq!(answer["coverage"]["commits"], 1);
    assert_eq!(answer["coverage"]["head_reference"], serde_json::Value::Null);
}

#[test]
fn an_empty_repository_has_no_head() {
    let repository = Repository::new();
    let answer = answer(&repository, repository.path());
    assert_eq!(answer["head"], serde_json::Value::Null);
    assert_eq!(answer["coverage"]["head_reference"], "refs/heads/main");
    assert_eq!(seen(&repository, repository.path()), (0, 0));
}

#[test]
fn a_shallow_clone_says_so() {
    let repository = marked(&[]);
    let from = format!("file://{}", repository.path().display());
    repository.git(&["clone", "-q", "--depth", "1", &from, "shallow"]);
    let answer = answer(&repository, &repository.path().join("shallow"));
    assert_eq!(answer["coverage"]["commits"], 1);
    assert_eq!(answer["coverage"]["shallow"], true);
    assert_eq!(answer["coverage"]["gaps"][0]["what"], "older commits");
}

#[test]
fn a_linked_worktree_has_its_own_head() {
    let repository = marked(&[]);
    repository.git(&["worktree", "add", "-q", "--detach", "tree", "HEAD~1"]);
    assert_eq!(seen(&repository, &repository.path().join("tree")), (1, 0));
}

#[test]
fn a_pointer_that_is_not_returned_leads_nowhere() {
    let (repository, other) = (Repository::new(), marked(&[]));
    repository.write("tree/.git", format!("gitdir: {}/.git\n", other.path().display()));
    let said = error(&repository, &repository.path().join("tree"));
    assert!(said.contains("does not point back") && said.contains("hint:"), "{said}");
}

#[test]
fn borrowed_objects_are_refused() {
    let repository = marked(&[]);
    repository.git(&["clone", "-q", "--shared", ".", "shared"]);
    let said = error(&repository, &repository.path().join("shared"));
    assert!(said.contains("objects/info/alternates") && said.contains("git repack -a -d"), "{said}");
}

#[test]
fn links_in_the_place_of_the_database_are_refused() {
    for place in ["objects", "objects/pack", "HEAD", "packed-refs"] {
        let repository = marked(&[]);
        repository.git(&["pack-refs", "--all"]);
        let path = repository.path().join(".git").join(place);
        std::fs::rename(&path, repository.path().join("moved")).unwrap();
        std::os::unix::fs::symlink(repository.path().join("moved"), &path).unwrap();
        let said = error(&repository, repository.path());
        assert!(
            said.contains(place) && said.contains("not followed") || said.contains("no git repository"),
            "{place}: {said}"
        );
    }
}

#[test]
fn a_folder_that_is_no_repository() {
    let repository = marked(&[]);
    repository.write("below/a.txt", "x");
    let said = error(&repository, &repository.path().join("below"));
    assert!(said.contains("is no git repository") && said.contains("hint:"), "{said}");
    assert!(error(&repository, &repository.path().join("nowhere")).contains("cannot read"));
}

#[test]
fn a_reftable_is_named() {
    let repository = marked(&[]);
    repository.write(".git/reftable/tables.list", "");
    assert!(error(&repository, repository.path()).contains("reftable"));
}
