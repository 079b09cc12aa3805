package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.Checked;
import io.millrace.ingress.Client;
import io.millrace.ingress.KeptResponse;
import io.millrace.ingress.Prefer;
import io.millrace.ingress.RequestState;
import io.millrace.ingress.ResponseItems;
import io.millrace.ingress.ResponseJson;
import io.millrace.ingress.kafka.AcceptListener;
import io.millrace.schemas.CancelRequest;
import io.millrace.schemas.RequestDeleted;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;

/** What clients ask of their responses once these are created. */
final class ResponseCalls {

  private static final Duration CANCEL_PATIENCE = Duration.ofSeconds(5);
  private static final int ITEMS_DEFAULT = 20;
  private static final int ITEMS_MAX = 100;

  private final PendingCall.Scene scene;
  private final Backend backend;
  private final KeptResponses kept;

  ResponseCalls(PendingCall.Scene scene) {
    this.scene = scene;
    this.backend = scene.backend();
    this.kept = new KeptResponses(scene);
  }

  private void find(Call call, Client client, String id, Consumer<KeptResponse> next) {
    kept.find(
        call,
        client,
        id,
        ApiError.responseNotFound(id),
        response -> {
          call.isAbout(response.state().request().requestId());
          next.accept(response);
        });
  }

  /** Answers the call that created a response in the background, now that it is promised. */
  void created(Call call, Client client, KeptResponse response) {
    if (response.isReplayable()) {
      ResponseReplay.begin(scene, call, client, response, -1);
    } else {
      answer(call, response);
    }
  }

  void get(Call call, Client client, String id) {
    if (call.parameter("stream").filter("true"::equals).isPresent()) {
      switch (Parameters.integer(call, "starting_after", -1, 0, Integer.MAX_VALUE)) {
        case Checked.Refused<Long> refused -> call.fail(refused.error());
        case Checked.Ok<Long>(Long after) ->
            find(call, client, id, response -> replay(call, client, response, after.intValue()));
      }
      return;
    }
    switch (CallHeaders.prefer(call)) {
      case Checked.Refused<Prefer> refused -> call.fail(refused.error());
      case Checked.Ok<Prefer>(Prefer prefer) -> {
        var wait =
            prefer.waitAtMost(backend.config().ingress().waitMax()).filter(Duration::isPositive);
        find(
            call,
            client,
            id,
            response -> {
              if (wait.isPresent() && !response.state().isTerminal()) {
                poll(call, client, response).begin(wait.get(), (state, poll) -> {});
              } else {
                answer(call, response);
              }
            });
      }
    }
  }

  private void replay(Call call, Client client, KeptResponse response, int after) {
    if (response.isReplayable()) {
      ResponseReplay.begin(scene, call, client, response, after);
    } else {
      call.fail(
          new ApiError(
              ApiError.Kind.NOT_FOUND,
              "Response with id '%s' cannot be streamed: it was not created with both 'background' and 'stream'."
                  .formatted(response.id()),
              "response_id"));
    }
  }

  private RequestPoll poll(Call call, Client client, KeptResponse response) {
    return new RequestPoll(
        scene,
        call,
        client,
        response.state().request().requestId(),
        ApiError.responseNotFound(response.id()),
        state -> answer(call, response.with(state)));
  }

  /** The Response object as it is now. */
  void answer(Call call, KeptResponse response) {
    response.result().ifPresent(result -> call.dropped(result.getDroppedParameters()));
    if (response.hasAnswer()) {
      var result = response.result().orElseThrow();
      call.await(
          Bodies.of(backend, call, result.getBody(), result.getBodyRef()),
          body -> call.json(200, bytes(body)));
    } else {
      PartialOutput.of(
          scene,
          call,
          response,
          output -> call.json(200, ResponseJson.bytes(ResponseJson.of(response, output))));
    }
  }

  private static byte[] bytes(ByteBuffer body) {
    var bytes = new byte[body.remaining()];
    body.duplicate().get(bytes);
    return bytes;
  }

  void inputItems(Call call, Client client, String id) {
    var order = call.parameter("order").orElse("desc");
    if (!order.equals("asc") && !order.equals("desc")) {
      call.fail(Parameters.bad("order", order, "It must be asc or desc."));
      return;
    }
    switch (Parameters.integer(call, "limit", ITEMS_DEFAULT, 1, ITEMS_MAX)) {
      case Checked.Refused<Long> refused -> call.fail(refused.error());
      case Checked.Ok<Long>(Long limit) ->
          find(
              call,
              client,
              id,
              response ->
                  call.json(
                      200,
                      ResponseItems.of(response)
                          .page(order.equals("asc"), call.parameter("after"), limit.intValue())));
    }
  }

  /** Ends what runs in the background; what has ended stays as it is. */
  void cancel(Call call, Client client, String id) {
    find(
        call,
        client,
        id,
        response -> {
          if (!response.isBackground()) {
            call.fail(
                ApiError.of(
                    ApiError.Kind.INVALID_REQUEST,
                    "Cannot cancel a synchronous response: it was not created with 'background'."));
          } else if (response.state().isTerminal()) {
            answer(call, response);
          } else {
            poll(call, client, response).begin(CANCEL_PATIENCE, this::order);
          }
        });
  }

  private void order(RequestState state, RequestPoll poll) {
    append(
        poll.account(),
        new CancelRequest(
            state.request().requestId(), poll.account(), backend.clock().instant(), "client"),
        state.request().requestId(),
        (partition, offset) -> {},
        () -> poll.failFromAnyThread(ApiError.notAccepted()),
        poll::fail);
  }

  /** What runs is ended before it is forgotten, so that no answer comes behind. */
  void delete(Call call, Client client, String id) {
    find(
        call,
        client,
        id,
        response -> {
          if (response.state().isTerminal()) {
            forget(call, client, response);
          } else {
            new RequestPoll(
                    scene,
                    call,
                    client,
                    response.state().request().requestId(),
                    ApiError.responseNotFound(id),
                    state -> forget(call, client, response.with(state)))
                .begin(CANCEL_PATIENCE, this::order);
          }
        });
  }

  private void forget(Call call, Client client, KeptResponse response) {
    var requestId = response.state().request().requestId();
    append(
        client.account(),
        new RequestDeleted(requestId, client.account(), backend.clock().instant()),
        requestId,
        (partition, offset) ->
            call.loop().execute(() -> onForgotten(call, client, response, partition, offset)),
        () -> call.loop().execute(() -> call.fail(ApiError.notAccepted())),
        call::fail);
  }

  /** Says so once nobody is shown it any more. */
  private void onForgotten(
      Call call, Client client, KeptResponse response, int partition, long offset) {
    var requestId = response.state().request().requestId();
    call.ask(
        () ->
            backend
                .view()
                .findAfter(
                    client.account(),
                    requestId,
                    partition,
                    offset,
                    backend.config().ingress().acceptTimeout()),
        gone -> call.json(200, ResponseJson.deleted(response.id())));
  }

  /** Stands in for the acknowledgement of a record. */
  @FunctionalInterface
  private interface Acknowledged {
    void at(int partition, long offset);
  }

  private void append(
      String account,
      org.apache.avro.specific.SpecificRecord order,
      String requestId,
      Acknowledged next,
      Runnable failed,
      Consumer<ApiError> refused) {
    var admission = backend.admission();
    if (!admission.tryBegin()) {
      refused.accept(ApiError.overloaded());
      return;
    }
    backend
        .producer()
        .append(
            account,
            order,
            requestId,
            new AcceptListener() {
              @Override
              public void onAcknowledged(int partition, long offset) {
                admission.end();
                next.at(partition, offset);
              }

              @Override
              public void onFailed(Exception cause) {
                admission.end();
                failed.run();
              }
            });
  }
}
