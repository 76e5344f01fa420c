//! Text that people typed. It is shown on another person's terminal: it must never be able to move its cursor.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// Normalises to NFC and trims; `None` if it is empty, longer than `max` Unicode scalars, or holds a character that
/// could act on a terminal or reorder what is read.
pub fn clean(text: &str, max: usize) -> Option<String> {
    let text: String = text.nfc().collect();
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= max && !text.chars().any(is_forbidden);
    fits.then(|| text.to_owned())
}

/// Control characters, line and paragraph separators, and the characters that change the direction of text.
pub fn is_forbidden(c: char) -> bool {
    c.is_control() || is_line_separator(c) || is_bidi_control(c)
}

fn is_line_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Takes no cell of its own on a terminal, so that two texts that differ look the same.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2064}' | '\u{206A}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// The text as it may be shown: whatever could move a cursor, reorder or hide becomes a visible mark like `<1B>`.
pub fn visible(text: &str) -> Cow<'_, str> {
    let marked = |c: char| is_forbidden(c) || is_invisible(c);
    if !text.contains(marked) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if marked(c) {
            shown.push_str(&format!("<{:02X}>", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_composed_and_trimmed() {
        assert_eq!(clean("  \u{1100}\u{1161} ", 1).as_deref(), Some("가"));
    }

    #[test]
    fn length_is_counted_in_scalars_not_bytes() {
        assert!(clean(&"가".repeat(64), 64).is_some());
        assert_eq!(clean(&"가".repeat(65), 64), None);
    }

    #[test]
    fn nothing_that_acts_on_a_terminal_gets_in() {
        for hostile in ["\u{1b}[2J", "a\nb", "a\u{202e}b", "a\u{9b}b", "a\u{2028}b", "a\u{7f}b", " ", ""] {
            assert_eq!(clean(hostile, 64), None, "{hostile:?}");
        }
    }

    #[test]
    fn what_would_act_or_hide_is_shown_as_a_mark() {
        assert_eq!(visible("a\u{1b}[2Jb\u{200b}c\u{202e}"), "a<1B>[2Jb<200B>c<202E>");
        assert_eq!(visible("수학 ✓"), "수학 ✓");
    }
}
