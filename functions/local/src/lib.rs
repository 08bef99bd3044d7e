#![doc = include_str!("../README.md")]

pub mod command_line;
pub mod data_directory;
pub mod environment;
pub mod failure;
pub mod log;
pub mod sample;
pub mod screen;
pub mod services;
pub mod simulator_command;
pub mod usage;
