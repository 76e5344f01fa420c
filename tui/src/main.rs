//! The binary `matching`: parses and composes; everything else is the library's.

fn main() {}
