//! The host name of the deployed API: a port of this machine whose requests go to the emulator under the API's own name.
//! In AWS the name server does this.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, OnceLock};
use std::thread;

/// Listens from the beginning; answers once it is told where the API is.
#[derive(Debug)]
pub struct Gateway {
    port: u16,
    api: Arc<OnceLock<Api>>,
}

#[derive(Debug, Clone)]
struct Api {
    /// Whom to connect to.
    server: String,
    /// The name in `Host`.
    host: String,
}

impl Gateway {
    /// On a free port.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn open() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let api: Arc<OnceLock<Api>> = Arc::default();
        let known = Arc::clone(&api);
        // Ends with the test's process.
        thread::spawn(move || {
            for browser in listener.incoming().map_while(Result::ok) {
                let Some(api) = known.get().cloned() else { continue };
                // A browser or an emulator that goes away is nothing that a gateway tells anybody.
                thread::spawn(move || forward(browser, &api));
            }
        });
        Self { port, api }
    }

    /// Leads to the API with this address from now on.
    ///
    /// # Panics
    /// When it leads somewhere already.
    pub fn leads_to(&self, server: &str, endpoint: &str) {
        let host = endpoint.split_once("://").map_or(endpoint, |(_, host)| host);
        self.api
            .set(Api { server: server.to_owned(), host: host.trim_end_matches('/').to_owned() })
            .expect("a gateway is opened once");
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://localhost:{}", self.port)
    }
}

/// One request of a browser that closes its connection afterwards.
fn forward(mut browser: TcpStream, api: &Api) -> Option<()> {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    let end = loop {
        if let Some(end) = head.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        let length = browser.read(&mut piece).ok().filter(|length| *length > 0)?;
        head.extend_from_slice(&piece[..length]);
    };
    let text = String::from_utf8(head[..end].to_vec()).ok()?;
    let is_host = |line: &&str| line.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("host:"));
    let lines: Vec<&str> = text.split("\r\n").filter(|line| !is_host(line)).collect();
    let (request, others) = lines.split_first()?;
    let others: String = others.iter().map(|line| format!("{line}\r\n")).collect();
    let mut server = TcpStream::connect(&api.server).ok()?;
    write!(server, "{request}\r\nHost: {}\r\n{others}\r\n", api.host).ok()?;
    server.write_all(&head[end + 4..]).ok()?;
    let (mut from_browser, mut to_server) = (browser.try_clone().ok()?, server.try_clone().ok()?);
    thread::spawn(move || std::io::copy(&mut from_browser, &mut to_server));
    let _ = std::io::copy(&mut server, &mut browser);
    let _ = browser.shutdown(Shutdown::Both);
    Some(())
}
