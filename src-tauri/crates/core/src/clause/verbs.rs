//! The grammar of leading words: which operation begins with which, and what it names.

use super::lexer::{Token, TokenKind};

/// Table options by their first word.
const OPTIONS: [&str; 37] = [
    "AUTOEXTEND_SIZE",
    "AUTO_INCREMENT",
    "AVG_ROW_LENGTH",
    "CHARSET",
    "CHECKSUM",
    "COLLATE",
    "COMMENT",
    "COMPRESSION",
    "CONNECTION",
    "DATA",
    "DELAY_KEY_WRITE",
    "ENCRYPTED",
    "ENCRYPTION",
    "ENCRYPTION_KEY_ID",
    "ENGINE",
    "ENGINE_ATTRIBUTE",
    "INSERT_METHOD",
    "KEY_BLOCK_SIZE",
    "MAX_ROWS",
    "MIN_ROWS",
    "PACK_KEYS",
    "PAGE_CHECKSUM",
    "PAGE_COMPRESSED",
    "PAGE_COMPRESSION_LEVEL",
    "PASSWORD",
    "ROW_FORMAT",
    "SECONDARY_ENGINE",
    "SECONDARY_ENGINE_ATTRIBUTE",
    "SEQUENCE",
    "STATS_AUTO_RECALC",
    "STATS_PERSISTENT",
    "STATS_SAMPLE_PAGES",
    "STORAGE",
    "TABLESPACE",
    "TABLE_CHECKSUM",
    "TRANSACTIONAL",
    "UNION",
];

/// What the leading words said.
pub struct Draft {
    pub verb: &'static str,
    pub names: Vec<String>,
    pub new_name: Option<String>,
    pub conditional: bool,
}

impl Draft {
    pub fn of(verb: &'static str) -> Self {
        Self {
            verb,
            names: Vec::new(),
            new_name: None,
            conditional: false,
        }
    }

    fn named(verb: &'static str, name: Option<String>) -> Self {
        Self {
            names: name.into_iter().collect(),
            ..Self::of(verb)
        }
    }
}

/// Reads the leading words of one operation.
pub struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        Self { text, tokens, at: 0 }
    }

    /// Where the words after those that were read begin.
    pub fn next_start(&self) -> Option<usize> {
        self.tokens.get(self.at).map(|token| token.start)
    }

    fn peek(&self, ahead: usize, word: &str) -> bool {
        self.tokens
            .get(self.at + ahead)
            .is_some_and(|token| token.is_word(self.text, word))
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.peek(0, word);
        self.at += usize::from(found);
        found
    }

    fn take_pair(&mut self, first: &str, second: &str) -> bool {
        let found = self.peek(0, first) && self.peek(1, second);
        self.at += if found { 2 } else { 0 };
        found
    }

    fn take_index_word(&mut self) -> bool {
        self.take("INDEX") || self.take("KEY")
    }

    fn name(&mut self) -> Option<String> {
        let token = self.tokens.get(self.at).filter(|token| token.is_identifier())?;
        self.at += 1;
        Some(token.unquoted(self.text))
    }

    fn at_punct(&self, sign: char) -> bool {
        self.tokens.get(self.at).is_some_and(|token| token.is_punct(sign))
    }

    fn condition(&mut self) -> bool {
        self.take("IF") && {
            self.take("NOT");
            self.take("EXISTS")
        }
    }

    /// `None` when the operation is not one of the known.
    pub fn operation(&mut self) -> Option<Draft> {
        if self.take("ADD") {
            return self.add();
        }
        if self.take("DROP") {
            return self.drop();
        }
        if self.take("MODIFY") {
            return Some(self.column("MODIFY"));
        }
        if self.take("CHANGE") {
            let mut draft = self.column("CHANGE");
            draft.new_name = self.name();
            return Some(draft);
        }
        if self.take("ALTER") {
            return self.alter();
        }
        if self.take("RENAME") {
            return self.rename();
        }
        self.whole_table()
            .or_else(|| self.partitions())
            .or_else(|| self.option())
    }

    /// `[COLUMN] [IF EXISTS] name`.
    fn column(&mut self, verb: &'static str) -> Draft {
        self.take("COLUMN");
        let conditional = self.condition();
        Draft {
            conditional,
            ..Draft::named(verb, self.name())
        }
    }

    fn add(&mut self) -> Option<Draft> {
        if self.take("PARTITION") {
            self.condition();
            return Some(Draft {
                names: self.partition_definitions(),
                ..Draft::of("ADD PARTITION")
            });
        }
        if self.peek(0, "SYSTEM") && self.peek(1, "VERSIONING")
            || self.peek(0, "PERIOD") && self.peek(1, "FOR")
        {
            return None;
        }
        let constraint = self.take("CONSTRAINT").then(|| {
            self.condition();
            let unnamed = ["UNIQUE", "PRIMARY", "FOREIGN", "CHECK"]
                .iter()
                .any(|word| self.peek(0, word));
            if unnamed { None } else { self.name() }
        });
        if let Some(draft) = self.key(constraint.clone().flatten()) {
            return Some(draft);
        }
        match constraint {
            Some(name) => Some(Draft::named("ADD CONSTRAINT", name)),
            None => self.add_columns(),
        }
    }

    /// A key or constraint after ADD; `name` is the one that CONSTRAINT gave.
    fn key(&mut self, name: Option<String>) -> Option<Draft> {
        let verb = if self.take_pair("PRIMARY", "KEY") {
            "ADD PRIMARY KEY"
        } else if self.take_pair("FOREIGN", "KEY") {
            "ADD FOREIGN KEY"
        } else if self.take("CHECK") {
            return Some(Draft::named("ADD CHECK", name));
        } else if self.take("UNIQUE") {
            self.take_index_word();
            "ADD UNIQUE"
        } else if self.take("FULLTEXT") {
            self.take_index_word();
            "ADD FULLTEXT"
        } else if self.take("SPATIAL") {
            self.take_index_word();
            "ADD SPATIAL"
        } else if self.peek(0, "VECTOR") && (self.peek(1, "INDEX") || self.peek(1, "KEY")) {
            self.at += 2;
            "ADD INDEX"
        } else if self.take_index_word() {
            "ADD INDEX"
        } else {
            return None;
        };
        let conditional = self.condition();
        let own = if self.at_punct('(') || self.peek(0, "USING") {
            None
        } else {
            self.name()
        };
        let subject = name.or(own).or_else(|| self.first_in_parentheses());
        Some(Draft {
            conditional,
            ..Draft::named(verb, subject)
        })
    }

    fn first_in_parentheses(&self) -> Option<String> {
        let open = self
            .tokens
            .iter()
            .skip(self.at)
            .position(|token| token.is_punct('('))?
            + self.at;
        self.tokens
            .get(open + 1)
            .filter(|token| token.is_identifier())
            .map(|token| token.unquoted(self.text))
    }

    fn add_columns(&mut self) -> Option<Draft> {
        self.take("COLUMN");
        let conditional = self.condition();
        if self.at_punct('(') {
            let names = self.list_heads();
            self.at += 1;
            return Some(Draft {
                names,
                conditional,
                ..Draft::of("ADD COLUMN")
            });
        }
        let name = self.name()?;
        Some(Draft {
            conditional,
            ..Draft::named("ADD COLUMN", Some(name))
        })
    }

    /// First identifiers of the parts of the parenthesised list that starts here, keys left out.
    fn list_heads(&self) -> Vec<String> {
        const KEYS: [&str; 8] = [
            "INDEX",
            "KEY",
            "UNIQUE",
            "FULLTEXT",
            "SPATIAL",
            "PRIMARY",
            "FOREIGN",
            "CONSTRAINT",
        ];
        let mut depth = 0usize;
        let mut heads = Vec::new();
        for pair in self.tokens[self.at..].windows(2) {
            match pair[0].kind {
                TokenKind::Punct('(') => depth += 1,
                TokenKind::Punct(')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            let head = matches!(pair[0].kind, TokenKind::Punct('(' | ','));
            let key = KEYS
                .iter()
                .chain(&["CHECK"])
                .any(|word| pair[1].is_word(self.text, word));
            if head && depth == 1 && pair[1].is_identifier() && !key {
                heads.push(pair[1].unquoted(self.text));
            }
        }
        heads
    }

    fn partition_definitions(&self) -> Vec<String> {
        let named = self
            .tokens
            .windows(2)
            .skip(self.at)
            .filter(|pair| pair[0].is_word(self.text, "PARTITION"));
        named
            .filter(|pair| pair[1].is_identifier())
            .map(|pair| pair[1].unquoted(self.text))
            .collect()
    }

    fn drop(&mut self) -> Option<Draft> {
        if self.take_pair("PRIMARY", "KEY") {
            return Some(Draft::of("DROP PRIMARY KEY"));
        }
        if self.peek(0, "SYSTEM") && self.peek(1, "VERSIONING")
            || self.peek(0, "PERIOD") && self.peek(1, "FOR")
        {
            return None;
        }
        if self.take("PARTITION") {
            return Some(self.partition_names("DROP PARTITION"));
        }
        let verb = if self.take_pair("FOREIGN", "KEY") {
            "DROP FOREIGN KEY"
        } else if self.take_index_word() {
            "DROP INDEX"
        } else if self.take("CHECK") {
            "DROP CHECK"
        } else if self.take("CONSTRAINT") {
            "DROP CONSTRAINT"
        } else {
            return Some(self.column("DROP COLUMN")).filter(|draft| !draft.names.is_empty());
        };
        let conditional = self.condition();
        Some(Draft {
            conditional,
            ..Draft::named(verb, self.name())
        })
    }

    fn alter(&mut self) -> Option<Draft> {
        if self.take_index_word() {
            return Some(Draft::named("ALTER INDEX", self.name()));
        }
        if self.take("CHECK") {
            return Some(Draft::named("ALTER CHECK", self.name()));
        }
        if self.take("CONSTRAINT") {
            return Some(Draft::named("ALTER CONSTRAINT", self.name()));
        }
        if self.peek(0, "TABLE") {
            return None;
        }
        Some(self.column("ALTER COLUMN")).filter(|draft| !draft.names.is_empty())
    }

    fn rename(&mut self) -> Option<Draft> {
        let verb = if self.take("COLUMN") {
            "RENAME COLUMN"
        } else if self.take_index_word() {
            "RENAME INDEX"
        } else {
            return None;
        };
        let conditional = self.condition();
        let draft = Draft::named(verb, self.name());
        self.take("TO");
        Some(Draft {
            new_name: self.name(),
            conditional,
            ..draft
        })
    }

    fn whole_table(&mut self) -> Option<Draft> {
        if self.take_pair("CONVERT", "TO") {
            return Some(Draft::of("CONVERT TO CHARACTER SET"));
        }
        if self.take_pair("ORDER", "BY") {
            return Some(Draft::named("ORDER BY", self.name()));
        }
        if self.tokens.len() == 1 && self.take("FORCE") {
            return Some(Draft::of("FORCE"));
        }
        let switch = [("ENABLE", "ENABLE KEYS"), ("DISABLE", "DISABLE KEYS")];
        switch
            .into_iter()
            .find(|(word, _)| self.take_pair(word, "KEYS"))
            .map(|(_, verb)| Draft::of(verb))
    }

    fn partitions(&mut self) -> Option<Draft> {
        if self.take_pair("PARTITION", "BY") {
            return Some(Draft::of("PARTITION BY"));
        }
        if self.take_pair("REMOVE", "PARTITIONING") {
            return Some(Draft::of("REMOVE PARTITIONING"));
        }
        const VERBS: [(&str, &str); 8] = [
            ("TRUNCATE", "TRUNCATE PARTITION"),
            ("COALESCE", "COALESCE PARTITION"),
            ("REORGANIZE", "REORGANIZE PARTITION"),
            ("ANALYZE", "ANALYZE PARTITION"),
            ("CHECK", "CHECK PARTITION"),
            ("OPTIMIZE", "OPTIMIZE PARTITION"),
            ("REBUILD", "REBUILD PARTITION"),
            ("REPAIR", "REPAIR PARTITION"),
        ];
        let (_, verb) = VERBS
            .into_iter()
            .find(|(word, _)| self.take_pair(word, "PARTITION"))?;
        Some(self.partition_names(verb))
    }

    fn partition_names(&mut self, verb: &'static str) -> Draft {
        let conditional = self.condition();
        let mut names: Vec<String> = self.name().into_iter().collect();
        while self.at_punct(',') {
            self.at += 1;
            names.extend(self.name());
        }
        // Segments are joined without their commas.
        while !self.peek(0, "INTO") {
            match self.name() {
                Some(name) => names.push(name),
                None => break,
            }
        }
        Draft {
            names,
            conditional,
            ..Draft::of(verb)
        }
    }

    fn option(&mut self) -> Option<Draft> {
        self.take("DEFAULT");
        if self.take_pair("CHARACTER", "SET") {
            return Some(Draft::of("CHARACTER SET"));
        }
        if self.take_pair("INDEX", "DIRECTORY") {
            return Some(Draft::of("INDEX DIRECTORY"));
        }
        let verb = OPTIONS.into_iter().find(|word| self.peek(0, word))?;
        // A lone word is not an option: `ORDER BY a, comment` names a column.
        let valued = self
            .tokens
            .get(self.at + 1)
            .is_some_and(|next| !next.is_word(self.text, "DESC"));
        self.at += usize::from(valued);
        valued.then(|| Draft::of(verb))
    }
}
