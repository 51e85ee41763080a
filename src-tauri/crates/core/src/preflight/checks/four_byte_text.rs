//! Literals of the clause arrive as typed. Scope: the clause. `block` for a character outside the first 65,536, such as
//! an emoji: it was seen to become `?` in COMMENT, with exit code 0.

use mysqler_contract::{Finding, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &["TEXT_WOULD_CHANGE"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let lost = context
        .clause
        .literals()
        .find(|literal| literal.chars().any(|c| u32::from(c) > 0xFFFF));
    lost.map(|literal| Finding::new("TEXT_WOULD_CHANGE", Severity::Block).with("literal", literal))
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;

    #[test]
    fn an_emoji_is_refused_and_chinese_is_not() {
        assert_eq!(
            World::altering("COMMENT='sold 🛒'").codes(),
            ["TEXT_WOULD_CHANGE"]
        );
        assert_eq!(World::altering("COMMENT='已售 é'").codes(), Vec::<String>::new());
        assert_eq!(
            World::altering("COMMENT='x' /* 🛒 */").codes(),
            Vec::<String>::new()
        );
    }
}
