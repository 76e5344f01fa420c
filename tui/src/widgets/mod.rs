//! What screens are drawn with. Everything measures in terminal cells and stays inside of the area it is given.

pub mod canvas;
pub mod cells;
pub mod field;
pub mod form;
pub mod picker;
pub mod popup;
pub mod table;

pub use canvas::Canvas;
pub use field::Field;
pub use form::Form;
pub use picker::Picker;
