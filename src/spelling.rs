//! Whether a word may be meant for another.

/// The longest words that are compared, in characters.
const LONGEST: usize = 100;

/// How many letters are to be changed, put in, left out or swapped with their neighbour to get from a word to
/// another; much for long words.
pub(crate) fn edits(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    if from.len().max(to.len()) > LONGEST {
        return if from == to { 0 } else { LONGEST };
    }
    // The rows of the table of all beginnings, the last three of them.
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let mut least = (above[j] + usize::from(a != b)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[to.len()]
}

/// The word that is nearest to another, if it is near.
#[cfg(feature = "package")]
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().map(|known| (edits(word, known), known));
    near.filter(|(edits, known)| 3 * edits <= known.chars().count())
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::edits;

    #[test]
    fn each_slip_is_one_edit() {
        for slip in ["libary", "librrary", "librbry", "lirbary"] {
            assert_eq!(edits(slip, "library"), if slip == "librbry" { 2 } else { 1 }, "{slip}");
        }
        assert_eq!((edits("", "abc"), edits("abc", "abc"), edits("ab", "ba")), (3, 0, 1));
    }
}
