//! Pages for people: what the simulator holds, and the *Allow* page of an authorization.

mod consent;
mod home;
mod html;

pub(crate) use consent::{allow, refused};
pub(crate) use home::home;
