//! A driver that works on no run.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use configuration::{DriverError, RunDriver};
use engine::RunKey;

/// Remembers which runs were to be driven, and works on none.
#[derive(Debug, Default)]
pub struct Driven {
    runs: Mutex<Vec<RunKey>>,
    out_of_reach: AtomicBool,
}

impl Driven {
    /// Whether it can be reached.
    pub fn set_out_of_reach(&self, out_of_reach: bool) {
        self.out_of_reach.store(out_of_reach, Ordering::SeqCst);
    }

    /// The runs that it remembers, in the order in which it was told.
    #[must_use]
    pub fn runs(&self) -> Vec<RunKey> {
        self.runs.lock().unwrap().clone()
    }

    /// The same; it forgets them.
    pub fn take(&self) -> Vec<RunKey> {
        std::mem::take(&mut self.runs.lock().unwrap())
    }

    /// Whether this run was to be driven; it forgets it.
    pub fn take_one(&self, run: &RunKey) -> bool {
        let mut runs = self.runs.lock().unwrap();
        let place = runs.iter().position(|known| known == run);
        place.map(|place| runs.remove(place)).is_some()
    }
}

#[async_trait]
impl RunDriver for Driven {
    async fn drive(&self, run: &RunKey) -> Result<(), DriverError> {
        if self.out_of_reach.load(Ordering::SeqCst) {
            return Err(DriverError("out of reach".into()));
        }
        self.runs.lock().unwrap().push(run.clone());
        Ok(())
    }
}
