//! Comparing table definitions as the server prints them.

use mysqler_contract::{ExpectedDefinition, TableRef, quote_identifier};
use sha2::{Digest, Sha256};

/// SHA-256, hex, of a `SHOW CREATE TABLE` text without its AUTO_INCREMENT counter, which moves with every insert.
pub fn fingerprint(definition: &str) -> String {
    hex::encode(Sha256::digest(without_counter(definition).as_bytes()))
}

/// Whether the table now stands as its shadow stood: equal text, the table's own name and the counter aside.
pub fn same_definition(shadow: &str, shadow_table: &TableRef, now: &str, table: &TableRef) -> bool {
    let shadow = without_name(shadow, &shadow_table.table, &table.table);
    let now = without_name(now, &table.table, &table.table);
    lines(&shadow) == lines(&now)
}

/// Whether `now` is what a stand-in for the table became under the same clause. A stand-in has none of the foreign keys
/// that the table had when it was planned, so those are left out where only the table has them.
pub fn as_expected(expected: &ExpectedDefinition, planned: &str, now: &str, table: &TableRef) -> bool {
    let (name, wanted) = (&expected.table.table, &table.table);
    let expected = without_name(&expected.definition, name, wanted);
    let now = without_name(now, wanted, wanted);
    let had = lines(planned);
    let wanted = lines(&expected);
    let foreign = |line: &&str| line.starts_with("  CONSTRAINT `") && line.contains("` FOREIGN KEY (");
    let kept = |line: &&str| foreign(line) && had.contains(line) && !wanted.contains(line);
    let now: Vec<&str> = lines(&now).into_iter().filter(|line| !kept(line)).collect();
    now == wanted
}

/// Without the commas that join them: a list's last line has none. Constraints come last and by name: one that was added
/// stands before the others in one table, and behind them in another.
fn lines(definition: &str) -> Vec<&str> {
    let all = definition
        .lines()
        .map(|line| line.strip_suffix(',').unwrap_or(line));
    let (mut constraints, mut lines): (Vec<&str>, Vec<&str>) =
        all.partition(|line| line.starts_with("  CONSTRAINT `"));
    constraints.sort_unstable();
    lines.append(&mut constraints);
    lines
}

fn without_name(definition: &str, name: &str, wanted: &str) -> String {
    let (own, target) = (quote_identifier(name), quote_identifier(wanted));
    let body = without_counter(definition);
    // Only the header and self-references carry the table's name as a whole identifier in these places; names that the
    // server made up for constraints begin with it, and are renamed with the table.
    let made_up = |kind: &str, name: &str| format!("CONSTRAINT `{}_{kind}_", name.replace('`', "``"));
    let body = ["chk", "ibfk"].iter().fold(body, |body, kind| {
        body.replace(&made_up(kind, name), &made_up(kind, wanted))
    });
    body.replacen(
        &format!("CREATE TABLE {own}"),
        &format!("CREATE TABLE {target}"),
        1,
    )
    .replace(&format!("REFERENCES {own}"), &format!("REFERENCES {target}"))
}

pub(crate) fn without_counter(definition: &str) -> String {
    // The counter stands among the table options, after the last closing parenthesis that starts a line.
    let Some(options) = definition.rfind("\n)") else {
        return definition.to_owned();
    };
    let (columns, tail) = definition.split_at(options);
    let Some(at) = tail.find(" AUTO_INCREMENT=") else {
        return definition.to_owned();
    };
    let digits = &tail[at + " AUTO_INCREMENT=".len()..];
    let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{columns}{}{rest}", &tail[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERS: &str = "CREATE TABLE `orders` (\n  `id` int NOT NULL AUTO_INCREMENT,\n  `note` varchar(9) COMMENT ' AUTO_INCREMENT=7'\n) ENGINE=InnoDB AUTO_INCREMENT=42 DEFAULT CHARSET=utf8mb4";

    #[test]
    fn the_counter_is_left_out_and_a_comment_that_looks_like_one_stays() {
        let moved = ORDERS.replace("AUTO_INCREMENT=42", "AUTO_INCREMENT=99");
        assert_eq!(fingerprint(ORDERS), fingerprint(&moved));
        let commented = ORDERS.replace("AUTO_INCREMENT=7'", "AUTO_INCREMENT=8'");
        assert_ne!(fingerprint(ORDERS), fingerprint(&commented));
    }

    #[test]
    fn constraint_names_that_the_server_made_up_follow_the_table() {
        let (from, to) = (TableRef::new("s", "_t_new"), TableRef::new("s", "t"));
        let shadow = "CREATE TABLE `_t_new` (\n  `a` int,\n  CONSTRAINT `_t_new_chk_1` CHECK (a > 0),\n  \
                      CONSTRAINT `_t_new_ibfk_1` FOREIGN KEY (`a`) REFERENCES `p` (`a`)\n) ENGINE=InnoDB";
        assert!(same_definition(
            shadow,
            &from,
            &shadow.replace("_t_new", "t"),
            &to
        ));
        let named = shadow.replace("_t_new_chk_1", "mine");
        assert!(!same_definition(
            &named,
            &from,
            &shadow.replace("_t_new", "t"),
            &to
        ));
    }

    #[test]
    fn the_order_of_constraints_makes_no_difference() {
        let (from, to) = (TableRef::new("s", "_t_new"), TableRef::new("s", "t"));
        let with = |first: &str, second: &str| {
            format!("CREATE TABLE `_t_new` (\n  `a` int,\n{first},\n{second}\n) ENGINE=InnoDB")
        };
        let (one, two) = (
            "  CONSTRAINT `one` CHECK (`a` > 0)",
            "  CONSTRAINT `two` CHECK (`a` < 9)",
        );
        let turned = with(two, one).replace("_t_new", "t");
        assert!(same_definition(&with(one, two), &from, &turned, &to));
        let other = turned.replace("< 9", "< 10");
        assert!(!same_definition(&with(one, two), &from, &other, &to));
    }

    #[test]
    fn a_stand_in_is_not_asked_for_the_foreign_keys_that_it_cannot_have() {
        let table = TableRef::new("shop", "orders");
        let key = "  CONSTRAINT `fk` FOREIGN KEY (`id`) REFERENCES `p` (`id`)";
        let with_key = |text: &str| text.replace("\n) ENGINE", &format!(",\n{key}\n) ENGINE"));
        let changed = ORDERS.replace("varchar(9)", "varchar(99)");
        let expected = ExpectedDefinition {
            table: TableRef::new("shop", "_clone"),
            definition: changed.replace("`orders`", "`_clone`"),
        };
        let planned = with_key(ORDERS);
        assert!(as_expected(&expected, &planned, &with_key(&changed), &table));
        assert!(as_expected(&expected, ORDERS, &changed, &table));
        assert!(
            !as_expected(&expected, &planned, &planned, &table),
            "the change is missing"
        );
        assert!(
            !as_expected(&expected, ORDERS, &with_key(&changed), &table),
            "a key that came from elsewhere"
        );
    }

    #[test]
    fn a_shadow_equals_the_table_it_became_and_nothing_else() {
        let shadow = ORDERS.replace("`orders`", "`_orders_new`");
        let (from, to) = (
            TableRef::new("shop", "_orders_new"),
            TableRef::new("shop", "orders"),
        );
        assert!(same_definition(&shadow, &from, ORDERS, &to));
        let other = ORDERS.replace("varchar(9)", "varchar(10)");
        assert!(!same_definition(&shadow, &from, &other, &to));
    }
}
