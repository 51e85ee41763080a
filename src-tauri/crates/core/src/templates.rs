//! Clause templates: kept as they were written, under names that differ.

use mysqler_contract::{AppError, ClauseTemplate, ErrorCode, Result, TemplateDraft, TemplateId};

use crate::Core;

const NAME_CHARACTERS: usize = 80;
/// More than any clause that a person keeps; a pasted dump is not a template.
const CLAUSE_BYTES: usize = 64 * 1024;

impl Core {
    /// By name.
    pub async fn templates(&self) -> Result<Vec<ClauseTemplate>> {
        self.ports.templates.list().await
    }

    /// A new template, or another name or clause of an old one.
    pub async fn template_save(&self, draft: &TemplateDraft) -> Result<ClauseTemplate> {
        if let Some((field, reason)) = problem(draft) {
            return Err(AppError::invalid(field, reason));
        }
        let now = self.ports.clock.now();
        let (id, created_at) = match &draft.id {
            None => (TemplateId(uuid::Uuid::new_v4().to_string()), now),
            Some(id) => (id.clone(), self.template(id).await?.created_at),
        };
        let template = ClauseTemplate {
            id,
            name: draft.name.clone(),
            clause: draft.clause.clone(),
            created_at,
            updated_at: now,
        };
        self.ports.templates.save(&template).await?;
        Ok(template)
    }

    pub async fn template_remove(&self, id: &TemplateId) -> Result<()> {
        self.ports.templates.remove(id).await
    }

    async fn template(&self, id: &TemplateId) -> Result<ClauseTemplate> {
        let found = self.templates().await?.into_iter().find(|saved| saved.id == *id);
        found.ok_or_else(|| AppError::new(ErrorCode::NotFound).with("what", &id.0))
    }
}

fn problem(draft: &TemplateDraft) -> Option<(&'static str, &'static str)> {
    let name = draft.name.as_str();
    if name.trim().is_empty() {
        Some(("name", "name_empty"))
    } else if name.trim() != name {
        Some(("name", "name_edge_space"))
    } else if name.chars().any(char::is_control) {
        Some(("name", "control_characters"))
    } else if name.chars().count() > NAME_CHARACTERS {
        Some(("name", "out_of_range"))
    } else if draft.clause.trim().is_empty() {
        Some(("clause", "required"))
    } else if draft.clause.len() > CLAUSE_BYTES {
        Some(("clause", "out_of_range"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", "DROP a", Some(("name", "name_empty")))]
    #[case(" x", "DROP a", Some(("name", "name_edge_space")))]
    #[case("a\tb", "DROP a", Some(("name", "control_characters")))]
    #[case("名", "  ", Some(("clause", "required")))]
    #[case("名", " DROP {column}\n", None)]
    fn a_template_has_a_name_and_a_clause(
        #[case] name: &str,
        #[case] clause: &str,
        #[case] expected: Option<(&'static str, &'static str)>,
    ) {
        let draft = TemplateDraft {
            id: None,
            name: name.to_owned(),
            clause: clause.to_owned(),
        };
        assert_eq!(problem(&draft), expected);
    }

    #[test]
    fn a_name_ends_somewhere() {
        let draft = |length| TemplateDraft {
            id: None,
            name: "名".repeat(length),
            clause: "FORCE".to_owned(),
        };
        assert_eq!(problem(&draft(NAME_CHARACTERS)), None);
        assert_eq!(
            problem(&draft(NAME_CHARACTERS + 1)),
            Some(("name", "out_of_range"))
        );
    }
}
