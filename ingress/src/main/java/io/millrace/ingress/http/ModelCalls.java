package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.Checked;
import io.millrace.ingress.Client;
import io.millrace.ingress.Endpoint;
import io.millrace.ingress.Json;
import io.millrace.ingress.ModelCall;
import io.millrace.ingress.Prefer;
import io.millrace.ingress.RequestIds;
import io.millrace.ingress.RequestJson;
import io.millrace.ingress.RequestState;
import io.millrace.ingress.StoredRequest;
import io.millrace.ingress.Submission;
import io.millrace.ingress.kafka.AcceptListener;
import io.millrace.schemas.Lane;
import io.millrace.schemas.RequestSubmitted;
import java.nio.ByteBuffer;

/** Calls that become requests: answered at once with 202, or when the answer is there. */
final class ModelCalls {

  private final PendingCall.Scene scene;
  private final Backend backend;

  ModelCalls(PendingCall.Scene scene) {
    this.scene = scene;
    this.backend = scene.backend();
  }

  void post(Call call, Client client, Endpoint endpoint) {
    BodyReader.read(
        call,
        scene.vertx(),
        backend.admission(),
        backend.config().http().bodyMaxBytes(),
        body -> submit(call, client, endpoint, body));
  }

  private void submit(Call call, Client client, Endpoint endpoint, byte[] body) {
    var headers = CallHeaders.read(call, CallHeaders.rules(backend, client));
    var asked =
        Json.parseObject(body)
            .then(json -> endpoint.check(json, body.length))
            .then(fine -> routed(backend, fine));
    if (headers instanceof Checked.Ok<CallHeaders>(CallHeaders told)
        && asked instanceof Checked.Ok<ModelCall>(ModelCall fine)) {
      var submission = submission(client, endpoint, fine, told, ByteBuffer.wrap(body));
      call.isAbout(submission.requestId());
      begin(call, told.prefer(), submission);
      return;
    }
    backend.admission().release(body.length);
    if (headers instanceof Checked.Refused<CallHeaders> refused) {
      call.fail(refused.error());
    } else if (asked instanceof Checked.Refused<ModelCall> refused) {
      call.fail(refused.error());
    }
  }

  /** The call, if there is a route for its model. */
  static Checked<ModelCall> routed(Backend backend, ModelCall asked) {
    return backend.routes().containsKey(asked.model())
        ? Checked.ok(asked)
        : Checked.refused(ApiError.modelNotFound(asked.model()));
  }

  private static Submission submission(
      Client client, Endpoint endpoint, ModelCall asked, CallHeaders headers, ByteBuffer body) {
    var key = headers.idempotencyKey();
    return new Submission(
        key.map(given -> RequestIds.ofIdempotencyKey(client.account(), endpoint, given))
            .orElseGet(RequestIds::fresh),
        client,
        endpoint,
        asked,
        headers.options(),
        headers.prefer().respondAsync() ? Lane.STANDARD : Lane.INTERACTIVE,
        key.orElse(null),
        null,
        null,
        body);
  }

  /** A client that does not wait reads a streamed answer from the events of the request. */
  private void begin(Call call, Prefer prefer, Submission submission) {
    var record = submission.toRecord(backend.clock().instant());
    int heldBytes = submission.body().remaining();
    var waitMax = backend.config().ingress().waitMax();
    var wait = prefer.waitAtMost(waitMax);
    if (prefer.respondAsync()) {
      if (wait.isPresent() && wait.get().isPositive()) {
        new WaitingCall(scene, call, record, true).begin(wait.get(), heldBytes);
      } else {
        submitAsync(call, record, heldBytes);
      }
    } else if (record.getStream()) {
      new ChatStream(scene, call, record).begin(wait.orElse(waitMax), heldBytes);
    } else {
      new WaitingCall(scene, call, record, false).begin(wait.orElse(waitMax), heldBytes);
    }
  }

  private void submitAsync(Call call, RequestSubmitted record, int heldBytes) {
    var admission = backend.admission();
    if (!admission.tryBegin()) {
      admission.release(heldBytes);
      call.fail(ApiError.overloaded());
      return;
    }
    backend
        .producer()
        .submit(
            record,
            new AcceptListener() {
              @Override
              public void onAcknowledged(int partition, long offset) {
                admission.release(heldBytes);
                admission.end();
                call.loop().execute(() -> onAcknowledgedHere(call, record, partition, offset));
              }

              @Override
              public void onFailed(Exception cause) {
                admission.release(heldBytes);
                admission.end();
                call.loop().execute(() -> call.fail(ApiError.notAccepted()));
              }
            });
  }

  private void onAcknowledgedHere(Call call, RequestSubmitted record, int partition, long offset) {
    if (record.getIdempotencyKey().isEmpty()) {
      accepted(call, record);
      return;
    }
    call.ask(
        () ->
            backend
                .view()
                .findAfter(
                    record.getAccount(),
                    record.getRequestId(),
                    partition,
                    offset,
                    backend.config().ingress().acceptTimeout()),
        found -> {
          if (found.isEmpty()) {
            call.fail(ApiError.notAccepted());
          } else if (!found.get().request().fingerprint().equals(record.getFingerprint())) {
            call.fail(keyReused());
          } else {
            accepted(call, found.get());
          }
        });
  }

  static void accepted(Call call, RequestSubmitted record) {
    accepted(call, RequestState.accepted(StoredRequest.of(record, 0)));
  }

  private static void accepted(Call call, RequestState state) {
    if (call.isOver()) {
      return;
    }
    call.response()
        .putHeader("location", "/v1/requests/" + state.request().requestId())
        .putHeader("preference-applied", "respond-async");
    call.json(202, RequestJson.bytes(state));
  }

  static ApiError keyReused() {
    return new ApiError(
        ApiError.Kind.IDEMPOTENCY_KEY_REUSED,
        "The Idempotency-Key was used before with another request body.",
        CallHeaders.IDEMPOTENCY_KEY);
  }
}
