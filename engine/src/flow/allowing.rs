//! Allowing: the rules of the number are asked again when the attempt leaves.

use super::Turn;
use crate::protocol::Application;
use crate::record::Reason;
use crate::value::Sequence;

impl<A: Application> Turn<'_, A> {
    /// Ends a callback whose number may not be called under the rules in force now, which are not those of its request
    /// where the center was configured anew since. Whoever is on the line was called already. Answers whether it did.
    pub(super) fn forbid(&mut self, sequence: Sequence) -> bool {
        let Some(callback) = self.callback(sequence) else { return false };
        let (service, number) = (callback.service, callback.request.number());
        if callback.state.attempt().is_some() {
            return false;
        }
        if self.book.layout().allows(service, &number) {
            return false;
        }
        self.complete(sequence, Reason::NumberNotAllowed);
        true
    }
}
