//! The command in a fresh repository, as git calls it.

use std::{path::Path, process::Output};

use crate::repository::{Repository, ambit};

const STUB: &str = "def is_allowed(user):\n    return True\n";

impl Repository {
    fn hook(&self, args: &[&str]) -> Output {
        self.command(&ambit()).arg("hook").args(args).output().unwrap()
    }

    /// Exit code and `path rule:line`.
    fn found(&self, args: &[&str]) -> (i32, Vec<String>) {
        let output = self.hook(&[args, &["--format", "json"]].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        let json: serde_json::Value =
            serde_json::from_str(&text).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        let list = json["findings"].as_array().unwrap().iter();
        let names =
            list.map(|f| format!("{} {}:{}", f["path"].as_str().unwrap(), f["rule"].as_str().unwrap(), f["line"]));
        (output.status.code().unwrap(), names.collect())
    }
}

#[test]
fn a_commit_is_stopped_by_the_hook_as_installed_from_the_docs() {
    let repository = Repository::new();
    let hook = format!("#!/bin/sh\nexec '{}' hook\n", ambit().display());
    repository.write(".git/hooks/pre-commit", hook);
    let mut permissions = std::fs::metadata(repository.path().join(".git/hooks/pre-commit")).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
    std::fs::set_permissions(repository.path().join(".git/hooks/pre-commit"), permissions).unwrap();

    repository.write("auth.py", STUB);
    repository.git(&["add", "auth.py"]);
    let stopped = repository.command(Path::new("git")).args(["commit", "-q", "-m", "x"]).output().unwrap();
    assert!(!stopped.status.success());
    let said = String::from_utf8_lossy(&stopped.stderr).into_owned() + &String::from_utf8_lossy(&stopped.stdout);
    assert!(said.contains("`is_allowed` checks nothing"), "{said}");

    repository.write("auth.py", "def is_allowed(user):\n    return user.is_admin\n");
    repository.git(&["commit", "-q", "-a", "-m", "x"]);
}

#[test]
fn staged_content_is_judged_and_not_the_working_tree() {
    let repository = Repository::new();
    repository.write("auth.py", STUB);
    repository.git(&["add", "auth.py"]);
    repository.write("auth.py", "x = 1\n");
    assert_eq!(repository.found(&[]), (3, vec!["auth.py constant-check:1".into()]));
    repository.git(&["add", "auth.py"]);
    repository.write("auth.py", STUB);
    assert_eq!(repository.found(&["--staged"]), (0, vec![]));
}

#[test]
fn renames_and_old_lines_do_not_count() {
    let repository = Repository::new();
    repository.commit("auth.py", &format!("{STUB}{}", "y = 1\n".repeat(20)));
    repository.git(&["mv", "auth.py", "access.py"]);
    assert_eq!(repository.found(&[]), (0, vec![]));
    repository.write("access.py", format!("{STUB}{}z = 2\n", "y = 1\n".repeat(20)));
    repository.git(&["add", "-A"]);
    assert_eq!(repository.found(&[]), (0, vec![]));
}

#[test]
fn a_range_is_judged_from_either_kind_of_base() {
    let repository = Repository::new();
    let first = repository.commit("a.py", "x = 1\n");
    repository.git(&["checkout", "-q", "-b", "work"]);
    repository.commit("auth.py", STUB);
    repository.git(&["checkout", "-q", "main"]);
    repository.commit("a.py", "x = 2\n");
    let found = (3, vec!["auth.py constant-check:1".to_owned()]);
    assert_eq!(repository.found(&["--diff", &format!("{first}..work")]), found);
    assert_eq!(repository.found(&["--diff", "main...work"]), found);
    assert_eq!(repository.found(&["--diff", &format!("work..{first}")]), (0, vec![]));
    let bare = tempfile::tempdir().unwrap();
    let bare = bare.path().join("bare").display().to_string();
    repository.git(&["clone", "-q", "--bare", ".", &bare]);
    assert_eq!(repository.found(&["--repository", &bare, "--diff", "main...work"]), found);
}

#[test]
fn all_looks_at_every_tracked_file_from_any_folder() {
    let repository = Repository::new();
    repository.commit("auth.py", STUB);
    repository.commit("sub/b.py", "try:\n    f()\nexcept:\n    pass\n");
    let expected = (3, vec!["auth.py constant-check:1".to_owned(), "sub/b.py swallowed-error:3".to_owned()]);
    assert_eq!(repository.found(&["--all"]), expected);
    let sub = repository.path().join("sub");
    assert_eq!(repository.found(&["--all", "--repository", &sub.display().to_string()]), expected);
}

#[test]
fn an_ignore_counts_once_it_is_in_the_base() {
    let repository = Repository::new();
    let table =
        "[[hook.ignore]]\nrule = \"constant-check\"\npath = \"auth.py\"\nreason = \"demo\"\nuntil = 2999-01-01\n";
    repository.write("auth.py", STUB);
    repository.write("ambit.toml", table);
    repository.git(&["add", "-A"]);
    let both = vec!["ambit.toml ignore-added:2".to_owned(), "auth.py constant-check:1".to_owned()];
    assert_eq!(repository.found(&[]), (3, both));
    repository.git(&["reset", "-q"]);
    std::fs::rename(repository.path().join("auth.py"), repository.path().join("later")).unwrap();
    repository.commit("ambit.toml", table);
    std::fs::rename(repository.path().join("later"), repository.path().join("auth.py")).unwrap();
    repository.git(&["add", "auth.py"]);
    assert_eq!(repository.found(&[]).1, Vec::<String>::new());
}

#[test]
fn own_rules_come_from_a_flag_or_from_the_base() {
    let repository = Repository::new();
    let rule = "id: no-eval\ntitle: eval\nseverity: high\nmessage: eval runs text\nwhy: It runs text.\nfix: Do not.\nsyntax:\n  languages:\n    python:\n      - query: '(call function: (identifier) @name (#eq? @name \"eval\")) @hit'\n";
    repository.write("rules/no-eval.yaml", rule);
    repository.write("ambit.toml", "[hook]\nrules = \"rules\"\n");
    repository.write("a.py", "eval(x)\n");
    repository.git(&["add", "-A"]);
    assert_eq!(repository.found(&[]), (0, vec![]), "the folder is not in the base");
    let flag = repository.path().join("rules").display().to_string();
    assert_eq!(repository.found(&["--rules", &flag]), (3, vec!["a.py no-eval:1".into()]));
    repository.git(&["reset", "-q", "a.py"]);
    repository.git(&["commit", "-q", "-m", "x"]);
    repository.git(&["add", "a.py"]);
    assert_eq!(repository.found(&[]), (3, vec!["a.py no-eval:1".into()]));
    repository.write("rules/no-eval.yaml", rule.replace("(call ", "(no_such_node "));
    let broken = repository.hook(&["--rules", &flag]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&broken.stderr).contains("no-eval"));
}

#[test]
fn nothing_the_repository_names_is_run() {
    let repository = Repository::new();
    let mark = repository.path().join("ran");
    let program = repository.path().join("evil.sh");
    repository.write("evil.sh", format!("#!/bin/sh\ntouch '{}'\n", mark.display()));
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let program = program.display().to_string();
    for key in [
        "core.fsmonitor",
        "diff.external",
        "diff.evil.textconv",
        "diff.evil.command",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "core.pager",
        "core.sshCommand",
        "core.editor",
        "core.askPass",
    ] {
        repository.git(&["config", key, &program]);
    }
    repository.write(".gitattributes", "*.py diff=evil\n");
    repository.write("auth.py", STUB);
    let staged = ["-c", "core.fsmonitor=false", "add", "auth.py", ".gitattributes"];
    repository.git(&staged);
    repository.write(".gitattributes", "*.py diff=evil filter=evil -text\n");
    let _ = std::fs::remove_file(&mark);
    let mut command = repository.command(&ambit());
    command.args(["hook"]).env("GIT_EXTERNAL_DIFF", &program).env("GIT_PAGER", &program);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    repository.hook(&["--all"]);
    assert!(!mark.exists(), "a program named by the repository was run");
}

#[test]
fn attributes_do_not_hide_a_file() {
    let repository = Repository::new();
    repository.write(".gitattributes", "*.py -diff binary linguist-generated\n");
    repository.write("auth.py", STUB);
    repository.git(&["add", "-A"]);
    assert_eq!(repository.found(&[]), (3, vec!["auth.py constant-check:1".into()]));
}

#[test]
fn what_cannot_be_done_is_said_and_exits_with_1() {
    let repository = Repository::new();
    repository.commit("a.py", "x = 1\n");
    for (args, says) in [
        (&["--diff", "nowhere..HEAD"][..], "does not know the commit `nowhere`"),
        (&["--diff", "HEAD"], "is no change"),
        (&["--diff=--output=x..HEAD"], "does not know the commit"),
        (&["--coverage", "missing.info"], "cannot read `missing.info`"),
        (&["--rules", "missing"], "cannot read `missing`"),
    ] {
        let output = repository.hook(args);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{args:?}: {stderr}");
        assert!(stderr.contains(says), "{args:?}: {stderr}");
    }
    let outside = tempfile::tempdir().unwrap();
    let output = repository.hook(&["--repository", &outside.path().display().to_string()]);
    assert_eq!(output.status.code(), Some(1));
}
