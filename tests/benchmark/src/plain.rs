//! What the bare work costs on the same bytes: reading the files, and reading and parsing them.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::export::Measured;

/// The sample's files, the newest snapshot of each segment only where there are several.
fn files(data: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![data.join("sample-bucket/segments")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "csv") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Bytes of one sample: the changed one is as long as the first.
pub(crate) fn sample_bytes(data: &Path) -> u64 {
    files(data).iter().map(|file| file.metadata().unwrap().len()).sum::<u64>() / 2
}

/// Processor time of this process so far, in seconds.
fn processor_time() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields.iter().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    // USER_HZ is 100 on every Linux that this runs on.
    Duration100th(ticks).seconds()
}

struct Duration100th(u64);

impl Duration100th {
    #[expect(clippy::cast_precision_loss, reason = "hundredths of seconds of one process")]
    fn seconds(&self) -> f64 {
        self.0 as f64 / 100.0
    }
}

/// Runs `work` five times, because a hundredth of a second is the finest that is measured, and divides.
fn measured(work: impl Fn()) -> Measured {
    const TIMES: u32 = 5;
    let (begun, before) = (Instant::now(), processor_time());
    for _ in 0..TIMES {
        work();
    }
    // The files hold two snapshots, the first one and the changed one.
    let share = f64::from(TIMES) * 2.0;
    Measured {
        cpu_seconds: (processor_time() - before) / share,
        peak_bytes: None,
        seconds: begun.elapsed().as_secs_f64() / share,
        requests: None,
    }
}

/// Reads every byte.
pub(crate) fn read_only(data: &Path) -> Measured {
    let files = files(data);
    measured(|| {
        let mut buffer = vec![0; 256 * 1024];
        for file in &files {
            let mut file = File::open(file).unwrap();
            while file.read(&mut buffer).unwrap() > 0 {}
        }
    })
}

/// Reads every byte and splits it into fields with the usual library.
pub(crate) fn parse_only(data: &Path) -> Measured {
    let files = files(data);
    measured(|| {
        let mut fields = 0;
        for file in &files {
            let mut reader = csv::ReaderBuilder::new().buffer_capacity(256 * 1024).from_path(file).unwrap();
            let mut record = csv::ByteRecord::new();
            while reader.read_byte_record(&mut record).unwrap() {
                fields += record.len();
            }
        }
        assert!(fields > 0, "the sample is empty");
    })
}
