//! A git repository in a folder of its own, made by the `git` command without anybody's configuration.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

pub struct Repository {
    directory: tempfile::TempDir,
}

impl Repository {
    pub fn new() -> Repository {
        Repository::with(&[])
    }

    /// With options of `git init`.
    pub fn with(options: &[&str]) -> Repository {
        let repository = Repository { directory: tempfile::tempdir().unwrap() };
        repository.git(&[&["init", "-q", "-b", "main"], options].concat());
        repository
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "a")
            .env("GIT_AUTHOR_EMAIL", "a@example.com")
            .env("GIT_COMMITTER_NAME", "a")
            .env("GIT_COMMITTER_EMAIL", "a@example.com");
        command
    }

    pub fn git(&self, args: &[&str]) -> String {
        self.run(self.command(Path::new("git")).args(args))
    }

    /// Runs a prepared command that has to succeed.
    pub fn run(&self, command: &mut Command) -> String {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn commit(&self, path: &str, text: &str) -> String {
        self.write(path, text);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--no-verify", "-m", "x"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// An empty commit by somebody.
    pub fn commit_by(&self, name: impl AsRef<OsStr>, email: &str, message: &str) -> String {
        let mut command = self.command(Path::new("git"));
        command.env("GIT_AUTHOR_NAME", name).env("GIT_AUTHOR_EMAIL", email);
        self.run(command.args(["commit", "-q", "--no-verify", "--allow-empty", "-m", message]));
        self.git(&["rev-parse", "HEAD"])
    }
}

pub fn ambit() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_ambit"))
}
