package io.millrace.ingress.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.ingress.ApiError;
import io.millrace.ingress.Checked;
import io.millrace.ingress.Client;
import io.millrace.ingress.Endpoint;
import io.millrace.ingress.FileMentions;
import io.millrace.ingress.Json;
import io.millrace.ingress.KeptResponse;
import io.millrace.ingress.ModelCall;
import io.millrace.ingress.Prefer;
import io.millrace.ingress.RequestIds;
import io.millrace.ingress.RequestJson;
import io.millrace.ingress.RequestState;
import io.millrace.ingress.ResponseJson;
import io.millrace.ingress.StoredRequest;
import io.millrace.ingress.Submission;
import io.millrace.ingress.kafka.AcceptListener;
import io.millrace.schemas.AttachedFile;
import io.millrace.schemas.Lane;
import io.millrace.schemas.RequestSubmitted;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/** Calls that become requests: answered at once with 202, or when the answer is there. */
final class ModelCalls {

  private final PendingCall.Scene scene;
  private final Backend backend;
  private final ResponseChain chain;
  private final ResponseCalls responses;

  /** What a client asks, checked: the body as it came, and what it says. */
  private record Asked(ObjectNode json, ModelCall call, ByteBuffer body) {}

  ModelCalls(PendingCall.Scene scene) {
    this.scene = scene;
    this.backend = scene.backend();
    this.chain = new ResponseChain(scene);
    this.responses = new ResponseCalls(scene);
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
    var checked = Json.parseObject(body).then(json -> checked(endpoint, json, body));
    if (headers instanceof Checked.Ok<CallHeaders>(CallHeaders told)
        && checked instanceof Checked.Ok<Asked>(Asked asked)) {
      if (endpoint == Endpoint.RESPONSES && asked.json().hasNonNull("previous_response_id")) {
        goOn(call, client, told, asked);
      } else {
        begin(call, client, endpoint, told, asked);
      }
      return;
    }
    backend.admission().release(body.length);
    if (headers instanceof Checked.Refused<CallHeaders> refused) {
      call.fail(refused.error());
    } else if (checked instanceof Checked.Refused<Asked> refused) {
      call.fail(refused.error());
    }
  }

  private Checked<Asked> checked(Endpoint endpoint, JsonNode tree, byte[] body) {
    var json = (ObjectNode) tree;
    var whole = endpoint.complete(json) ? ResponseJson.bytes(json) : body;
    return endpoint
        .check(json, whole.length)
        .then(fine -> routed(backend, fine))
        .then(fine -> Checked.ok(new Asked(json, fine, ByteBuffer.wrap(whole))));
  }

  /** What the response goes on from makes another body; while it is looked for, none is held. */
  private void goOn(Call call, Client client, CallHeaders told, Asked asked) {
    backend.admission().release(asked.body().remaining());
    chain.resolve(
        call, client, asked.json(), json -> goOnWith(call, client, told, json), call::fail);
  }

  private void goOnWith(Call call, Client client, CallHeaders told, ObjectNode json) {
    var body = ResponseJson.bytes(json);
    int bytesMax = backend.config().http().bodyMaxBytes();
    if (body.length > bytesMax) {
      call.fail(
          new ApiError(
              ApiError.Kind.BODY_TOO_LARGE,
              "The input with that of the previous responses is larger than the limit of "
                  + bytesMax
                  + " bytes.",
              "previous_response_id"));
      return;
    }
    switch (checked(Endpoint.RESPONSES, json, body)) {
      case Checked.Refused<Asked> refused -> call.fail(refused.error());
      case Checked.Ok<Asked>(Asked whole) -> {
        if (backend.admission().tryHold(body.length)) {
          begin(call, client, Endpoint.RESPONSES, told, whole);
        } else {
          call.fail(ApiError.overloaded());
        }
      }
    }
  }

  private void begin(Call call, Client client, Endpoint endpoint, CallHeaders told, Asked asked) {
    var submission = submission(client, endpoint, asked, told);
    call.isAbout(submission.requestId());
    var mentions = FileMentions.in(asked.json());
    if (mentions.isEmpty()) {
      begin(call, client, told.prefer(), submission, asked.json(), List.of());
      return;
    }
    int heldBytes = asked.body().remaining();
    call.ask(
        () -> backend.files().resolve(client.account(), mentions),
        files -> {
          switch (files) {
            case Checked.Refused<List<AttachedFile>> refused ->
                refuse(call, heldBytes, refused.error());
            case Checked.Ok<List<AttachedFile>>(List<AttachedFile> found) ->
                begin(call, client, told.prefer(), submission, asked.json(), found);
          }
        },
        error -> refuse(call, heldBytes, error));
  }

  private void refuse(Call call, int heldBytes, ApiError error) {
    backend.admission().release(heldBytes);
    call.fail(error);
  }

  /** The call, if there is a route for its model. */
  static Checked<ModelCall> routed(Backend backend, ModelCall asked) {
    return backend.routes().containsKey(asked.model())
        ? Checked.ok(asked)
        : Checked.refused(ApiError.modelNotFound(asked.model()));
  }

  private static Submission submission(
      Client client, Endpoint endpoint, Asked asked, CallHeaders headers) {
    var key = headers.idempotencyKey();
    return new Submission(
        key.map(given -> RequestIds.ofIdempotencyKey(client.account(), endpoint, given))
            .orElseGet(RequestIds::fresh),
        client,
        endpoint,
        asked.call(),
        headers.options(),
        isWaitedFor(asked, endpoint, headers.prefer()) ? Lane.INTERACTIVE : Lane.STANDARD,
        key.orElse(null),
        null,
        null,
        asked.body());
  }

  private static boolean isWaitedFor(Asked asked, Endpoint endpoint, Prefer prefer) {
    return !prefer.respondAsync()
        && (asked.call().stream() || !isBackground(endpoint.path(), asked.json()));
  }

  private static boolean isBackground(String path, ObjectNode json) {
    return path.equals(Endpoint.RESPONSES.path()) && json.path("background").asBoolean(false);
  }

  /** A client that does not wait reads a streamed answer from the events of the request. */
  private void begin(
      Call call,
      Client client,
      Prefer prefer,
      Submission submission,
      ObjectNode json,
      List<AttachedFile> files) {
    var record = submission.toRecord(backend.clock().instant(), files);
    int heldBytes = submission.body().remaining();
    var waitMax = backend.config().ingress().waitMax();
    var wait = prefer.waitAtMost(waitMax);
    if (prefer.respondAsync()) {
      if (wait.isPresent() && wait.get().isPositive()) {
        new WaitingCall(scene, call, record, true).begin(wait.get(), heldBytes);
      } else {
        submitAsync(call, record, heldBytes, state -> accepted(call, state));
      }
    } else if (isBackground(record.getEndpoint(), json)) {
      submitAsync(
          call,
          record,
          heldBytes,
          state -> responses.created(call, client, new KeptResponse(state, json)));
    } else if (record.getStream()) {
      new AnswerStream(scene, call, record, formOf(record, json))
          .begin(wait.orElse(waitMax), heldBytes);
    } else {
      new WaitingCall(scene, call, record, false).begin(wait.orElse(waitMax), heldBytes);
    }
  }

  private static StreamForm formOf(RequestSubmitted record, ObjectNode json) {
    return record.getEndpoint().equals(Endpoint.RESPONSES.path())
        ? new ResponseForm(record, json)
        : new ChatForm();
  }

  private void submitAsync(
      Call call, RequestSubmitted record, int heldBytes, Consumer<RequestState> next) {
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
                call.loop()
                    .execute(() -> onAcknowledgedHere(call, record, partition, offset, next));
              }

              @Override
              public void onFailed(Exception cause) {
                admission.release(heldBytes);
                admission.end();
                call.loop().execute(() -> call.fail(ApiError.notAccepted()));
              }
            });
  }

  private void onAcknowledgedHere(
      Call call, RequestSubmitted record, int partition, long offset, Consumer<RequestState> next) {
    if (record.getIdempotencyKey().isEmpty()) {
      next.accept(RequestState.accepted(StoredRequest.of(record, 0)));
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
            call.fail(forgotten(record));
          } else if (!found.get().request().fingerprint().equals(record.getFingerprint())) {
            call.fail(keyReused());
          } else {
            next.accept(found.get());
          }
        });
  }

  /** The view has read the submission and shows nothing: the client wished it forgotten. */
  static ApiError forgotten(RequestSubmitted record) {
    return record.getEndpoint().equals(Endpoint.RESPONSES.path())
        ? ApiError.responseNotFound(RequestIds.responseId(record.getRequestId()))
        : ApiError.notAccepted();
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
