//! Which table a trigger writes to, when it is one that pt-osc makes and does nothing else. The tool puts no comment into
//! its triggers, so their bodies are all that tells them from a person's.

use mysqler_contract::{TableRef, TriggerFacts};

/// The shadow table that the trigger keeps up to date; `None` for a trigger that is not, statement for statement, of the
/// form that pt-osc gives to one of its event and timing.
pub fn shadow_of(trigger: &TriggerFacts) -> Option<TableRef> {
    if !trigger.timing.eq_ignore_ascii_case("AFTER") {
        return None;
    }
    let tokens = tokens(&trigger.body)?;
    let mut read = Reader { rest: &tokens };
    let framed = read.word("BEGIN");
    // Versions before 3.1 have no handler, and frame the two statements of an update alone.
    if framed && read.word("DECLARE") {
        let handler = ["CONTINUE", "HANDLER", "FOR", "1146", "BEGIN", "END"];
        if !handler.iter().all(|word| read.word(word)) || !read.sign(";") {
            return None;
        }
    }
    let shadow = match trigger.event.to_ascii_uppercase().as_str() {
        "INSERT" => read.replace()?,
        "DELETE" => read.delete(false)?,
        "UPDATE" => {
            let deleted = read.delete(true)?;
            if !read.sign(";") || read.replace()? != deleted {
                return None;
            }
            deleted
        }
        _ => return None,
    };
    read.sign(";");
    if framed {
        if !read.word("END") {
            return None;
        }
        read.sign(";");
    }
    read.rest.is_empty().then_some(shadow)
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// Between backticks, unquoted.
    Name(String),
    /// In upper case.
    Word(String),
    Sign(&'static str),
}

/// `None` where something stands that pt-osc never writes: a string, a comment, a variable.
fn tokens(body: &str) -> Option<Vec<Token>> {
    const SIGNS: [&str; 7] = ["<=>", "!", "(", ")", ".", ",", ";"];
    let mut tokens = Vec::new();
    let mut rest = body.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '`' {
            let (name, after) = quoted(&rest[1..])?;
            tokens.push(Token::Name(name));
            rest = after;
        } else if first.is_ascii_alphanumeric() || first == '_' {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
            tokens.push(Token::Word(word.to_ascii_uppercase()));
            rest = after;
        } else {
            let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign))?;
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        }
        rest = rest.trim_start();
    }
    Some(tokens)
}

/// A name up to its closing backtick, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('`')?;
        name.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('`') {
            Some(more) => {
                name.push('`');
                rest = more;
            }
            None => return Some((name, rest)),
        }
    }
}

struct Reader<'a> {
    rest: &'a [Token],
}

impl Reader<'_> {
    fn word(&mut self, wanted: &str) -> bool {
        self.takes(|token| matches!(token, Token::Word(word) if word == wanted))
    }

    fn sign(&mut self, wanted: &str) -> bool {
        self.takes(|token| matches!(token, Token::Sign(sign) if *sign == wanted))
    }

    fn takes(&mut self, is_wanted: impl Fn(&Token) -> bool) -> bool {
        match self.rest.split_first() {
            Some((token, rest)) if is_wanted(token) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn name(&mut self) -> Option<String> {
        match self.rest.split_first() {
            Some((Token::Name(name), rest)) => {
                self.rest = rest;
                Some(name.clone())
            }
            _ => None,
        }
    }

    fn table(&mut self) -> Option<TableRef> {
        let database = self.name()?;
        let table = self.sign(".").then(|| self.name())??;
        Some(TableRef { database, table })
    }

    /// `` REPLACE INTO `d`.`t` (`a`, `b`) VALUES (NEW.`a`, NEW.`b`) ``, as many values as columns.
    fn replace(&mut self) -> Option<TableRef> {
        if !(self.word("REPLACE") && self.word("INTO")) {
            return None;
        }
        let table = self.table()?;
        let columns = self.list(Reader::name)?;
        if !self.word("VALUES") {
            return None;
        }
        let values = self.list(|read| read.row_value("NEW"))?;
        (columns == values).then_some(table)
    }

    /// `` DELETE IGNORE FROM `d`.`t` WHERE [!(OLD.`a` <=> NEW.`a`) AND] `d`.`t`.`a` <=> OLD.`a` ``.
    fn delete(&mut self, of_update: bool) -> Option<TableRef> {
        if !(self.word("DELETE") && self.word("IGNORE") && self.word("FROM")) {
            return None;
        }
        let table = self.table()?;
        if !self.word("WHERE") {
            return None;
        }
        if of_update {
            let opened = self.sign("!") && self.sign("(");
            if !opened || !self.compares(|read| read.row_value("OLD"), "NEW") || !self.sign(")") {
                return None;
            }
            if !self.word("AND") {
                return None;
            }
        }
        let own = table.clone();
        let column = move |read: &mut Self| {
            let named = read.table()? == own;
            (named && read.sign(".")).then(|| read.name())?
        };
        self.compares(column, "OLD").then_some(table)
    }

    /// Null-safe equalities with a value of the row, joined by AND.
    fn compares(&mut self, left: impl Fn(&mut Self) -> Option<String>, row: &str) -> bool {
        loop {
            if left(self).is_none() || !self.sign("<=>") || self.row_value(row).is_none() {
                return false;
            }
            // What follows an AND may be the next part of the condition.
            let ends = !matches!(self.rest, [Token::Word(and), next, ..] if and == "AND" && *next != Token::Sign("!"));
            if ends {
                return true;
            }
            self.word("AND");
        }
    }

    fn row_value(&mut self, row: &str) -> Option<String> {
        (self.word(row) && self.sign(".")).then(|| self.name())?
    }

    /// How many there are between the brackets; at least one.
    fn list(&mut self, item: impl Fn(&mut Self) -> Option<String>) -> Option<usize> {
        if !self.sign("(") {
            return None;
        }
        for count in 1.. {
            item(self)?;
            if self.sign(")") {
                return Some(count);
            }
            if !self.sign(",") {
                return None;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trigger(event: &str, body: &str) -> TriggerFacts {
        TriggerFacts {
            name: "pt_osc_shop_orders_x".into(),
            timing: "AFTER".into(),
            event: event.into(),
            body: body.into(),
            definer: "dba@%".into(),
            sql_mode: String::new(),
            charset: "utf8mb4".into(),
            collation: "utf8mb4_0900_ai_ci".into(),
        }
    }

    const HEAD: &str = "BEGIN DECLARE CONTINUE HANDLER FOR 1146 begin end; ";
    const DELETE: &str =
        "DELETE IGNORE FROM `shop`.`_orders_new` WHERE `shop`.`_orders_new`.`id` <=> OLD.`id`";
    const REPLACE: &str = "REPLACE INTO `shop`.`_orders_new` (`id`, `a``b`) VALUES (NEW.`id`, NEW.`a``b`)";
    const UPDATE: &str = "DELETE IGNORE FROM `shop`.`_orders_new` WHERE !(OLD.`id` <=> NEW.`id` AND OLD.`k` <=> NEW.`k`) \
         AND `shop`.`_orders_new`.`id` <=> OLD.`id` AND `shop`.`_orders_new`.`k` <=> OLD.`k`";

    fn shadow() -> Option<TableRef> {
        Some(TableRef::new("shop", "_orders_new"))
    }

    #[test]
    fn the_triggers_of_the_tool_are_read_as_it_writes_them() {
        for (event, body) in [
            ("INSERT", format!("{HEAD}{REPLACE};END ")),
            ("DELETE", format!("{HEAD}{DELETE}; END ")),
            ("UPDATE", format!("{HEAD}{UPDATE}; {REPLACE}; END ")),
            // 3.0 and before.
            ("INSERT", REPLACE.to_owned()),
            ("DELETE", DELETE.to_owned()),
            ("UPDATE", format!("BEGIN {UPDATE};{REPLACE};END")),
        ] {
            assert_eq!(shadow_of(&trigger(event, &body)), shadow(), "{event} {body}");
        }
    }

    #[test]
    fn whatever_does_something_else_is_a_persons() {
        for (event, body) in [
            (
                "INSERT",
                "INSERT INTO `shop`.`_orders_new` (`id`) VALUES (NEW.`id`)".to_owned(),
            ),
            ("INSERT", "SET @seen = '`shop`.`_orders_new`'".to_owned()),
            (
                "INSERT",
                format!("BEGIN {REPLACE}; UPDATE `shop`.`totals` SET n = n + 1; END"),
            ),
            ("INSERT", format!("{HEAD}{REPLACE}; {REPLACE}; END")),
            ("INSERT", format!("{REPLACE} /* audit */")),
            ("INSERT", DELETE.to_owned()),
            (
                "INSERT",
                "REPLACE INTO `shop`.`log` (`id`, `at`) VALUES (NEW.`id`, NOW())".to_owned(),
            ),
            (
                "INSERT",
                "REPLACE INTO `shop`.`log` (`id`, `at`) VALUES (NEW.`id`)".to_owned(),
            ),
            ("DELETE", format!("{DELETE} OR 1")),
            (
                "DELETE",
                "DELETE IGNORE FROM `shop`.`_orders_new` WHERE `shop`.`other`.`id` <=> OLD.`id`".to_owned(),
            ),
            (
                "UPDATE",
                format!("BEGIN {UPDATE}; REPLACE INTO `shop`.`x` (`id`) VALUES (NEW.`id`); END"),
            ),
            ("UPDATE", REPLACE.to_owned()),
            ("INSERT", String::new()),
            ("INSERT", "REPLACE INTO `shop`.`_orders_new".to_owned()),
        ] {
            assert_eq!(shadow_of(&trigger(event, &body)), None, "{event} {body}");
        }
        let early = TriggerFacts {
            timing: "BEFORE".into(),
            ..trigger("INSERT", REPLACE)
        };
        assert_eq!(shadow_of(&early), None);
    }
}
