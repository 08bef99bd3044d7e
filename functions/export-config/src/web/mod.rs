//! What the API and the console are built from: who asks, forms, pages, errors, headers.

mod api_person;
mod assets;
mod console_error;
mod console_layer;
mod console_person;
mod cookies;
mod error_page;
mod etag;
mod fields;
mod file;
mod flash;
mod form_failure;
mod headers;
mod page;
mod posted_form;
mod problem;
mod request_log;
mod respond;
mod sign_in;
mod status;
mod stranger;

pub use api_person::ApiPerson;
pub use console_error::ConsoleError;
pub use console_layer::with_console;
pub use console_person::ConsolePerson;
pub use etag::{IfMatch, etag};
pub use fields::FormFields;
pub use file::file;
pub use flash::Notice;
pub use form_failure::FormFailure;
pub use page::{Fragment, Page};
pub use posted_form::PostedForm;
pub use problem::Problem;
pub use respond::{SeeOther, finished, leave_for};
pub use status::{sentence, status_of};
