//! What the hook reads from git, and a judgement of whatever came out of it.
#![no_main]

use std::sync::LazyLock;

use ambit::hook::{
    Judgement, Rules, Settings,
    change::{Change, Content, FileChange, Scope, read_index, read_objects, read_raw, read_tree},
    check,
    coverage::Coverage,
    output,
};
use libfuzzer_sys::fuzz_target;

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::built_in().expect("the built-in rules load"));

const PATHS: [&str; 13] = [
    "a.rs", "a.py", "a.js", "a.ts", "a.tsx", "a.go", "A.java", "A.cs", "a.rb", "a.php", "A.kt", "a.yml", "ambit.toml",
];

fuzz_target!(|data: &[u8]| {
    for entry in read_raw(data).unwrap_or_default() {
        for blob in [entry.old, entry.new].into_iter().flatten() {
            assert!(blob.object.bytes().all(|byte| byte.is_ascii_hexdigit()), "an object name is never an option");
        }
    }
    let _ = read_index(data);
    let _ = read_tree(data);
    let _ = read_objects(data);
    let text = String::from_utf8_lossy(data);
    let _ = Coverage::parse(&text);
    let Some((choice, rest)) = data.split_first() else { return };
    let (old, new) = rest.split_at(rest.len() / 2);
    let path = PATHS[usize::from(*choice) % PATHS.len()];
    let file = FileChange { path: path.into(), old: Content::from_bytes(old), new: Content::from_bytes(new) };
    let report = check(&Judgement {
        change: &Change { scope: Scope::Added, files: vec![file] },
        rules: &RULES,
        settings: &Settings::default(),
        base_file: None,
        today: jiff::civil::date(2027, 1, 1),
        coverage: None,
        minimum_coverage: 80,
    })
    .expect("the built-in rules compile");
    let shown = output::human(&report);
    assert!(!shown.contains('\u{1b}'), "a terminal escape got through");
    output::sarif(&report, &RULES).expect("SARIF is written");
});
