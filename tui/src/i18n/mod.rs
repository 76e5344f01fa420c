//! Everything that the screens say, in Korean and English.
//!
//! - [`texts`]: fixed texts
//! - [`words`]: the words for closed lists, ages and times
//! - [`phrases`]: sentences with something in them
//! - [`notice`]: what is said at the foot of the screen
//! - [`timeline`]: what happened to a match
//! - [`hint`]: what the demo proposes
//! - [`korean`]: particles that agree with the word before

pub mod hint;
pub mod korean;
pub mod notice;
pub mod phrases;
pub mod texts;
pub mod timeline;
pub mod words;

pub use hint::Hint;
pub use notice::Notice;
pub use phrases::*;
pub use texts::T;
pub use timeline::{Told, tell};
pub use words::*;
