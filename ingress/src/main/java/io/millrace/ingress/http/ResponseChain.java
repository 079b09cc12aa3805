package io.millrace.ingress.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.ingress.ApiError;
import io.millrace.ingress.Client;
import io.millrace.ingress.KeptResponse;
import io.millrace.ingress.ResponseItems;
import java.util.function.Consumer;

/** Makes the body of a response that goes on from another stand for itself. */
final class ResponseChain {

  private final Backend backend;
  private final KeptResponses kept;

  ResponseChain(PendingCall.Scene scene) {
    this.backend = scene.backend();
    this.kept = new KeptResponses(scene);
  }

  /** Goes on with the body with all its input, or with why there is none. */
  void resolve(
      Call call,
      Client client,
      ObjectNode asked,
      Consumer<ObjectNode> next,
      Consumer<ApiError> failed) {
    var id = asked.path("previous_response_id").asText();
    kept.find(
        call,
        client,
        id,
        ApiError.previousResponseNotFound(id),
        previous -> goOn(call, asked, previous, next, failed),
        failed);
  }

  private void goOn(
      Call call,
      ObjectNode asked,
      KeptResponse previous,
      Consumer<ObjectNode> next,
      Consumer<ApiError> failed) {
    if (!previous.hasAnswer()) {
      failed.accept(
          new ApiError(
              ApiError.Kind.PREVIOUS_RESPONSE_NOT_FOUND,
              "Previous response with id '%s' has no answer to go on from."
                  .formatted(previous.id()),
              "previous_response_id"));
      return;
    }
    var result = previous.result().orElseThrow();
    call.await(
        Bodies.of(backend, call, result.getBody(), result.getBodyRef()),
        answer -> next.accept(ResponseItems.continued(asked, previous, answer)),
        failed);
  }
}
