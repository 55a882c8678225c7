//! A hostile clone has no effect but named gaps.

use std::{
    ffi::OsStr,
    os::unix::{ffi::OsStrExt, fs::symlink},
    path::Path,
};

use super::local::answer;
use crate::repository::{Repository, ambit};

/// The `what` of every gap.
fn gaps(answer: &serde_json::Value) -> Vec<String> {
    let gaps = answer["coverage"]["gaps"].as_array().unwrap();
    gaps.iter().map(|gap| format!("{}: {}", gap["what"].as_str().unwrap(), gap["why"].as_str().unwrap())).collect()
}

#[test]
fn configuration_that_names_programs_runs_none() {
    let repository = Repository::new();
    repository.write("a.py", "x = 1\n");
    repository.write(".gitattributes", "* filter=evil diff=evil\n");
    repository.commit("b.py", "x = 2\n");
    let trap = repository.path().join("trap");
    let run = format!("touch {}", trap.display());
    let program = repository.path().join("evil.sh");
    std::fs::write(&program, format!("#!/bin/sh\n{run}\n")).unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let program = program.display();
    repository.write(
        ".git/config",
        format!(
            "[core]\n\trepositoryformatversion = 0\n\tfsmonitor = {program}\n\thooksPath = {0}\n\tpager = {program}\n\tsshCommand = {program}\n\
             \tgitProxy = {program}\n[filter \"evil\"]\n\tclean = {program}\n\tsmudge = {program}\n\tprocess = {program}\n\trequired = true\n\
             [diff]\n\texternal = {program}\n[diff \"evil\"]\n\ttextconv = {program}\n[gpg]\n\tprogram = {program}\n\
             [include]\n\tpath = {0}/evil.conf\n[extensions]\n\tpartialClone = origin\n[remote \"origin\"]\n\turl = ext::{program}\n\
             \tpromisor = true\n\tuploadpack = {program}\n[credential]\n\thelper = !{run}\n[alias]\n\tlog = !{run}\n",
            repository.path().display()
        ),
    );
    for hook in ["post-checkout", "pre-commit", "post-index-change", "reference-transaction"] {
        repository.write(&format!(".git/hooks/{hook}"), format!("#!/bin/sh\n{run}\n"));
    }
    let answer = answer(&repository, repository.path());
    assert_eq!(answer["coverage"]["files"], 3);
    assert!(!trap.exists(), "a program of the clone ran");
}

#[test]
fn links_sizes_depths_and_odd_bytes_are_named() {
    let repository = Repository::new();
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "on: push\njobs: {a: {steps: [{uses: openai/codex-action@v1}]}}").unwrap();
    repository.write(".github/workflows/keep.txt", "");
    symlink(secret.path(), repository.path().join(".github/workflows/out.yml")).unwrap();
    symlink("/", repository.path().join("root")).unwrap();
    let big = std::fs::File::create(repository.path().join("big.json")).unwrap();
    big.set_len(100 << 20).unwrap();
    repository.write(&format!("{}deep.py", "d/".repeat(80)), "import openai\n");
    std::fs::write(repository.path().join(OsStr::from_bytes(b"caf\xe9.py")), "x = 1\n").unwrap();
    repository.git(&["add", "-A"]);
    commit_bytes(
        &repository,
        b"author Jos\xe9 \x1b[2J <jose@acme.example> 1700000000 +9999\ncommitter a <a@example.com> 1700000000 +0000\n\
          encoding ISO-8859-1\n\nCaf\xe9\r\n\r\nCo-authored-by: Claude <noreply@anthropic.com>\r\n",
    );
    let answer = answer(&repository, repository.path());
    let agents: Vec<&str> =
        answer["agents"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(agents, ["claude-code"], "the link to a workflow outside was followed");
    let gaps = gaps(&answer);
    for expected in [
        ".github/workflows/out.yml: links are not followed",
        "big.json: larger than 1048576 bytes",
        "64 folders deep",
        "names of 1 files or folders",
        "names or messages of 1 commits",
    ] {
        assert!(gaps.iter().any(|gap| gap.contains(expected)), "{expected}: {gaps:#?}");
    }
}

/// A commit of the index in bytes that git would not write itself.
fn commit_bytes(repository: &Repository, rest: &[u8]) {
    let tree = repository.git(&["write-tree"]);
    let object = [format!("tree {tree}\n").as_bytes(), rest].concat();
    repository.write("object", object);
    let id = repository.git(&["hash-object", "-t", "commit", "-w", "--literally", "object"]);
    repository.git(&["update-ref", "HEAD", &id]);
}

/// Neither a panic nor a wait: what is damaged is an error or a gap.
#[test]
fn a_damaged_database_is_told() {
    let repository = Repository::new();
    for at in 0..20 {
        repository.commit("a.py", &format!("x = {at}\n{}", "# pad\n".repeat(at)));
    }
    repository.git(&["gc", "-q", "--aggressive"]);
    let packs = repository.path().join(".git/objects/pack");
    let files: Vec<_> = std::fs::read_dir(&packs).unwrap().map(|entry| entry.unwrap().path()).collect();
    for file in files.iter().filter(|file| matches!(file.extension().and_then(OsStr::to_str), Some("pack" | "idx"))) {
        let whole = std::fs::read(file).unwrap();
        std::fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        for at in (0..whole.len()).step_by(whole.len() / 16 + 1) {
            let mut broken = whole.clone();
            broken[at..].iter_mut().take(12).for_each(|byte| *byte ^= 0xff);
            std::fs::write(file, &broken).unwrap();
            told(&repository, &format!("{} changed at {at}", file.display()));
            std::fs::write(file, &whole[..at]).unwrap();
            told(&repository, &format!("{} cut at {at}", file.display()));
        }
        std::fs::write(file, &whole).unwrap();
    }
}

fn told(repository: &Repository, case: &str) {
    let output = repository.command(&ambit()).args(["agents", "--local", "."]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{case}: {said}");
    assert!(!said.contains("panicked"), "{case}: {said}");
}

#[test]
fn a_branch_file_cannot_lead_out_of_the_clone() {
    let repository = Repository::new();
    let head = repository.commit("a.py", "x = 1\n");
    repository.write("outside", head);
    repository.write(".git/HEAD", "ref: refs/heads/../../../outside\n");
    let output = repository.command(&ambit()).args(["agents", "--local", "."]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is no commit and no branch"));
    assert!(Path::new(&repository.path().join("outside")).exists());
}

#[test]
fn names_act_on_no_terminal_in_words_and_in_json() {
    let repository = Repository::new();
    let message = "Fix\n\nCo-authored-by: Claude \u{1b}[31m\u{202e} <noreply@anthropic.com>";
    repository.commit_by("Eve\u{1b}[2J\u{202e}", "eve@acme.example", message);
    repository.git(&["branch", "claude/\u{202e}evil"]);
    for args in [&["agents", "--local", "."][..], &["agents", "--json", "--local", "."]] {
        let output = repository.command(&ambit()).args(args).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("Eve"), "{text}");
        crate::render::hostile::assert_ink_only(&text, "ambit agents");
    }
}
