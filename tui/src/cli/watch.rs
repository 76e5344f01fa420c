use clap::Args;
use matching_protocol::{
    Body, CommandId, ErrorCode, Query, ResultBody, Role, Seq, SessionRequest, Subscribe,
};
use tokio::time::sleep_until;

use super::failure::Failure;
use super::link::{Link, failed, unfitting};
use super::{Context, output};
use crate::connection::RequestError;

/// Print every push as a line of JSON, until the connection ends (exit code 3)
#[derive(Args)]
pub(super) struct Watch {
    /// Go on behind this place in the log, without loss; 0 for all there is [default: from now on]
    #[arg(long, value_name = "SEQ")]
    after: Option<u64>,
}

impl Watch {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let mut link = context.sign_in().await?;
        let after = match self.after {
            Some(after) => Seq(after),
            None => current_place(&mut link).await?,
        };
        let subscribe = SessionRequest::Subscribe(Subscribe { log: link.hello().log, after });
        let ResultBody::Subscribed(subscribed) =
            link.ask(CommandId::generate(), Body::Session(subscribe)).await?
        else {
            return Err(unfitting());
        };
        // A list may stand for a place shortly before the end of the log; 'from now on' means the end.
        let mut last = if self.after.is_some() { after } else { after.max(subscribed.head) };
        eprintln!("watching after {last}");
        loop {
            let refresh_at = link.refresh_at();
            let pushes = tokio::select! {
                pushes = link.client.next_push() => pushes.map_err(|error| lost(error, last))?,
                () = sleep_until(refresh_at) => {
                    link.refresh().await?;
                    continue;
                }
            };
            let mut lines = String::new();
            for push in pushes.iter().filter(|push| push.seq() > last) {
                lines.push_str(&output::to_json(push));
                lines.push('\n');
            }
            output::text(&lines)?;
            last = pushes.iter().map(matching_protocol::Push::seq).fold(last, Seq::max);
        }
    }
}

/// Where the log ends, as far as a list says that is not down; else from the start, and what is past is passed over.
async fn current_place(link: &mut Link<'_>) -> Result<Seq, Failure> {
    let lists: [fn(matching_protocol::PageOf) -> Query; 2] = match link.role() {
        Role::Student => [Query::Matches, Query::MyPage],
        Role::Teacher => [Query::VisitRequests, Query::Classes],
        Role::Admin => [Query::Matches, Query::VisitRequests],
    };
    for list in lists {
        match link.place_of(list).await {
            Err(Failure::Refused(error)) if error.code == ErrorCode::ContextUnavailable => {}
            Ok(Some(place)) => return Ok(place),
            Ok(None) => return Err(unfitting()),
            Err(failure) => return Err(failure),
        }
    }
    Ok(Seq(0))
}

fn lost(error: RequestError, last: Seq) -> Failure {
    match error {
        RequestError::Lost(detail) => {
            Failure::Lost { detail: format!("{detail}; go on with --after {last}"), command: None }
        }
        error @ RequestError::Refused(_) => failed(error, None),
    }
}
