//! What a plan promises: every row in exactly one count, every member sent once and as the rules say, chunks within
//! their limits, and nothing but the fixed order of the files deciding between rows of one person.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use domain::field::Field;
use domain::identifier::ListId;
use domain::mapping::{Attribute, Mapping, Source};
use domain::outcome::Counts;
use jiff::Timestamp;
use ledger::{AddressHash, HashSeed, LedgerReader};
use planner::{
    Baseline, ChunkLimits, ChunkMembers, ChunkResult, CollectSettings, Collector, Comparison, KnownLedger,
    OptOuts, PlanSummary, Refusal, RunKind, Settlement, compare,
};
use proptest::prelude::*;
use snapshots::{PinnedPart, SnapshotSettings, read_snapshot};
use store::Tag;

use crate::collected::Collected;

const SEED: HashSeed = HashSeed(42);
const DAY: u32 = 20_000;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Person {
    id: String,
    email: String,
    name: String,
}

/// Few different values, so that every kind of duplicate happens often.
fn person() -> impl Strategy<Value = Person> {
    (0_u8..12, 0_u8..12, 0_u8..10, 0_u8..4).prop_map(|(id, email, kind, name)| Person {
        id: if kind == 0 { String::new() } else { format!("C{id}") },
        email: match kind {
            1 => String::new(),
            2 => format!("broken{email}@"),
            3 => format!("P{email}@EXAMPLE.com"),
            _ => format!("p{email}@example.com"),
        },
        name: ["Ann", "Zoë, \"the\" first", "", "  Bo\tB "][usize::from(name)].to_owned(),
    })
}

/// Segments, each of parts, each of rows.
fn segments() -> impl Strategy<Value = Vec<Vec<Vec<Person>>>> {
    let part = prop::collection::vec(person(), 0..12);
    prop::collection::vec(prop::collection::vec(part, 1..3), 1..3)
}

fn csv(rows: &[Person]) -> Vec<u8> {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut text = "CustomerId,EMail,FirstName\n".to_owned();
    for row in rows {
        text += &format!("{},{},{}\n", quoted(&row.id), quoted(&row.email), quoted(&row.name));
    }
    text.into_bytes()
}

fn mapping() -> Mapping {
    let name = Attribute {
        field: Field::parse("first_name").unwrap(),
        source: Source::Column("FirstName".to_owned()),
    };
    Mapping::new("EMail", None, vec![name]).unwrap()
}

const LIMITS: ChunkLimits = ChunkLimits { rows: 4, bytes: 400 };

fn plan(
    segments: &[Vec<Vec<Person>>],
    ledger: Option<&[u8]>,
    opt_outs: &OptOuts,
    kind: RunKind,
) -> (PlanSummary, Collected) {
    plan_deciding(true, segments, ledger, opt_outs, kind)
}

fn plan_deciding(
    at_once: bool,
    segments: &[Vec<Vec<Person>>],
    ledger: Option<&[u8]>,
    opt_outs: &OptOuts,
    kind: RunKind,
) -> (PlanSummary, Collected) {
    let mut sink = Collected::default();
    let settings = CollectSettings { unreadable_share: 1.0, ..CollectSettings::default() };
    let mapping = mapping();
    let list = ListId::new("list-1").unwrap();
    let comparison =
        Comparison { list: &list, kind, sent_up_to: None, opt_outs, limits: LIMITS, refuse_examples: false };
    let mut collector = Collector::new(&mapping, SEED, settings, &mut sink);
    if let Some(ledger) = ledger {
        let ledger = LedgerReader::new(ledger).unwrap();
        collector = collector.with_ledger(KnownLedger::read(ledger).unwrap(), comparison);
        if at_once {
            collector = collector.deciding_at_once();
        }
    }
    for (segment, parts) in segments.iter().enumerate() {
        let keys: Vec<_> =
            (0..parts.len()).map(|part| format!("segments/s{segment}/one/part-{part}.csv")).collect();
        collector.begin_snapshot(Timestamp::UNIX_EPOCH, keys.clone());
        let parts = keys.into_iter().zip(parts).map(|(key, rows)| {
            let bytes = csv(rows);
            let part = PinnedPart { key, tag: Tag::new("t"), size: bytes.len() as u64 };
            (part, Box::new(Cursor::new(bytes)) as Box<dyn Read + Send>)
        });
        read_snapshot(parts, &SnapshotSettings::default(), &mut collector).unwrap();
    }
    let members = collector.finish().unwrap();
    let summary = compare(members, Baseline::<&[u8]>::SameLedger, comparison, &mut sink).unwrap();
    (summary, sink)
}

fn settle(
    summary: &PlanSummary,
    plan: &Collected,
    old: Option<&[u8]>,
    results: &[ChunkResult],
) -> (Counts, Vec<u8>, String) {
    let old = old.map(|bytes| LedgerReader::new(bytes).unwrap());
    let mut settlement = Settlement::new(old, Vec::new(), Vec::new(), summary.counts.clone(), SEED, DAY);
    for (chunk, result) in plan.chunks.iter().zip(results) {
        settlement.chunk(chunk.number, &chunk.members, result).unwrap();
    }
    let (counts, _, ledger, outcomes) = settlement.finish().unwrap();
    let outcomes = [plan.outcomes.clone(), outcomes].concat();
    (counts, ledger, String::from_utf8(outcomes).unwrap())
}

fn completed() -> ChunkResult {
    ChunkResult::Completed { refused: vec![], unconfirmed: vec![], unidentified: 0, unidentified_opt_outs: 0 }
}

/// The rules once more, as plainly as they can be said: the members in the order in which they appear.
fn expected_members(segments: &[Vec<Vec<Person>>]) -> BTreeMap<String, Person> {
    let (mut ids, mut members) = (BTreeSet::new(), BTreeMap::new());
    for row in segments.iter().flatten().flatten() {
        let valid = !row.id.is_empty() && row.email.ends_with("com");
        let key = row.email.to_lowercase();
        if valid && !ids.contains(&row.id) && !members.contains_key(&key) {
            ids.insert(row.id.clone());
            members.insert(key, row.clone());
        }
    }
    members
}

/// A row of the body as the service would read it.
fn sent_rows(plan: &Collected) -> Vec<(String, Option<String>)> {
    let mut rows = Vec::new();
    for chunk in &plan.chunks {
        let body: serde_json::Value = serde_json::from_slice(&chunk.body).unwrap();
        assert_eq!(body["list_ids"], serde_json::json!(["list-1"]));
        let data = body["import_data"].as_array().unwrap();
        assert_eq!(data.len(), chunk.rows as usize);
        assert_eq!(ChunkMembers::new(&chunk.members).count(), data.len());
        for (row, member) in data.iter().zip(ChunkMembers::new(&chunk.members)) {
            let email = row["email"].as_str().unwrap();
            assert_eq!(email.to_lowercase().as_bytes(), member.unwrap().address);
            rows.push((email.to_owned(), row["first_name"].as_str().map(str::to_owned)));
        }
    }
    rows
}

/// A result for each chunk, made of arbitrary numbers.
fn results(plan: &Collected, choices: &[u8]) -> Vec<ChunkResult> {
    let mut choices = choices.iter().copied().cycle();
    plan.chunks
        .iter()
        .map(|chunk| match choices.next().unwrap() % 4 {
            0 => ChunkResult::Unsent,
            1 => completed(),
            choice => {
                let (mut refused, mut unconfirmed) = (Vec::new(), Vec::new());
                for index in 0..chunk.rows {
                    match choices.next().unwrap() % 5 {
                        0 => refused.push((index, Refusal::Correctable)),
                        1 => refused.push((index, Refusal::CannotAdd)),
                        2 => unconfirmed.push(index),
                        _ => {}
                    }
                }
                let unidentified = u32::try_from(unconfirmed.len()).unwrap().min(u32::from(choice));
                ChunkResult::Completed { refused, unconfirmed, unidentified, unidentified_opt_outs: 0 }
            }
        })
        .collect()
}

/// What the service answers, who has opted out, and what is asked for.
fn circumstances() -> impl Strategy<Value = (Vec<u8>, OptOuts, RunKind)> {
    let opt_outs = prop::collection::vec(0_u8..12, 0..4).prop_map(|people| {
        let addresses = people.iter().map(|person| format!("p{person}@example.com"));
        OptOuts::new(addresses.map(|address| AddressHash::of(address.as_bytes(), SEED)).collect(), DAY)
    });
    let kinds = prop::sample::select(vec![RunKind::Changes, RunKind::Full, RunKind::RetryFailed]);
    (prop::collection::vec(any::<u8>(), 1..60), opt_outs, kinds)
}

proptest! {
    #[test]
    fn every_member_is_sent_once_with_the_values_of_its_first_row(segments in segments()) {
        let (summary, plan) = plan(&segments, None, &OptOuts::default(), RunKind::Changes);
        let expected = expected_members(&segments);
        prop_assert_eq!(summary.counts.members, expected.len() as u64);
        let sent = sent_rows(&plan);
        let addresses: BTreeSet<_> = sent.iter().map(|(email, _)| email.to_lowercase()).collect();
        prop_assert_eq!(sent.len(), addresses.len());
        prop_assert_eq!(&addresses, &expected.keys().cloned().collect());
        for (email, name) in sent {
            let row = &expected[&email.to_lowercase()];
            let cleaned = row.name.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(name.unwrap_or_default(), cleaned);
        }
    }

    #[test]
    fn chunks_keep_both_limits_and_are_as_full_as_they_can_be(segments in segments()) {
        let (summary, plan) = plan(&segments, None, &OptOuts::default(), RunKind::Changes);
        prop_assert_eq!(summary.chunks.len(), plan.chunks.len());
        for (chunk, announced) in plan.chunks.iter().zip(&summary.chunks) {
            prop_assert!(chunk.rows <= LIMITS.rows && chunk.body.len() <= LIMITS.bytes);
            prop_assert_eq!((announced.rows, announced.bytes), (chunk.rows, chunk.body.len() as u64));
        }
        for pair in plan.chunks.windows(2) {
            let next_row = ChunkMembers::new(&pair[1].members).next().unwrap().unwrap().length as usize;
            prop_assert!(pair[0].rows == LIMITS.rows || pair[0].body.len() + 1 + next_row > LIMITS.bytes);
        }
    }

    #[test]
    fn every_row_is_in_one_count_and_on_one_line_whatever_the_service_does(
        first in segments(),
        second in segments(),
        (choices, opt_outs, kind) in circumstances(),
    ) {
        let mut ledger: Option<Vec<u8>> = None;
        for segments in [&first, &second, &second] {
            let (summary, plan) = plan(segments, ledger.as_deref(), &opt_outs, kind);
            for address in sent_rows(&plan).iter().map(|(email, _)| email.to_lowercase()) {
                prop_assert!(!opt_outs.contains(AddressHash::of(address.as_bytes(), SEED)));
            }
            let results = results(&plan, &choices);
            let (counts, new, outcomes) = settle(&summary, &plan, ledger.as_deref(), &results);
            prop_assert!(counts.is_balanced(), "{counts:?}");
            prop_assert_eq!(counts.read, segments.iter().flatten().flatten().count() as u64);
            let line = |outcome: &str| outcomes.lines().filter(|line| line.contains(&format!(",{outcome},"))).count() as u64;
            prop_assert_eq!(outcomes.lines().count() as u64, counts.read);
            prop_assert_eq!(line("duplicate"), counts.duplicates);
            prop_assert_eq!(line("opted_out"), counts.opted_out);
            prop_assert_eq!(line("unchanged"), counts.unchanged);
            prop_assert_eq!(line("unsent"), counts.unsent);
            ledger = Some(new);
        }
    }

    #[test]
    fn deciding_at_once_changes_nothing_but_the_order_of_the_outcomes(
        first in segments(),
        second in segments(),
        (choices, opt_outs, kind) in circumstances(),
    ) {
        let (summary, sent) = plan(&first, None, &OptOuts::default(), RunKind::Changes);
        let (_, ledger, _) = settle(&summary, &sent, None, &results(&sent, &choices));
        let both = [true, false].map(|at_once| plan_deciding(at_once, &second, Some(&ledger), &opt_outs, kind));
        let lines = |plan: &Collected| {
            let mut lines: Vec<_> = plan.outcomes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            lines.sort();
            lines
        };
        let [(at_once, fast), (later, slow)] = &both;
        prop_assert_eq!(at_once, later);
        prop_assert_eq!(lines(fast), lines(slow));
        prop_assert_eq!((&fast.chunks, &fast.rejected), (&slow.chunks, &slow.rejected));
    }

    #[test]
    fn a_second_run_sends_nothing_and_leaves_the_ledger_as_it_is(segments in segments()) {
        let none = OptOuts::default();
        let (summary, first) = plan(&segments, None, &none, RunKind::Changes);
        let results = vec![completed(); first.chunks.len()];
        let (_, ledger, _) = settle(&summary, &first, None, &results);
        let (summary, second) = plan(&segments, Some(&ledger), &none, RunKind::Changes);
        prop_assert!(second.chunks.is_empty());
        prop_assert_eq!(summary.counts.unchanged, summary.counts.members);
        let (counts, same, _) = settle(&summary, &second, Some(&ledger), &[]);
        prop_assert!(counts.is_balanced());
        prop_assert_eq!(same, ledger);
    }

    #[test]
    fn a_full_run_sends_everybody_and_forgets_nobody(segments in segments()) {
        let none = OptOuts::default();
        let (summary, first) = plan(&segments, None, &none, RunKind::Changes);
        let results = vec![completed(); first.chunks.len()];
        let (_, ledger, _) = settle(&summary, &first, None, &results);
        let (summary, full) = plan(&segments, Some(&ledger), &none, RunKind::Full);
        prop_assert_eq!(&full.chunks.iter().map(|chunk| &chunk.body).collect::<Vec<_>>(),
                        &first.chunks.iter().map(|chunk| &chunk.body).collect::<Vec<_>>());
        prop_assert_eq!((summary.additions, summary.held), (0, Some(summary.counts.members)));
        // Nothing of it arrives: everybody is still held.
        let unsent = vec![ChunkResult::Unsent; full.chunks.len()];
        let (counts, same, _) = settle(&summary, &full, Some(&ledger), &unsent);
        prop_assert_eq!(counts.unsent, counts.members);
        prop_assert_eq!(same, ledger);
    }

    #[test]
    fn the_same_input_gives_the_same_plan(segments in segments()) {
        let none = OptOuts::default();
        prop_assert_eq!(plan(&segments, None, &none, RunKind::Changes), plan(&segments, None, &none, RunKind::Changes));
    }

    #[test]
    fn rows_of_different_people_may_stand_in_any_order(
        rows in prop::collection::vec(person(), 0..30),
        order in any::<u64>(),
    ) {
        // One row per person: nobody shares a profile or an address with anybody.
        let (mut ids, mut emails) = (BTreeSet::new(), BTreeSet::new());
        let rows: Vec<_> = rows
            .into_iter()
            .filter(|row| ids.insert(row.id.clone()) && emails.insert(row.email.to_lowercase()))
            .collect();
        let mut shuffled = rows.clone();
        shuffled.sort_by_key(|row| AddressHash::of(row.email.as_bytes(), HashSeed(order)));
        let none = OptOuts::default();
        let (one, one_plan) = plan(&[vec![rows]], None, &none, RunKind::Changes);
        let (other, other_plan) = plan(&[vec![shuffled]], None, &none, RunKind::Changes);
        prop_assert_eq!(one, other);
        let bodies = |plan: Collected| plan.chunks.into_iter().map(|chunk| chunk.body).collect::<Vec<_>>();
        prop_assert_eq!(bodies(one_plan), bodies(other_plan));
    }

    #[test]
    fn opt_outs_since_the_plan_are_cut_out_of_waiting_chunks(segments in segments(), gone in prop::collection::vec(0_u8..12, 1..5)) {
        let (summary, plan) = plan(&segments, None, &OptOuts::default(), RunKind::Changes);
        let gone: BTreeSet<_> = gone.iter().map(|n| format!("p{n}@example.com")).collect();
        let hashes = gone.iter().map(|address| AddressHash::of(address.as_bytes(), SEED)).collect();
        let opt_outs = OptOuts::new(hashes, DAY);
        let before = sent_rows(&plan);
        let mut rewritten = Collected::default();
        let mut taken_out = 0;
        let mut settlement: Settlement<&[u8], _, _> =
            Settlement::new(None, Vec::new(), Vec::new(), summary.counts.clone(), SEED, DAY);
        for chunk in &plan.chunks {
            let result = planner::without_opt_outs(chunk.number, &chunk.body, &chunk.members, "list-1", &opt_outs, SEED);
            let left = match result.unwrap() {
                None => Some(chunk.clone()),
                Some(rewritten) => {
                    taken_out += rewritten.taken_out_rows;
                    settlement.taken_out(&rewritten.taken_out).unwrap();
                    rewritten.chunk
                }
            };
            if let Some(left) = left {
                settlement.chunk(left.number, &left.members, &completed()).unwrap();
                rewritten.chunks.push(left);
            }
        }
        let expected: Vec<_> = before.iter().filter(|(email, _)| !gone.contains(&email.to_lowercase())).cloned().collect();
        prop_assert_eq!(before.len() - expected.len(), taken_out as usize);
        prop_assert_eq!(sent_rows(&rewritten), expected);
        prop_assert!(settlement.finish().unwrap().0.is_balanced());
    }
}

#[test]
fn the_report_names_file_row_reason_and_content() {
    let person = |id: &str, email: &str| Person { id: id.into(), email: email.into(), name: "Ann".into() };
    let rows = vec![person("C1", "p1@example.com"), person("C2", "nobody"), person("", "p3@example.com")];
    let (_, plan) = plan(&[vec![rows]], None, &OptOuts::default(), RunKind::Changes);
    let report = String::from_utf8(plan.rejected).unwrap();
    assert_eq!(
        report,
        "segments/s0/one/part-0.csv,2,email_invalid,,\"C2,nobody,Ann\"\n\
         segments/s0/one/part-0.csv,3,identity_missing,,\"\"\"\"\",p3@example.com,Ann\"\n"
    );
}

#[test]
fn the_address_is_the_identity_where_there_is_no_other() {
    let mut sink = Collected::default();
    let mapping = Mapping::new("EMail", None, vec![]).unwrap();
    let mut collector = Collector::new(&mapping, SEED, CollectSettings::default(), &mut sink);
    collector.begin_snapshot(Timestamp::UNIX_EPOCH, ["a.csv".to_owned()]);
    let bytes = b"EMail\nann@example.com\nAnn@example.com\n".to_vec();
    let part = PinnedPart { key: "a.csv".into(), tag: Tag::new("t"), size: bytes.len() as u64 };
    let parts = [(part, Box::new(Cursor::new(bytes)) as Box<dyn Read + Send>)];
    read_snapshot(parts, &SnapshotSettings::default(), &mut collector).unwrap();
    let members = collector.finish().unwrap();
    assert_eq!((members.counts().members, members.counts().duplicates), (1, 1));
    let (list, opt_outs) =
        (ListId::new("list-1").unwrap(), OptOuts::new(vec![AddressHash::of(b"ann@example.com", SEED)], DAY));
    let comparison = Comparison {
        list: &list,
        kind: RunKind::Changes,
        sent_up_to: None,
        opt_outs: &opt_outs,
        limits: LIMITS,
        refuse_examples: false,
    };
    compare(members, Baseline::<&[u8]>::SameLedger, comparison, &mut sink).unwrap();
    // Every line names the person in the same way, however the address is written.
    let outcomes = String::from_utf8(sink.outcomes).unwrap();
    assert_eq!(outcomes, "ann@example.com,duplicate,same_customer_id,\nann@example.com,opted_out,,\n");
}

#[test]
fn more_members_than_allowed_or_too_many_unreadable_rows_end_the_plan() {
    let mapping = mapping();
    let run = |text: &str, settings: CollectSettings| {
        let mut sink = Collected::default();
        let mut collector = Collector::new(&mapping, SEED, settings, &mut sink);
        collector.begin_snapshot(Timestamp::UNIX_EPOCH, ["a.csv".to_owned()]);
        let bytes = format!("CustomerId,EMail,FirstName\n{text}").into_bytes();
        let part = PinnedPart { key: "a.csv".into(), tag: Tag::new("t"), size: bytes.len() as u64 };
        let parts = [(part, Box::new(Cursor::new(bytes)) as Box<dyn Read + Send>)];
        match read_snapshot(parts, &SnapshotSettings::default(), &mut collector) {
            Ok(_) => collector.finish().map(|_| ()).map_err(|error| error.to_string()),
            Err(error) => Err(format!("{error:?}")),
        }
    };
    let two = "1,a@example.com,A\n2,b@example.com,B\n";
    assert!(run(two, CollectSettings { max_members: 2, ..CollectSettings::default() }).is_ok());
    let error = run(two, CollectSettings { max_members: 1, ..CollectSettings::default() }).unwrap_err();
    assert!(error.contains("more than 1 profiles"), "{error}");
    let error = run("1,a@example.com\n", CollectSettings::default()).unwrap_err();
    assert!(error.contains("1 of 1 rows"), "{error}");
    // Missing addresses never stop a run.
    assert!(run("1,,A\n2,,B\n", CollectSettings::default()).is_ok());
}
