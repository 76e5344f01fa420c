//! Text measured in terminal cells: a Hangul syllable takes two.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Stands for what was cut off. Two ASCII dots: the one-character ellipsis is one or two cells wide by terminal.
const CUT: &str = "..";

/// How many cells the text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text, cut with two dots if it takes more than so many cells.
pub fn fit(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let mark = CUT.len().min(cells);
    let mut cut = prefix(text, cells - mark).to_owned();
    cut.push_str(&CUT[..mark]);
    cut
}

/// [`fit`], filled with spaces to exactly so many cells.
pub fn pad(text: &str, cells: usize) -> String {
    let mut padded = fit(text, cells);
    padded.push_str(&" ".repeat(cells.saturating_sub(width(&padded))));
    padded
}

/// The longest start of the text that takes at most so many cells.
fn prefix(text: &str, cells: usize) -> &str {
    let mut taken = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        taken += width(grapheme);
        if taken > cells {
            return &text[..at];
        }
    }
    text
}

/// The text in lines of at most so many cells, broken at spaces where there are any.
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    if cells < 2 {
        return Vec::new();
    }
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        push_word(&mut lines, word, cells);
    }
    lines
}

fn push_word(lines: &mut Vec<String>, mut word: &str, cells: usize) {
    let Some(line) = lines.last_mut() else { return };
    let space = usize::from(!line.is_empty());
    if width(line) + space + width(word) <= cells {
        line.push_str(&" "[..space]);
        line.push_str(word);
        return;
    }
    if !line.is_empty() {
        lines.push(String::new());
    }
    while width(word) > cells {
        let head = prefix(word, cells);
        if head.is_empty() {
            return;
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(head);
        }
        word = &word[head.len()..];
        lines.push(String::new());
    }
    if let Some(line) = lines.last_mut() {
        line.push_str(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_never_splits_a_syllable() {
        assert_eq!(fit("수학과외", 8), "수학과외");
        assert_eq!(fit("수학과외", 7), "수학..");
        assert_eq!(fit("수학과외", 5), "수..");
        assert_eq!(fit("수학", 1), ".");
        assert_eq!(fit("수학", 0), "");
    }

    #[test]
    fn padding_counts_cells() {
        assert_eq!(pad("수학", 6), "수학  ");
        assert_eq!(width(&pad("수학과외", 7)), 7);
    }

    #[test]
    fn long_text_is_broken_at_spaces_and_long_words_by_cells() {
        assert_eq!(wrap("수학 과외를 찾습니다", 11), ["수학 과외를", "찾습니다"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("한국어", 3), ["한", "국", "어"]);
    }
}
