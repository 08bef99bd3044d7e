//! What this process has used of the machine.

/// Processor time and memory of this process so far; `None` where the system does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// Processor time of all threads, in seconds.
    pub cpu_seconds: Option<f64>,
    /// The most physical memory that was in use at once, in bytes.
    pub peak_memory_bytes: Option<u64>,
}

/// Linux counts processor time for programs in hundredths of a second on every architecture this is built for
/// (`USER_HZ`); asking the system for it would need foreign code.
const TICKS_PER_SECOND: f64 = 100.0;

impl Usage {
    /// Reads `/proc/self`, which Linux has.
    #[must_use]
    pub fn read() -> Self {
        Self {
            cpu_seconds: std::fs::read_to_string("/proc/self/stat").ok().and_then(|text| cpu_seconds(&text)),
            peak_memory_bytes: std::fs::read_to_string("/proc/self/status")
                .ok()
                .and_then(|text| peak_memory_bytes(&text)),
        }
    }
}

/// Fields 14 and 15 of the line. The second field, the program's name, stands in brackets and may hold anything.
#[expect(clippy::cast_precision_loss, reason = "centuries of processor time still fit exactly")]
fn cpu_seconds(stat: &str) -> Option<f64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some((user + system) as f64 / TICKS_PER_SECOND)
}

fn peak_memory_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_lines_are_understood() {
        let stat = "42 (a) b (c) R 1 42 42 0 -1 4194304 100 0 0 0 150 25 0 0 20 0 4 0 100 1 1";
        assert_eq!(cpu_seconds(stat), Some(1.75));
        assert_eq!(cpu_seconds("nothing"), None);
        let status = "Name:\tx\nVmPeak:\t  9999 kB\nVmHWM:\t  2048 kB\n";
        assert_eq!(peak_memory_bytes(status), Some(2_097_152));
        assert_eq!(peak_memory_bytes("Name:\tx\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_uses_memory() {
        assert!(Usage::read().peak_memory_bytes.is_some_and(|bytes| bytes > 100_000));
    }
}
