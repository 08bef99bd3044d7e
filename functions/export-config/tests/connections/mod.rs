//! Admin > Connections and the set-up page, through real requests.

mod adding;
mod editing;
mod export_user;
mod list;
mod looking;
mod removing;
mod set_up;
