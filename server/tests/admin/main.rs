//! The admin's commands, on the real binary: on a running server, and on the folder of a stopped one.
//!
//! - [`program`]: runs the binary, and a server that is waited for by its first line
//! - [`seed`]: a data folder with people and matches
//! - then by where a command works: [`running`], [`stopped`], [`either`]; the [`wire`]; what needs [`no_folder`]

mod either;
mod no_folder;
mod program;
mod running;
mod seed;
mod stopped;
mod wire;
