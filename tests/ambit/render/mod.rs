//! Every format, on a report written by hand and on its hostile twin.

mod editions;
mod fixture;
mod fixture_paths;
mod fixture_recovery;
mod fixture_rows;
mod formats;
pub mod hostile;
pub mod hostile_fixture;
mod pdf;
mod schema;

use ambit::{
    render::{Format, Options, render},
    report::{Assessment, Edition},
};

/// The one file of `format` that is called `name`.
fn file(format: Format, assessment: &Assessment, edition: Edition, name: &str) -> Vec<u8> {
    let artifacts = render(format, assessment, &Options { edition }).unwrap();
    artifacts.into_iter().find(|artifact| artifact.file_name == name).unwrap().bytes
}

fn text(format: Format, assessment: &Assessment, name: &str) -> String {
    String::from_utf8(file(format, assessment, Edition::Internal, name)).unwrap()
}
