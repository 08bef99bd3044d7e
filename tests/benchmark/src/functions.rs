//! The deployed binaries: how large they are, and how long each takes from its start to its first answer.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use function_stage::{Function, HttpAnswer, HttpRequest, Outcome, WebStage};
use identity::Role;
use issuer::TokenOptions;
use serde_json::{Value, json};

/// So many starts; the middle one counts.
const STARTS: usize = 15;

const LARGEST_BYTES: u64 = 15_000_000;
const LONGEST: Duration = Duration::from_millis(50);

/// A function with the event that it is given first.
struct First {
    name: &'static str,
    event: Value,
    /// Whether it is the answer that the event should have.
    answered: fn(Outcome) -> bool,
}

/// What was measured of a function.
struct Started {
    name: &'static str,
    bytes: u64,
    /// From the start of the process to its answer.
    elapsed: Duration,
    processor: Duration,
    peak_bytes: Option<u64>,
}

/// Where `cargo build --profile lambda` puts binaries, beside the profile of this one.
fn folder() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    own.parent().unwrap().parent().unwrap().join("lambda")
}

/// Measures every function and prints a table, or how to build them.
pub(crate) fn print() {
    let names = ["export-config", "export-run", "export-trigger", "oauth-callback"];
    println!();
    if names.iter().any(|name| !folder().join(name).exists()) {
        println!("The functions are measured when they are built as they are deployed:");
        println!("cargo build --profile lambda --bins {}", names.map(|name| format!("-p {name}")).join(" "));
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let measured = runtime.block_on(async {
        let stage = WebStage::new().await;
        let mut measured = Vec::new();
        for first in firsts(&stage).await {
            measured.push(measure(&stage, &first).await);
        }
        measured
    });
    println!("| function | MB | start to first answer, ms | of it CPU of ours, ms | peak MiB | target |");
    println!("|---|---|---|---|---|---|");
    for started in measured {
        let Started { name, bytes, elapsed, processor, peak_bytes } = started;
        let met = bytes <= LARGEST_BYTES && processor <= LONGEST;
        println!(
            "| {name} | {}.{:02} | {:.1} | {:.1} | {} | <= 15 MB, <= 50 ms of our own: {} |",
            bytes / 1_000_000,
            bytes % 1_000_000 / 10_000,
            elapsed.as_secs_f64() * 1000.0,
            processor.as_secs_f64() * 1000.0,
            peak_bytes.map(|bytes| (bytes >> 20).to_string()).unwrap_or_default(),
            if met { "met" } else { "not met" },
        );
    }
}

/// First events that take each function through what it was made for: the state is read, a person is known by a token.
async fn firsts(stage: &WebStage) -> [First; 4] {
    let session = stage.session(Role::Administrator, &TokenOptions::default()).await;
    let signed_in =
        |request: HttpRequest| session.cookies.iter().fold(request, |request, cookie| request.cookie(cookie));
    let callback = HttpRequest::get("/oauth/constant-contact/callback?code=c&state=s");
    [
        First {
            name: "export-config",
            event: signed_in(HttpRequest::get("/exports")).event(),
            answered: |outcome| HttpAnswer::of(outcome).status == 200,
        },
        First {
            name: "export-run",
            event: json!({ "export": stage.stage.export, "run": "no-such-run" }),
            answered: |outcome| matches!(outcome, Outcome::Error(error) if error["errorType"] == "Permanent"),
        },
        First {
            name: "export-trigger",
            event: json!({ "trigger": "ScheduledRefresh" }),
            answered: |outcome| matches!(outcome, Outcome::Result(answer) if answer["started"] == 0),
        },
        First {
            name: "oauth-callback",
            event: signed_in(callback).event(),
            // Nobody has begun such an authorization.
            answered: |outcome| (400..500).contains(&HttpAnswer::of(outcome).status),
        },
    ]
}

async fn measure(stage: &WebStage, first: &First) -> Started {
    let path = folder().join(first.name);
    let binary = path.to_str().unwrap();
    // As it is deployed; the stage's own level is for finding faults.
    let settings = [
        ("AWS_LAMBDA_LOG_LEVEL", "INFO".to_owned()),
        ("EVENT_BUS", "segment-export".to_owned()),
        ("AWS_ENDPOINT_URL_EVENTBRIDGE", stage.calls.url.clone()),
    ];
    let mut elapsed = Vec::new();
    let mut peak_bytes = None;
    let mut before = processor_time_of_children();
    for round in 0..=STARTS {
        let begun = Instant::now();
        let function: Function = stage.function(binary, &settings).await;
        let outcome = function.invoke(first.event.clone(), Duration::from_secs(20)).await;
        let took = begun.elapsed();
        assert!((first.answered)(outcome), "{} does not answer as it should", first.name);
        peak_bytes = function.peak_memory().await;
        function.end().await;
        if round == 0 {
            // The first one brings the file into memory.
            before = processor_time_of_children();
        } else {
            elapsed.push(took);
        }
    }
    elapsed.sort_unstable();
    let processor = processor_time_of_children() - before;
    Started {
        name: first.name,
        bytes: path.metadata().unwrap().len(),
        elapsed: elapsed[STARTS / 2],
        processor: processor / u32::try_from(STARTS).unwrap(),
        peak_bytes,
    }
}

/// Of all processes that this one has started and that have ended.
fn processor_time_of_children() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields.iter().skip(13).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    // USER_HZ is 100 on every Linux that this runs on.
    Duration::from_millis(ticks * 10)
}
