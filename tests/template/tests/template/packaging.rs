//! What the Makefile packages with, on whichever machine.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use template_tests::repository;

/// What `make --dry-run` would run on a machine that calls itself so, or what it says to people.
fn build(machine: &str, library: &str, architecture: &str) -> Option<String> {
    let programs = tempfile::tempdir().unwrap();
    for (name, says) in [("uname", machine), ("getconf", library)] {
        let program = programs.path().join(name);
        fs::write(&program, format!("#!/bin/sh\n{says}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", programs.path().display(), std::env::var("PATH").unwrap());
    let mut make = Command::new("make");
    make.args(["--dry-run", "binaries"]).current_dir(repository()).env("PATH", path);
    make.env("ARCHITECTURE", architecture).env_remove("MAKEFLAGS").env_remove("SEGMENT_EXPORT_BINARIES");
    let output = match make.output() {
        // `.ci/aws-tools` installs it with the programs that need it.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        output => output.unwrap(),
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn another_architecture_and_a_newer_c_library_are_built_for_with_cargo_lambda() {
    let linux = "echo Linux x86_64";
    for (machine, library, architecture, plainly) in [
        (linux, "echo glibc 2.36", "x86_64", true),
        (linux, "echo glibc 2.37", "x86_64", true),
        (linux, "echo glibc 2.38", "x86_64", false),
        (linux, "echo glibc 2.41", "x86_64", false),
        (linux, "echo glibc 2.36", "arm64", false),
        ("echo Linux aarch64", "echo glibc 2.36", "arm64", true),
        ("echo Linux aarch64", "echo glibc 2.39", "arm64", false),
        // One without that C library.
        (linux, "exit 1", "x86_64", true),
        ("echo Darwin arm64", "exit 1", "arm64", false),
    ] {
        let Some(commands) = build(machine, library, architecture) else { return };
        let of = format!("{machine}, {library}, {architecture}: {commands}");
        assert_eq!(commands.contains("\ncargo build --locked"), plainly, "{of}");
        assert_eq!(commands.contains("\ncargo lambda build --locked"), !plainly, "{of}");
        // What is missing is said before a quarter of an hour has passed.
        assert_eq!(commands.contains("if [ -n \"\" ]"), plainly, "{of}");
    }
}
