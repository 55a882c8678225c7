//! The files under `controls/`, embedded at build time, so that a binary alone judges like a checkout.

use include_dir::{Dir, include_dir};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/controls");

/// The text of one embedded file by its path below `controls/`; `None` when there is no such file or it is not UTF-8.
pub fn text(path: &str) -> Option<&'static str> {
    FILES.get_file(path).and_then(|file| file.contents_utf8())
}

/// Every embedded YAML file directly in `folder`, path and text, in order of their paths.
pub fn folder(folder: &str) -> Vec<(&'static str, &'static str)> {
    let files = FILES.get_dir(folder).map(|dir| dir.files()).into_iter().flatten();
    let mut texts: Vec<_> = files.filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?))).collect();
    texts.retain(|(path, _)| path.ends_with(".yaml"));
    texts.sort();
    texts
}
