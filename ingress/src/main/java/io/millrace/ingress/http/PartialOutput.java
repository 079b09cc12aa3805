package io.millrace.ingress.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.millrace.ingress.KeptResponse;
import io.millrace.ingress.ResponseOutput;
import io.millrace.schemas.RequestStatus;
import java.util.function.Consumer;

/** What a response without an answer has to show: the deltas of one that streamed and was ended. */
final class PartialOutput {

  private PartialOutput() {}

  static void of(
      PendingCall.Scene scene, Call call, KeptResponse response, Consumer<ArrayNode> next) {
    var output = new ResponseOutput();
    if (!response.isReplayable() || response.state().status() != RequestStatus.CANCELLED) {
      next.accept(output.items());
      return;
    }
    var request = response.state().request();
    call.ask(
        () ->
            scene.backend().history().read(request.requestId(), request.submittedAt(), output::add),
        read -> next.accept(output.items()));
  }
}
