//! The process that drives browsers, on a free loopback port.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use end_to_end::{Running, Start, free_port};

use crate::programs::Programs;

const STARTED: &str = "was started successfully on port ";
const ATTEMPTS: u32 = 5;
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// A running driver. Dropped, it ends its browsers and then itself.
#[derive(Debug)]
pub(crate) struct Driver {
    running: Running,
    port: u16,
}

impl Driver {
    /// # Panics
    /// When it does not start.
    pub(crate) fn start(programs: &Programs) -> Self {
        let mut said = String::new();
        for _ in 0..ATTEMPTS {
            // Left to choose, it takes a port that is free on one loopback address and gives up when it is not on the
            // other.
            let port = free_port();
            let start = Start::script(&format!("exec \"$DRIVER\" --port={port}"));
            let running = start.variable("DRIVER", &programs.driver).spawn();
            if running.answers_or_ends(STARTED).is_some() {
                return Self { running, port };
            }
            // Somebody was faster.
            said = running.errors();
        }
        panic!("no driver has started in {ATTEMPTS} attempts: {said}")
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Chromedriver's own request to end. Killed, it would leave its browsers behind.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port))?;
        connection.set_read_timeout(Some(PATIENCE))?;
        let host = self.port;
        write!(connection, "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1:{host}\r\nConnection: close\r\n\r\n")?;
        connection.read_to_end(&mut Vec::new()).map(|_| ())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nobody to ask.
        let _ = self.shut_down();
        let start = Instant::now();
        while self.running.is_alive() && start.elapsed() < PATIENCE {
            std::thread::sleep(LOOK_AGAIN);
        }
    }
}
