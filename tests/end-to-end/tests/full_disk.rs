//! A full disk: said in one sentence, and more space is all it takes.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed assertion is the point of a test"
)]

use std::fs;

use end_to_end::{Account, Segments, Start, Summary};

/// Full while the sample is made, while the state is written, and while the run is finished.
const MET_BY_THE_PROGRAM: [&str; 3] = ["200k", "1200k", "4m"];

/// Full while the simulated service, or a log, has something to write.
const MET_BY_THE_SERVICES: [&str; 4] = ["24k", "700k", "2200k", "3m"];

/// What became of an export to a disk that was too small.
struct Full {
    size: &'static str,
    said: String,
}

/// Exports to disks of these sizes at the same time. `None` where nobody may mount a disk, which is said.
fn fill(sizes: &'static [&'static str]) -> Option<Vec<Full>> {
    // A disk of its own in a name space of its own: both are gone with the script.
    let possible = |isolation: &&str| {
        Start::script(&format!("{isolation} sh -c 'mount -t tmpfs -o size=1m tmpfs /mnt'"))
            .end()
            .status
            .success()
    };
    let Some(isolation) = ["unshare -m", "unshare -rm"].into_iter().find(possible) else {
        // Written past the test harness, which would keep it to itself.
        let left_out = "left out: a full disk; this machine lets nobody mount a small one\n";
        std::io::Write::write_all(&mut std::io::stderr(), left_out.as_bytes()).unwrap();
        return None;
    };
    std::thread::scope(|scope| {
        let disks: Vec<_> =
            sizes.iter().map(|size| scope.spawn(move || fills_a_disk(isolation, size))).collect();
        Some(disks.into_iter().filter_map(|disk| disk.join().unwrap()).collect())
    })
}

#[test]
fn a_full_disk_is_said_in_one_sentence_whoever_meets_it_and_more_space_is_all_it_takes() {
    for sizes in [&MET_BY_THE_PROGRAM[..], &MET_BY_THE_SERVICES] {
        let Some(full) = fill(sizes) else { return };
        assert!(full.len() >= 2, "{} of the disks were too small", full.len());
        full.iter().for_each(Full::is_said_in_one_sentence);
    }
}

#[test]
fn a_log_that_cannot_be_written_disturbs_nobody() {
    let data = tempfile::tempdir().unwrap();
    let first = Start::on(data.path(), &["--profiles", "300", "--json"]).end().success();
    for log in ["log.txt", "services-log.txt"] {
        fs::remove_file(data.path().join(log)).unwrap();
        std::os::unix::fs::symlink("/dev/full", data.path().join(log)).unwrap();
    }
    let everything = Start::on(data.path(), &["--json"]).variable("SEGMENT_EXPORT_LOG", "debug");
    assert_eq!(everything.end().success().counts.unchanged, first.counts.added);
}

impl Full {
    fn is_said_in_one_sentence(&self) {
        let Self { size, said } = self;
        let (sentence, causes) = said.split_once('\n').unwrap_or_default();
        assert!(sentence.starts_with("error: the disk is full; free some space"), "{size}: {said}");
        assert!(causes.lines().all(|line| line.starts_with("  cause: ")), "{size}: {said}");
        assert!(causes.lines().count() <= 1, "{size}: {said}");
    }
}

/// Exports to a disk of this size and, when it is full, once more after it was made larger. Answers what was said when it was full.
fn fills_a_disk(isolation: &str, size: &'static str) -> Option<Full> {
    let script = r#"
        mount -t tmpfs -o size=$SIZE tmpfs "$DISK" || exit 99
        "$PROGRAM" --profiles 9000 --json --data "$DISK/data" > "$RESULT/first" 2> "$RESULT/errors"
        echo $? > "$RESULT/code"
        mount -o remount,size=200m "$DISK" || exit 99
        "$PROGRAM" --profiles 9000 --json --data "$DISK/data" > "$RESULT/second" || exit 98
        cp -r "$DISK/data" "$RESULT/data"
    "#;
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("disk")).unwrap();
    let ended = Start::script(&format!("exec {isolation} sh -c '{script}'"))
        .variable("SIZE", size)
        .variable("DISK", folder.path().join("disk"))
        .variable("RESULT", folder.path())
        .end();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    let (data, said) = (folder.path().join("data"), read("errors"));
    assert!(ended.status.success(), "{size}: {ended:?} {said} {}", read("second"));
    let second = Summary::parse(&read("second"));
    assert_eq!(second.status, "Successful", "{size}: {second:?}");
    let account = Account::of_export(&data);
    account.holds_exactly(&Segments::of_sample(&data), &second.counts);
    account.brought_once(second.counts.held());
    (read("code").trim() != "0").then(|| {
        assert!(read("first").is_empty() && !said.contains("panicked"), "{size}: {said} {}", read("first"));
        Full { size, said }
    })
}
