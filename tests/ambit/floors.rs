//! The floors of `docs/architecture.md`: a module uses only strictly lower ones. Every path is resolved, not only `use` lines.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::visit::Visit;

/// Floor by top-level module. Modules of one floor do not use each other unless listed in `WITHIN`.
const FLOORS: [(&str, u8); 16] = [
    ("base", 0),
    ("model", 1),
    ("evidence", 2),
    ("controls", 2),
    ("iam", 2),
    ("facts", 3),
    ("collect", 4),
    ("analysis", 4),
    ("reach", 5),
    ("report", 6),
    ("checks", 6),
    ("assess", 7),
    ("hook", 7),
    ("render", 8),
    ("cli", 9),
    ("main", 10),
];

/// The order inside a floor: the first may use the second.
const WITHIN: [(&str, &str); 1] = [("checks", "report")];

#[test]
fn no_arrow_runs_upward() {
    let floors: BTreeMap<&str, u8> = FLOORS.into_iter().collect();
    let mut wrong = Vec::new();
    for arrow in arrows() {
        let (from, to) = (top(&arrow.from), top(&arrow.to));
        if from == to {
            continue;
        }
        let (Some(upper), Some(lower)) = (floors.get(from), floors.get(to)) else {
            wrong.push(format!("{}: `{from}` or `{to}` has no floor", arrow.file));
            continue;
        };
        if lower > upper || (lower == upper && !WITHIN.contains(&(from, to))) {
            wrong.push(format!("{}: {from} (floor {upper}) uses {} (floor {lower})", arrow.file, arrow.to.join("::")));
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Between the files of one top-level module; `cli` is left out, whose arguments hold those of its commands.
#[test]
fn no_two_modules_of_one_folder_use_each_other_in_a_circle() {
    let mut uses: BTreeMap<Vec<String>, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for arrow in arrows() {
        let shared = arrow.from.iter().zip(&arrow.to).take_while(|(a, b)| a == b).count();
        if let (Some(from), Some(to)) = (arrow.from.get(shared), arrow.to.get(shared))
            && shared == 1
            && arrow.from[0] != "cli"
        {
            uses.entry(arrow.from[..shared].to_vec()).or_default().entry(from.clone()).or_default().insert(to.clone());
        }
    }
    let mut circles = Vec::new();
    for (folder, graph) in &uses {
        for start in graph.keys() {
            if reaches(graph, start, start) {
                circles.push(format!("{}::{start}", folder.join("::")));
            }
        }
    }
    assert!(circles.is_empty(), "modules in a circle: {circles:#?}");
}

#[test]
fn every_file_stays_readable() {
    let long: Vec<String> = files()
        .into_iter()
        .filter_map(|path| {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            (lines > 520).then(|| format!("{} has {lines} lines", path.display()))
        })
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

fn reaches(graph: &BTreeMap<String, BTreeSet<String>>, from: &str, to: &str) -> bool {
    let mut open: Vec<&str> = graph.get(from).into_iter().flatten().map(String::as_str).collect();
    let mut seen = BTreeSet::new();
    while let Some(next) = open.pop() {
        if next == to {
            return true;
        }
        if seen.insert(next) {
            open.extend(graph.get(next).into_iter().flatten().map(String::as_str));
        }
    }
    false
}

struct Arrow {
    file: String,
    from: Vec<String>,
    to: Vec<String>,
}

fn top(path: &[String]) -> &str {
    path.first().map_or("main", String::as_str)
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files() -> Vec<PathBuf> {
    let mut open = vec![source()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Every path of the crate that some code names, as module paths; tests inside the source are left out.
fn arrows() -> Vec<Arrow> {
    let modules: BTreeSet<Vec<String>> = files().iter().map(|file| module_of(file)).collect();
    let mut arrows = Vec::new();
    for file in files() {
        let name = file.strip_prefix(source()).unwrap().display().to_string();
        if name == "lib.rs" || name == "main.rs" || is_test(&name) {
            continue;
        }
        let tree = syn::parse_file(&fs::read_to_string(&file).unwrap()).unwrap();
        let mut seen = Seen { module: module_of(&file), paths: Vec::new() };
        seen.visit_file(&tree);
        for path in seen.paths {
            let to =
                (0..=path.len()).rev().map(|n| path[..n].to_vec()).find(|p| modules.contains(p)).unwrap_or_default();
            if !to.is_empty() && to != seen.module {
                arrows.push(Arrow { file: name.clone(), from: seen.module.clone(), to });
            }
        }
    }
    arrows
}

fn is_test(name: &str) -> bool {
    name.split(['/', '\\']).any(|part| part == "tests" || part == "tests.rs")
}

fn module_of(file: &Path) -> Vec<String> {
    let relative = file.strip_prefix(source()).unwrap().with_extension("");
    let mut parts: Vec<String> = relative.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if matches!(parts.last().map(String::as_str), Some("mod" | "lib")) {
        parts.pop();
    }
    parts
}

struct Seen {
    module: Vec<String>,
    paths: Vec<Vec<String>>,
}

impl Seen {
    fn add(&mut self, segments: &[String]) {
        let mut base = match segments.first().map(String::as_str) {
            Some("crate") => Vec::new(),
            Some("self") => self.module.clone(),
            Some("super") => self.module[..self.module.len().saturating_sub(1)].to_vec(),
            _ => return,
        };
        for segment in &segments[1..] {
            if segment == "super" {
                base.pop();
            } else {
                base.push(segment.clone());
            }
        }
        self.paths.push(base);
    }

    fn tree(&mut self, prefix: &[String], tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => {
                let next = [prefix, &[path.ident.to_string()]].concat();
                self.tree(&next, &path.tree);
            }
            syn::UseTree::Name(name) => self.add(&[prefix, &[name.ident.to_string()]].concat()),
            syn::UseTree::Rename(name) => self.add(&[prefix, &[name.ident.to_string()]].concat()),
            syn::UseTree::Glob(_) => self.add(prefix),
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.tree(prefix, item)),
        }
    }
}

impl<'ast> Visit<'ast> for Seen {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let test = item.attrs.iter().any(|attr| attr.path().is_ident("cfg"));
        if !test {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.add(&segments);
        syn::visit::visit_path(self, path);
    }

    /// Paths inside macros are tokens to syn; the ones that start at the crate are found in their text.
    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        let text = mac.tokens.to_string().replace(' ', "");
        for start in text.match_indices("crate::").map(|(at, _)| at) {
            let path: String =
                text[start..].chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).collect();
            let segments: Vec<String> = path.split("::").filter(|s| !s.is_empty()).map(str::to_owned).collect();
            self.add(&segments);
        }
        syn::visit::visit_macro(self, mac);
    }
}
