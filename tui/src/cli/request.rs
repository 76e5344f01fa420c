use clap::Args;
use matching_protocol::{Area, Command, Note, Price, RequestMatch, Subject};

use super::failure::Failure;
use super::{Context, Once};
use crate::parse::parse_price;

/// Ask for a lesson (students); all teachers see price, subject, area and note once it is paid
#[derive(Args)]
pub(super) struct Request {
    /// What is offered, in won: 50000, 50,000, 50k, 5만원
    #[arg(long, value_name = "WON", allow_hyphen_values = true)]
    price: String,
    /// What the lesson is about
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
    /// Where, roughly
    #[arg(long, value_name = "TEXT")]
    area: Option<String>,
    /// Anything else a teacher should know
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    once: Once,
}

impl Request {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let won = parse_price(&self.price)
            .map_err(|error| Failure::Usage(error.message(context.config.language).to_owned()))?;
        let request = RequestMatch {
            price: context.checked(Price::new(won))?,
            subject: context.optional(self.subject.as_deref(), Subject::new)?,
            area: context.optional(self.area.as_deref(), Area::new)?,
            note: context.optional(self.note.as_deref(), Note::new)?,
        };
        context.carry_out(self.once.id(), Command::RequestMatch(request)).await
    }
}
