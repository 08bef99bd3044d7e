//! The pages: no script, nothing from elsewhere, light or dark as the reader's system says.

use identity::Role;

use crate::people::{sample, word};

const STYLE: &str = "
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 40rem; margin: 3rem auto; padding: 0 1rem; }
ul { list-style: none; padding: 0; }
li { margin: 1rem 0; }
button { font: inherit; padding: .5rem 1.2rem; cursor: pointer; }
.note { opacity: .75; }
";

/// Asks who is to be signed in; the form carries the authorization request's own parameters.
pub(crate) fn sign_in(parameters: &[(String, String)]) -> String {
    let hidden: String = parameters
        .iter()
        .map(|(name, value)| {
            format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value))
        })
        .collect();
    let choices: String = Role::HIGHEST_FIRST
        .into_iter()
        .map(|role| {
            let person = sample(role);
            format!(
                "<li><button name=\"as\" value=\"{word}\">Sign in as {label}</button><br>\
                 <span class=\"note\">{name}, {email}: {may}</span></li>",
                word = word(role),
                label = role.label(),
                name = person.name,
                email = person.email,
                may = person.may,
            )
        })
        .collect();
    page(
        "Sign in",
        &format!(
            "<p>These people are made up. They can sign in on this machine only, without a password.</p>\
             <form method=\"post\" action=\"/sign-in\">{hidden}<ul>{choices}</ul>\
             <p><button name=\"as\" value=\"nobody\">Cancel</button></p></form>"
        ),
    )
}

/// The request is wrong in a way that must not lead back to its sender.
pub(crate) fn refused(text: &str) -> String {
    page("This request cannot be answered", &format!("<p>{}</p>", escape(text)))
}

/// The session has ended and there is nowhere to go on to.
pub(crate) fn signed_out() -> String {
    page("Signed out", "<p>You can close this page.</p>")
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>"
    )
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_cannot_break_out_of_the_page() {
        let parameters = [("state\"".to_owned(), "\"><script>alert('&')</script>".to_owned())];
        let page = sign_in(&parameters);
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)"), "{page}");
    }

    #[test]
    fn there_is_a_button_for_each_role() {
        let page = sign_in(&[]);
        for label in ["Administrator", "Contributor", "Viewer"] {
            assert!(page.contains(&format!("Sign in as {label}</button>")), "{page}");
        }
    }
}
