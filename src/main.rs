use std::process::ExitCode;

fn main() -> ExitCode {
    ambit::cli::main()
}
