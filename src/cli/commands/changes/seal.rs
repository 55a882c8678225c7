//! `ambit changes seal`: fixes what a sample will be drawn from, before anybody knows how.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::{
    base::digest::Digest,
    cli::{Exit, Failure, environment, printer::Printer},
};

/// The list of digests, as `sha256sum -c` reads it.
pub(super) const SUMS: &str = "SHA256SUMS";

/// Fix the populations that `ambit changes` wrote, and digest them
///
/// Writes SHA256SUMS over every file. Sign or send its digest before the auditor tells the nonce of `ambit changes sample`:
/// then neither side can steer the sample.
#[derive(Debug, Args)]
pub struct Seal {
    /// The folder that `ambit changes` wrote
    #[arg(value_name = "DIR", default_value = "ambit-changes")]
    dir: PathBuf,
}

pub fn run(args: &Seal, printer: &Printer) -> Result<Exit, Failure> {
    refuse_sealed(&args.dir)?;
    let files = environment::files_below(&args.dir)?;
    if !files.iter().any(|name| name.starts_with("populations/")) {
        return Err(Failure::new(format!(
            "`{}` holds no populations\nhint: ambit changes --out {0}",
            args.dir.display()
        )));
    }
    let mut sums = String::new();
    for name in files {
        let bytes = environment::read_file(&args.dir.join(&name))?;
        sums.push_str(&format!("{}  {name}\n", Digest::of(bytes)));
    }
    environment::write_file(&args.dir, SUMS, sums.as_bytes())?;
    printer.result(&format!("{}  {SUMS}\n", Digest::of(&sums))).map_err(Failure::new)?;
    printer.say(&format!(
        "\nsealed {} \nto sign: ssh-keygen -Y sign -n ambit-evidence@v1 -f KEY {0}/{SUMS}\nnext, with the auditor's nonce: ambit changes sample {0} --nonce NONCE",
        args.dir.display()
    ));
    Ok(Exit::Clean)
}

/// A sealed folder is not written again.
///
/// # Errors
/// When it is sealed.
pub(super) fn refuse_sealed(dir: &Path) -> Result<(), Failure> {
    match dir.join(SUMS).exists() {
        true => Err(Failure::new(format!(
            "`{}` is sealed and is not written again\nhint: name another folder with --out",
            dir.display()
        ))),
        false => Ok(()),
    }
}

/// The digest of the seal, after every sealed file was found unchanged.
///
/// # Errors
/// No seal, or the first file that is not what was sealed.
pub(super) fn verified(dir: &Path) -> Result<Digest, Failure> {
    if !dir.join(SUMS).exists() {
        return Err(Failure::new(format!("`{}` is not sealed\nhint: ambit changes seal {0}", dir.display())));
    }
    let sums = environment::read_file(&dir.join(SUMS))?;
    let text = String::from_utf8_lossy(&sums);
    for line in text.lines() {
        let Some((digest, name)) = line.split_once("  ") else { continue };
        if Digest::of(environment::read_file(&dir.join(name))?).to_string() != digest {
            return Err(Failure::new(format!(
                "`{name}` is not what was sealed\nhint: draw and seal anew, and tell the auditor why"
            )));
        }
    }
    Ok(Digest::of(&sums))
}
