//! What is taken from the environment. Nothing below `cli` reads it.

use std::{
    io::{BufRead, IsTerminal, Write},
    path::Path,
};

use base64::Engine as _;

use crate::{
    base::secret::Secret,
    cli::{Failure, args::Source},
    collect::{aws::client as aws, github::client::Credential, wire},
};

/// An environment variable that is set and not empty.
#[expect(clippy::disallowed_methods, reason = "the environment is read here and nowhere else")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Reads a file named on the command line.
///
/// # Errors
/// Names the file and why it cannot be read.
#[expect(clippy::disallowed_methods, reason = "files named on the command line are read here")]
pub fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|e| Failure::new(format!("cannot read `{}`: {e}", path.display())))
}

/// The YAML and other text files below a folder, by their path in it with `/` between the parts, in order.
///
/// # Errors
/// Names the folder or file and why it cannot be read, or that it is no UTF-8 text.
pub fn text_files(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let read = |name: String| {
        let text = String::from_utf8(read_file(&folder.join(&name))?)
            .map_err(|_| Failure::new(format!("`{}` is no UTF-8 text", folder.join(&name).display())))?;
        Ok((name, text))
    };
    files_below(folder)?.into_iter().map(read).collect()
}

/// Every file below a folder, by its path in it with `/` between the parts, in order.
///
/// # Errors
/// Names the folder and why it cannot be read.
pub fn files_below(folder: &Path) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_path_buf(), String::new())];
    while let Some((here, prefix)) = open.pop() {
        let failed = |e: std::io::Error| Failure::new(format!("cannot read `{}`: {e}", here.display()));
        for entry in std::fs::read_dir(&here).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            match entry.file_type().map_err(failed)?.is_dir() {
                true => open.push((entry.path(), format!("{name}/"))),
                false => found.push(name),
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a person can be asked: both ends of the talk are a terminal.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks a question on stderr and takes a line from stdin, trimmed; an empty line means `default`.
///
/// # Errors
/// When stdin ends before an answer.
pub fn ask(question: &str, default: &str) -> Result<String, Failure> {
    let shown = if default.is_empty() { String::new() } else { format!(" [{default}]") };
    // Nobody is left to ask when stderr is gone; stdin then ends as well.
    let _ = write!(std::io::stderr().lock(), "{question}{shown}: ");
    let mut line = String::new();
    if std::io::stdin().lock().read_line(&mut line).map_err(Failure::new)? == 0 {
        return Err(Failure::new(
            "the answers ended before the questions did; nothing was written\nhint: --yes takes every proposal",
        ));
    }
    let answer = line.trim();
    Ok(if answer.is_empty() { default.to_owned() } else { answer.to_owned() })
}

/// Whether the working directory lies in a git repository, which may be one that is judged.
#[expect(clippy::disallowed_methods, reason = "the working directory is read here and nowhere else")]
pub fn inside_a_repository() -> bool {
    std::env::current_dir().is_ok_and(|here| here.ancestors().any(|folder| folder.join(".git").exists()))
}

/// A PNG or SVG file as a data URL.
///
/// # Errors
/// When it cannot be read or is neither.
pub fn data_url(path: &Path) -> Result<String, Failure> {
    let bytes = read_file(path)?;
    let kind = match path.extension().and_then(|extension| extension.to_str()) {
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        _ => return Err(Failure::new(format!("`{}` is no logo\nhint: a PNG or an SVG file", path.display()))),
    };
    Ok(format!("data:{kind};base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes)))
}

/// Writes a file below a folder, which is made where it is missing.
///
/// # Errors
/// Names the file and why it cannot be written.
#[expect(clippy::disallowed_methods, reason = "reports are written here")]
pub fn write_file(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path = folder.join(name);
    let failed = |e: std::io::Error| Failure::new(format!("cannot write `{}`: {e}", path.display()));
    std::fs::create_dir_all(folder).map_err(failed)?;
    std::fs::write(&path, bytes).map_err(failed)
}

/// Writes one file whose folder is there.
///
/// # Errors
/// Names the file and why it cannot be written.
#[expect(clippy::disallowed_methods, reason = "a file named on the command line is written here")]
pub fn write_path(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|e| Failure::new(format!("cannot write `{}`: {e}", path.display())))
}

/// The GitHub credential: an App, a token file, `GITHUB_TOKEN`.
///
/// # Errors
/// When a file cannot be read, or there is no credential at all.
pub fn github_credential(source: &Source) -> Result<Credential, Failure> {
    if let (Some(app), Some(installation), Some(key)) =
        (source.github_app, source.github_installation, &source.github_app_key)
    {
        let pem = String::from_utf8(read_file(key)?)
            .map_err(|_| Failure::new(format!("`{}` is not a PEM file", key.display())))?;
        return Ok(Credential::App { app, installation, key_pem: Secret::new(pem) });
    }
    let token = match &source.github_token_file {
        Some(path) => String::from_utf8(read_file(path)?).map_err(|_| Failure::new(format!("`{}` holds no token", path.display())))?,
        None => variable("GITHUB_TOKEN").ok_or_else(|| {
            Failure::new("no GitHub token\nhint: set GITHUB_TOKEN, or name a file with --github-token-file, or leave GitHub out with --no-github")
        })?,
    };
    let token = token.trim();
    if token.is_empty() || token.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Failure::new(
            "the GitHub token is empty or holds white space\nhint: the file must hold the token and nothing else",
        ));
    }
    Ok(Credential::Token(Secret::new(token)))
}

/// How to reach the outside: private certificates from `SSL_CERT_FILE` or `AWS_CA_BUNDLE`; proxies are taken by the client.
///
/// # Errors
/// When the certificate file cannot be read.
pub fn transport(max_requests: Option<u64>) -> Result<wire::Settings, Failure> {
    let bundle = variable("SSL_CERT_FILE").or_else(|| variable("AWS_CA_BUNDLE"));
    let ca_bundle = bundle.map(|path| read_file(Path::new(&path))).transpose()?;
    Ok(wire::Settings { ca_bundle, max_requests, ..wire::Settings::default() })
}

pub fn aws_endpoint() -> Option<String> {
    variable("AWS_ENDPOINT_URL")
}

pub fn aws_region() -> Option<String> {
    variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"))
}

/// The credential chain of the AWS SDK.
pub fn aws_credential() -> aws::Credential {
    aws::Credential::Chain { profile: variable("AWS_PROFILE") }
}
