package io.millrace.ingress.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.ingress.ApiError;
import io.millrace.ingress.Client;
import io.millrace.ingress.KeptResponse;
import io.millrace.ingress.RequestIds;
import io.millrace.ingress.RequestState;
import io.millrace.ingress.ResponseJson;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Finds responses that clients name by their ids. */
final class KeptResponses {

  /**
   * A client knows the id of a response that it waited for from the answer, which the view may read
   * a moment later.
   */
  private static final Duration SETTLE_MAX = Duration.ofSeconds(2);

  private final PendingCall.Scene scene;
  private final Backend backend;

  KeptResponses(PendingCall.Scene scene) {
    this.scene = scene;
    this.backend = scene.backend();
  }

  /** Goes on with the response, or fails the call. */
  void find(Call call, Client client, String id, ApiError absent, Consumer<KeptResponse> next) {
    find(call, client, id, absent, next, call::fail);
  }

  void find(
      Call call,
      Client client,
      String id,
      ApiError absent,
      Consumer<KeptResponse> next,
      Consumer<ApiError> failed) {
    var requestId = RequestIds.ofResponse(id);
    if (requestId.isEmpty()) {
      failed.accept(absent);
      return;
    }
    call.ask(
        () -> look(call, client, requestId.get()),
        found ->
            found
                .filter(response -> !response.isGone(backend.clock().instant()))
                .ifPresentOrElse(
                    response -> settled(call, client, response, next), () -> failed.accept(absent)),
        failed);
  }

  private void settled(
      Call call, Client client, KeptResponse response, Consumer<KeptResponse> next) {
    if (response.isBackground() || response.state().isTerminal()) {
      next.accept(response);
      return;
    }
    new RequestPoll(
            scene,
            call,
            client,
            response.state().request().requestId(),
            ApiError.responseNotFound(response.id()),
            state -> next.accept(response.with(state)))
        .begin(SETTLE_MAX, (state, poll) -> {});
  }

  private CompletableFuture<Optional<KeptResponse>> look(
      Call call, Client client, String requestId) {
    return backend
        .view()
        .find(client.account(), requestId)
        .thenCompose(
            found ->
                found.filter(state -> state.request().keepsBody()).isPresent()
                    ? withBody(call, client, found.get())
                    : CompletableFuture.completedFuture(Optional.empty()));
  }

  private CompletableFuture<Optional<KeptResponse>> withBody(
      Call call, Client client, RequestState state) {
    var request = state.request();
    var ref = request.bodyRef();
    CompletableFuture<Optional<ObjectNode>> asked =
        ref == null
            ? backend
                .view()
                .keptBody(client.account(), request.requestId())
                .thenApply(body -> body.map(ByteBuffer::wrap).map(ResponseJson::asked))
            : Bodies.of(backend, call, ByteBuffer.allocate(0), Optional.of(ref))
                .thenApply(body -> Optional.of(ResponseJson.asked(body)));
    return asked.thenApply(body -> body.map(json -> new KeptResponse(state, json)));
  }
}
