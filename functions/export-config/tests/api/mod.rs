//! The JSON API through real requests: who may do what, what is answered, and that it is as its description says.

mod answers;
mod cases;
mod description;
mod document;
mod input;
mod roles;
mod runs;
mod scene;
mod schema;
mod versions;
