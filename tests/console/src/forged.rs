//! What a person sends although no button of the page does: by the browser's own means, with the session's cookie and the
//! token of its forms.

use serde_json::{Value, json};

use crate::page::Page;

const SEND: &str = "const [path, fields] = arguments;
    const done = arguments[arguments.length - 1];
    const body = new URLSearchParams(fields);
    body.set('csrf', document.querySelector('input[name=csrf]').value);
    fetch(path, { method: 'POST', body, redirect: 'manual', cache: 'no-store' }).then(
        async (answer) => {
            const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
            done([answer.status, page.querySelector('h1')?.textContent.trim() ?? '']);
        },
        (error) => done([0, String(error)]));";

impl Page {
    /// Posts a form that this page does not show. Answers status and heading of what comes back; status 0 when it was done,
    /// and the browser is led on.
    ///
    /// # Panics
    /// When the page has no form to take the token from.
    pub async fn forge(&self, path: &str, fields: &[(&str, &str)]) -> (u64, String) {
        let fields: Vec<[&str; 2]> = fields.iter().map(|(name, value)| [*name, *value]).collect();
        let sent = self.browser.client.execute_async(SEND, vec![json!(path), json!(fields)]).await;
        let answer: Value = sent.expect("an answer");
        let heading = answer[1].as_str().expect("a heading").to_owned();
        (answer[0].as_u64().expect("a status"), heading)
    }
}
