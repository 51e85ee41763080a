//! How often a table's rows were given a new shape without being rewritten: InnoDB allows that only so many times.

use mysqler_contract::{Result, TableRef};

use crate::session::Session;
use crate::sql;

pub(crate) async fn read(session: &mut Session, table: &TableRef) -> Result<Option<u64>> {
    let (Some(database), Some(name)) = (file_name(&table.database), file_name(&table.table)) else {
        return Ok(None);
    };
    let whole = format!("{database}/{name}");
    // Compared as it stands: `_` and `%` are signs of the name.
    let statement = format!(
        "SELECT MAX(TOTAL_ROW_VERSIONS) FROM information_schema.INNODB_TABLES \
         WHERE NAME = {} OR LEFT(NAME, {}) = {}",
        sql::text(&whole),
        whole.chars().count() + "#p#".len(),
        sql::text(&format!("{whole}#p#"))
    );
    // Older servers know no such column, and not every account may look.
    let rows = session.answer(&statement).await?.unwrap_or_default();
    Ok(rows
        .first()
        .and_then(|row| row.at(0))
        .and_then(|text| text.parse().ok()))
}

/// A name as InnoDB writes it. `None` for letters that the server abbreviates by tables of its own.
fn file_name(name: &str) -> Option<String> {
    let mut out = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => out.push(character),
            '\0'..='\u{7f}' | '\u{3041}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' => {
                out.push_str(&format!("@{:04x}", u32::from(character)));
            }
            _ => return None,
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_the_server_files_them() {
        assert_eq!(file_name("orders_2").as_deref(), Some("orders_2"));
        assert_eq!(file_name("adv ise-x").as_deref(), Some("adv@0020ise@002dx"));
        assert_eq!(file_name("t 订.单").as_deref(), Some("t@0020@8ba2@002e@5355"));
        assert_eq!(file_name("é"), None);
    }
}
