//! Whose answer it was that is too large to be kept: the `id` of a message that is skipped.

/// Finds the value of `id` at the top of a JSON object that goes by, byte for byte. It keeps a few bytes.
#[derive(Debug, Default)]
pub struct IdScanner {
    depth: u64,
    in_text: bool,
    escaped: bool,
    /// The text that is read at the top: the last key, at most a byte more than `method` has.
    key: Vec<u8>,
    /// Whether a value is to come.
    value: bool,
    digits: Vec<u8>,
    done: bool,
    method: bool,
}

impl IdScanner {
    /// Looks at the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.byte(*byte);
        }
    }

    /// The number, if there was one.
    pub fn found(&self) -> Option<u64> {
        std::str::from_utf8(&self.digits).ok()?.parse().ok()
    }

    /// Whether there was a `method`: then it is no answer.
    pub fn has_method(&self) -> bool {
        self.method
    }

    fn byte(&mut self, byte: u8) {
        if self.in_text {
            self.text(byte);
            return;
        }
        match byte {
            b'"' => {
                self.in_text = true;
                self.key.clear();
            }
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.leave(),
            b':' if self.depth == 1 => {
                self.value = true;
                self.method |= self.key == b"method";
            }
            b',' if self.depth == 1 => self.end_value(),
            b'0'..=b'9'
                if self.depth == 1 && self.value && self.key == b"id" && self.digits.len() < 21 && !self.done =>
            {
                self.digits.push(byte);
            }
            // A number of another kind, or no number, is none that was given out.
            byte if self.depth == 1 && self.value && self.key == b"id" && !self.done && !byte.is_ascii_whitespace() => {
                self.digits.clear();
                self.done = true;
            }
            _ => {}
        }
    }

    fn text(&mut self, byte: u8) {
        if self.escaped {
            self.escaped = false;
        } else if byte == b'\\' {
            self.escaped = true;
        } else if byte == b'"' {
            self.in_text = false;
            return;
        }
        if self.depth == 1 && !self.value && self.key.len() < 7 {
            self.key.push(byte);
        }
    }

    fn leave(&mut self) {
        if self.depth == 1 {
            self.end_value();
        }
        self.depth = self.depth.saturating_sub(1);
    }

    fn end_value(&mut self) {
        self.done |= !self.digits.is_empty();
        self.value = false;
        self.key.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_of(text: &str) -> Option<u64> {
        let mut whole = IdScanner::default();
        whole.feed(text.as_bytes());
        let mut bytewise = IdScanner::default();
        text.bytes().for_each(|byte| bytewise.feed(&[byte]));
        assert_eq!(whole.found(), bytewise.found(), "{text}");
        whole.found()
    }

    #[test]
    fn the_id_is_found_wherever_it_stands() {
        assert_eq!(id_of(r#"{"jsonrpc":"2.0","id":17,"result":[]}"#), Some(17));
        assert_eq!(id_of(r#"{"result":{"id":1,"x":"\"id\":2"},"id" : 18 }"#), Some(18));
        assert_eq!(id_of(r#"{"result":"id","id":19}"#), Some(19));
    }

    #[test]
    fn a_request_is_told_from_an_answer() {
        let mut scanner = IdScanner::default();
        scanner.feed(br#"{"id":1,"result":{"method":1},"methods":2}"#);
        assert!(!scanner.has_method());
        scanner.feed(br#"{"id":1,"method" :"x"}"#);
        assert!(scanner.has_method());
    }

    #[test]
    fn what_is_no_id_is_none() {
        for text in [
            r#"{"id":"17"}"#,
            r#"{"id":-1}"#,
            r#"{"id":1.5}"#,
            r#"{"idx":1}"#,
            r#"{"result":{"id":1}}"#,
            r#"["id",1]"#,
            r#"{"id":{"id":7}}"#,
            r#"{"id":99999999999999999999999999}"#,
            "}}}}]]]]",
        ] {
            assert_eq!(id_of(text), None, "{text}");
        }
    }
}
