//! What the documents tell an operator to type and to look for: it works, and is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use template_tests::{Template, repository};

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The chapter of the runbook about alarms, without its blocks of commands.
fn alarms() -> String {
    let runbook = read("docs/RUNBOOK.md");
    let chapter = runbook.split("\n## ").find_map(|chapter| chapter.strip_prefix("Alarms\n")).unwrap();
    chapter.split("```").step_by(2).collect()
}

/// What stands between two marks, as one line each.
fn marked(text: &str, mark: char) -> Vec<String> {
    let spans = text.split(mark).skip(1).step_by(2);
    spans.map(|span| span.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn sources_below(folder: &Path, sources: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources_below(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

/// The texts that the programs can write: every literal of their sources, a text over several lines as one.
fn literals() -> String {
    let mut sources = String::new();
    for group in ["functions", "shared"] {
        for package in fs::read_dir(repository().join(group)).unwrap() {
            let folder = package.unwrap().path().join("src");
            if folder.is_dir() {
                sources_below(&folder, &mut sources);
            }
        }
    }
    let lines: Vec<&str> = sources.lines().map(str::trim_start).collect();
    lines.join("\n").replace("\\\n", "")
}

#[test]
fn what_the_runbook_looks_for_at_an_alarm_is_what_is_written() {
    let (alarms, literals) = (alarms(), literals());
    let (template, state_machine) =
        (read("template.yaml"), read("functions/export-run/state-machine.asl.json"));
    // What a page of the console says stands in lists.
    let prose: Vec<&str> = alarms.lines().filter(|line| !line.starts_with("- *")).collect();
    let phrases = marked(&prose.join("\n"), '*');
    let words = marked(&alarms, '`');
    assert!(words.len() > 20 && phrases.len() > 3, "the chapter was read: {words:?} {phrases:?}");
    for word in words {
        if let Some(asked) = word.strip_prefix("failures ") {
            let function = asked.split(' ').next().unwrap();
            assert!(repository().join("functions").join(function).is_dir(), "{word}");
            continue;
        }
        let quoted = format!("\"{word}\"");
        let is_written = literals.contains(&quoted) || state_machine.contains(&quoted);
        let is_name = template.contains(&format!(" {word}:")) || template.contains(&format!("'{word}'"));
        let is_function = repository().join("functions").join(&word).is_dir();
        assert!(is_written || is_name || is_function, "`{word}` is written nowhere");
    }
    for phrase in phrases {
        for part in phrase.split(" ... ") {
            let is_name = template.contains(&format!("  {part}:"));
            assert!(literals.contains(part) || is_name, "*{part}* is written nowhere");
        }
    }
}

/// Lines of a log: the first ones are failures. Those of the platform are as AWS documents them ("Lambda Telemetry API
/// Event schema reference").
const LOG: [&str; 6] = [
    r#"{"timestamp":"2026-11-22T08:00:00Z","level":"ERROR","message":"a request failed","code":"unavailable"}"#,
    r#"{"timestamp":"2026-11-22T08:00:00Z","level":"WARN","message":"the invocation failed; it is worth another try"}"#,
    r#"{"time":"2026-11-22T08:00:29Z","type":"platform.report","record":{"requestId":"1","metrics":{"durationMs":29000},"status":"timeout"}}"#,
    r#"{"time":"2026-11-22T08:00:29Z","type":"platform.report","record":{"requestId":"1","status": "error","errorType":"Runtime.OutOfMemory"}}"#,
    r#"{"timestamp":"2026-11-22T08:00:00Z","level":"INFO","message":"request","status":200}"#,
    r#"{"time":"2026-11-22T08:00:29Z","type":"platform.report","record":{"requestId":"1","status":"success"}}"#,
];

#[test]
fn the_runbook_finds_time_outs_and_exhausted_memory_among_the_failures() {
    let runbook = read("docs/RUNBOOK.md");
    let failures = runbook.lines().find(|line| line.starts_with("failures() {")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    fs::write(&log, LOG.join("\n")).unwrap();
    let script = format!("log() {{ cat \"$1\"; }}\n{failures}\nfailures \"$0\"");
    let found = Command::new("bash").arg("-c").arg(script).arg(&log).output().unwrap();
    assert_eq!(String::from_utf8(found.stdout).unwrap().lines().collect::<Vec<_>>(), LOG[..4]);
}

#[test]
fn what_loops_of_the_runbook_go_through_are_resources_of_the_template() {
    let template = Template::read();
    let runbook = read("docs/RUNBOOK.md");
    let loops = |variable: &str| -> BTreeSet<String> {
        let opening = format!("for {variable} in ");
        let lists = runbook.split(opening.as_str()).skip(1).map(|list| list.split(';').next().unwrap());
        lists.flat_map(str::split_whitespace).map(str::to_owned).collect()
    };
    let (rules, roles) = (loops("rule"), loops("role"));
    assert!(rules.len() == 3 && roles.len() == 4, "{rules:?} {roles:?}");
    for name in rules {
        assert_eq!(template.resource(&name).kind(), "AWS::Events::Rule");
    }
    for name in roles {
        assert_eq!(template.resource(&name).kind(), "AWS::IAM::Role");
    }
}

#[test]
fn parameters_are_changed_where_the_next_deployment_finds_them() {
    for document in ["README.md", "docs/DEPLOY.md", "docs/RUNBOOK.md"] {
        // On the command line they count once, and what `sam deploy --guided` has saved counts again afterwards.
        assert!(!read(document).contains("--parameter-overrides"), "{document}");
    }
    assert!(read("docs/DEPLOY.md").contains("`parameter_overrides` in\n`samconfig.toml`"));
}
