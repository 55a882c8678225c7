//! The binary as people and scripts call it.

use std::{
    collections::BTreeSet,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

use crate::github_fake::{Fake, Scenario};

/// The binary with an environment that holds nothing of the machine it runs on.
fn ambit(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ambit"));
    command.current_dir(folder).env_clear().env("AWS_EC2_METADATA_DISABLED", "true").stdin(Stdio::null());
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    ambit(folder).args(args).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn sample(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name).display().to_string()
}

fn before() -> String {
    sample("acme-before/store")
}

fn empty() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().into(), std::fs::read(&path).unwrap()))
        .collect();
    found.sort();
    found
}

/// The names of the subcommands, from the help itself.
fn subcommands(folder: &Path, of: &[&str]) -> Vec<String> {
    let help = out(&run(folder, &[of, &["--help"]].concat()));
    let Some(list) = help.split("\nCommands:\n").nth(1) else { return Vec::new() };
    list.lines()
        .take_while(|line| !line.trim().is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_help_of_every_command_reads_as_its_snapshot() {
    let folder = empty();
    let mut all = vec![Vec::new()];
    let mut text = String::new();
    while let Some(of) = all.pop() {
        let args: Vec<&str> = of.iter().map(String::as_str).collect();
        let help = run(folder.path(), &[args.as_slice(), &["--help"]].concat());
        assert_eq!(code(&help), 0);
        text.push_str(&format!("## ambit {}\n{}\n", args.join(" "), out(&help)));
        for name in subcommands(folder.path(), &args).into_iter().rev() {
            all.push([of.clone(), vec![name]].concat());
        }
    }
    let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > 100).collect();
    assert!(wide.is_empty(), "{wide:#?}");
    insta::assert_snapshot!(text);
}

#[test]
fn the_demo_writes_its_files_and_is_no_failure() {
    let folder = empty();
    let demo = run(folder.path(), &["demo"]);
    assert_eq!(code(&demo), 0, "{}", err(&demo));
    let written: Vec<_> = files(&folder.path().join("ambit-demo"));
    assert!(written.iter().any(|(name, bytes)| name.ends_with("assessment.json") && bytes.starts_with(b"{")));
    assert!(written.iter().any(|(name, _)| name.extension().is_some_and(|extension| extension == "html")));
    assert!(out(&demo).contains("What to change first"), "{}", out(&demo));
    assert!(err(&demo).contains("no network is used") && err(&demo).contains("wrote ambit-demo"), "{}", err(&demo));
    let quiet = run(folder.path(), &["demo", "--quiet"]);
    assert_eq!((code(&quiet), err(&quiet).as_str(), out(&quiet) == out(&demo)), (0, "", true));
}

#[test]
fn a_report_exits_with_its_worst_and_twice_gives_the_same_bytes() {
    let folder = empty();
    let formats = "html,pdf,csv,json,md,sarif,terminal";
    let report = |to: &str| run(folder.path(), &["report", "--store", &before(), "--out", to, "--format", formats]);
    let (first, second) = (report("first"), report("second"));
    assert_eq!((code(&first), code(&second)), (3, 3), "{}", err(&first));
    assert_eq!(first.stdout, second.stdout);
    let (first, second) = (files(&folder.path().join("first")), files(&folder.path().join("second")));
    assert!(first.len() >= 7, "{:?}", first.iter().map(|(name, _)| name).collect::<Vec<_>>());
    assert!(first == second, "the same store gave other bytes");
}

#[test]
fn every_link_of_a_page_leads_to_a_place_on_it() {
    let folder = empty();
    for name in ["acme-before/store", "acme-after/store"] {
        run(folder.path(), &["report", "--store", &sample(name), "--format", "html"]);
        let page = std::fs::read_to_string(folder.path().join("ambit-report/gap-report.html")).unwrap();
        let after = |mark: &str| -> BTreeSet<String> {
            page.split(mark).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
        };
        let (links, ids) = (after("href=\"#"), after(" id=\""));
        assert!(links.len() > 100, "{}", links.len());
        assert_eq!(links.difference(&ids).collect::<Vec<_>>(), Vec::<&String>::new(), "{name}");
    }
}

#[test]
fn colour_is_for_terminals_and_never_against_no_color() {
    let folder = empty();
    let plain = run(folder.path(), &["demo"]);
    assert!(!plain.stdout.contains(&0x1b), "an escape sequence went into a pipe");
    let forced = ambit(folder.path()).arg("demo").env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(forced.stdout.contains(&0x1b), "colour is never used");
    let refused = ambit(folder.path()).arg("demo").env("CLICOLOR_FORCE", "0").env("NO_COLOR", "1").output().unwrap();
    assert_eq!(refused.stdout, plain.stdout);
}

/// `ambit … | head -1`: who reads and leaves is no error.
#[test]
fn a_reader_who_leaves_is_no_error() {
    let folder = empty();
    for args in [&["explain"][..], &["completions", "bash"], &["man"], &["demo"]] {
        let mut child = ambit(folder.path()).args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{args:?}: {said}");
        assert!(!said.contains("error") && !said.contains("panicked"), "{args:?}: {said}");
    }
}

#[test]
fn collection_says_each_part_when_asked_to_and_nothing_when_quiet() {
    let (fake, folder) = (Fake::start(Scenario::reach()), empty());
    let url = fake.url();
    let said = |store: &str, loud: &[&str]| {
        let args = ["collect", "--org", "acme", "--no-aws", "--github-api", &url, "--store", store];
        let output = ambit(folder.path()).args(args).args(loud).env("GITHUB_TOKEN", "ghp_admin").output().unwrap();
        assert_eq!(code(&output), 0, "{}", err(&output));
        err(&output)
    };
    assert_eq!(said("quiet", &["--quiet"]), "");
    let (usual, verbose) = (said("usual", &[]), said("verbose", &["--verbose"]));
    assert!(usual.contains("asked ") && !usual.contains("reading "), "{usual}");
    assert!(
        verbose.contains("reading the organisation on GitHub\n") || verbose.contains("reading repositories: 1 of "),
        "{verbose}"
    );
}

#[test]
fn a_failed_start_leaves_no_store_behind() {
    let folder = empty();
    let output = run(folder.path(), &["collect", "--org", "acme", "--store", "store"]);
    assert!(err(&output).contains("no GitHub token"), "{}", err(&output));
    assert!(!folder.path().join("store").exists());
}

/// What a person gets wrong, the code that a script gets, and what helps.
#[test]
fn every_mistake_is_told_with_what_helps() {
    let folder = empty();
    std::fs::create_dir(folder.path().join("other")).unwrap();
    std::fs::write(folder.path().join("other/file"), "x").unwrap();
    let store = before();
    for (args, exit, wanted) in [
        (&["report", "--store", "other"][..], 1, "error: `other` is not an evidence store\nhint: "),
        (&["report", "--store", "missing"], 1, "error: `missing` is not an evidence store\nhint: "),
        (&["report", "--store", &store, "--run", "r"], 1, "error: no run `r` in "),
        (&["report", "--store", &store, "--format", "docx"], 2, "invalid value 'docx' for '--format <FORMAT>'"),
        (&["assess", "--org", "acme", "--format", "docx"], 2, "html, pdf, csv, json, md, sarif, terminal"),
        (&["report", "--fail-on", "severe"], 2, "[possible values: critical, high, medium, low, info]"),
        (&["assess"], 2, "--org <LOGIN>"),
        (&["assess", "--org", "acme"], 1, "error: no GitHub token\nhint: set GITHUB_TOKEN, or name a file"),
        (&["collect", "--org", "acme", "--config", "none.toml"], 1, "error: cannot read `none.toml`: "),
        (&["explain", "f-00", "--store", &store], 1, "error: `f-00` is not in run "),
        (&["explain", "environment_gate"], 1, "hint: called alike: "),
        (&["doctor", "--store", "other"], 1, "error: `other` is not an evidence store\nhint: "),
        (&["init"], 1, "error: there is no terminal to ask on\nhint: --yes takes every proposal"),
        (&["completions", "tcsh"], 2, "[possible values: bash, elvish, fish, powershell, zsh]"),
        (&["controls", "lint", "--overlay", "other"], 1, "is no file that an overlay can lay over\nhint: "),
        (&["controls", "lint", "--overlay", "missing"], 1, "error: cannot read `missing`: "),
        (&["repot"], 2, "tip: a similar subcommand exists: 'report'"),
    ] {
        let output = run(folder.path(), args);
        assert_eq!(code(&output), exit, "{args:?}: {}", err(&output));
        assert!(err(&output).contains(wanted), "{args:?}: {}", err(&output));
        assert!(!err(&output).contains("panicked"), "{args:?}: {}", err(&output));
    }
}

#[test]
fn what_is_wrong_in_the_configuration_is_told_with_file_and_line_all_at_once() {
    let folder = empty();
    let text = "[tiers.production]\nbranchs = [\"main\"]\naccounts = [\"12\"]\n\n[[accept]]\nfinding = \"x\"\nreason = \"y\"\n";
    std::fs::write(folder.path().join("ambit.toml"), text).unwrap();
    let output = run(folder.path(), &["collect", "--org", "acme", "--config", "ambit.toml"]);
    assert_eq!(code(&output), 1);
    insta::assert_snapshot!(err(&output));
    let found = run(folder.path(), &["collect", "--org", "acme"]);
    assert_eq!(err(&found), err(&output), "the working directory's file was not read");
}

#[test]
fn init_proposes_what_a_run_shows_and_never_writes_over() {
    let folder = empty();
    let written = run(folder.path(), &["init", "--yes", "--store", &before()]);
    assert_eq!(code(&written), 0, "{}", err(&written));
    let file = folder.path().join("ambit.toml");
    insta::assert_snapshot!(std::fs::read_to_string(&file).unwrap());
    std::fs::write(&file, "# mine\n").unwrap();
    let again = run(folder.path(), &["init", "--yes"]);
    assert_eq!(code(&again), 1);
    assert!(err(&again).contains("is there already\nhint: "), "{}", err(&again));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "# mine\n");
    assert_eq!(code(&run(folder.path(), &["init", "--yes", "--force"])), 0);
    assert!(std::fs::read_to_string(&file).unwrap().contains("# [tiers.production]"));
}

#[test]
fn doctor_says_who_asked_and_what_stayed_unknown() {
    let folder = empty();
    let output = run(folder.path(), &["doctor", "--store", &before()]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let text = out(&output);
    for wanted in [
        "Who asked",
        "of alice",
        "account 123456789012",
        "What could be read",
        "What would settle it",
        "What a run like this costs",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn explain_tells_a_path_and_a_finding_of_a_run_in_words() {
    let folder = empty();
    run(folder.path(), &["report", "--store", &before(), "--out", "out", "--format", "json"]);
    let json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("out/assessment.json")).unwrap()).unwrap();
    let path = json["paths"].as_array().unwrap().iter().find(|path| path["verdict"] == "open").unwrap();
    let finding = json["findings"].as_array().unwrap().iter().find(|finding| finding["outcome"] == "fail").unwrap();
    for (row, words) in
        [(path, ["Hop by hop", "humans", "1. ", "Evidence"]), (finding, ["outcome", "severity", "fail", "Evidence"])]
    {
        let output = run(folder.path(), &["explain", row["id"].as_str().unwrap(), "--store", &before()]);
        assert_eq!(code(&output), 0, "{}", err(&output));
        for word in words {
            assert!(out(&output).contains(word), "{word}: {}", out(&output));
        }
        assert!(out(&output).lines().all(|line| line.chars().count() <= 80), "{}", out(&output));
    }
}

#[test]
fn the_linter_reads_an_overlay_and_says_what_leads_nowhere() {
    let folder = empty();
    let sound = run(folder.path(), &["controls", "lint"]);
    assert_eq!((code(&sound), out(&sound).as_str()), (0, ""), "{}", err(&sound));
    let frameworks = folder.path().join("mine/frameworks");
    std::fs::create_dir_all(&frameworks).unwrap();
    let framework = "id: own\ntitle: Own\ncriteria:\n  - id: A1\n    category: security\n    title: a\n    objectives: [nothing]\n    count: 1\n    points: []\n    populations: []\n    attested: []\n";
    std::fs::write(frameworks.join("own.yaml"), framework).unwrap();
    let broken = run(folder.path(), &["controls", "lint", "--overlay", "mine"]);
    assert_eq!(code(&broken), 1);
    assert_eq!(out(&broken), "controls/frameworks (own): A1 asks for `nothing`, which is no objective\n");
    assert!(err(&broken).starts_with("error: 1 problem in the data\nhint: "), "{}", err(&broken));
}

#[test]
fn completions_and_manual_pages_name_every_command() {
    let folder = empty();
    let script = out(&run(folder.path(), &["completions", "bash"]));
    let man = run(folder.path(), &["man", "--out", "man"]);
    assert_eq!(code(&man), 0, "{}", err(&man));
    let names = subcommands(folder.path(), &[]);
    assert!(names.len() >= 10, "{names:?}");
    for name in names {
        assert!(script.contains(&format!("ambit,{name})")), "completions leave out {name}");
        let page = std::fs::read_to_string(folder.path().join(format!("man/ambit-{name}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{page}");
    }
    assert!(out(&run(folder.path(), &["man"])).contains(".TH ambit 1"));
}
