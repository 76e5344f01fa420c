use clap::Args;
use matching_protocol::{Command, ConfirmVisit, PersonName};

use super::failure::Failure;
use super::{Context, Once, Which};
use crate::parse::parse_meeting_time;
use crate::{clock, config};

/// Take a request from the board, with a name and a meeting time (teachers)
#[derive(Args)]
pub(super) struct Confirm {
    #[command(flatten)]
    which: Which,
    /// The name that the student sees
    #[arg(long, value_name = "NAME")]
    name: String,
    /// When you meet, in your own zone: '2026-12-01 19:00', '12/1 19:00', 'fri 19:00', 'tomorrow 7pm', '내일 저녁 7시',
    /// or RFC 3339
    #[arg(long, value_name = "TIME")]
    at: String,
    #[command(flatten)]
    once: Once,
}

impl Confirm {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let match_id = self.which.get(context)?;
        let teacher_name = context.checked(PersonName::new(&self.name))?;
        let session = context.config.session.load_for(&context.config.url)?;
        let zone = config::zone(session.as_ref().map(|session| &session.account));
        let visit_at = parse_meeting_time(&self.at, clock::now(zone))
            .map_err(|error| Failure::Usage(error.message(context.config.language).to_owned()))?;
        let confirm = ConfirmVisit { match_id, teacher_name, visit_at };
        context.carry_out(self.once.id(), Command::ConfirmVisit(confirm)).await
    }
}
