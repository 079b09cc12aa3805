package io.millrace.ingress.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.ingress.ApiError;
import io.millrace.ingress.BatchCheck;
import io.millrace.ingress.BatchCounts;
import io.millrace.ingress.BatchEstimate;
import io.millrace.ingress.BatchIds;
import io.millrace.ingress.BatchJson;
import io.millrace.ingress.BatchRequest;
import io.millrace.ingress.BatchState;
import io.millrace.ingress.BatchStatus;
import io.millrace.ingress.Checked;
import io.millrace.ingress.Client;
import io.millrace.ingress.Json;
import io.millrace.ingress.RequestOptions;
import io.millrace.ingress.StoredBatch;
import io.millrace.ingress.StoredFile;
import io.millrace.ingress.batches.EstimateReader;
import io.millrace.ingress.kafka.AcceptListener;
import io.millrace.schemas.BatchSubmitted;
import io.millrace.schemas.CancelBatch;
import io.millrace.schemas.Lane;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;

/** An account's batches: new ones, one, a list, an end, and their missing lines once more. */
final class BatchCalls {

  private static final int LIMIT_DEFAULT = 20;
  private static final int LIMIT_MAX = 100;
  private static final int BODY_BYTES_MAX = 256 * 1024;
  private static final Duration VIEW_PATIENCE = Duration.ofSeconds(5);
  private static final String PURPOSE = "batch";

  private final PendingCall.Scene scene;
  private final Backend backend;

  BatchCalls(PendingCall.Scene scene) {
    this.scene = scene;
    this.backend = scene.backend();
  }

  void get(Call call, Client client, String id) {
    find(call, client, id, state -> answer(call, state));
  }

  private BatchJson json() {
    return new BatchJson(backend.config().ingress().resultRetention());
  }

  private void answer(Call call, BatchState state) {
    call.json(200, json().bytes(state, backend.clock().instant()));
  }

  private void find(Call call, Client client, String id, Consumer<BatchState> next) {
    call.ask(
        () -> backend.view().batches().find(client.account(), id),
        (Optional<BatchState> found) -> {
          if (found.isPresent()) {
            next.accept(found.get());
          } else {
            call.fail(ApiError.batchNotFound(id));
          }
        });
  }

  void list(Call call, Client client) {
    switch (Parameters.integer(call, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX)) {
      case Checked.Refused<Long> refused -> call.fail(refused.error());
      case Checked.Ok<Long>(Long limit) ->
          call.ask(
              () ->
                  backend
                      .view()
                      .batches()
                      .list(client.account(), call.parameter("after"), limit.intValue()),
              page ->
                  call.json(
                      200, json().list(page.batches(), page.hasMore(), backend.clock().instant())));
    }
  }

  void create(Call call, Client client) {
    read(
        call,
        body -> {
          var asked =
              Json.parseObject(body)
                  .then(tree -> BatchRequest.check(tree, backend.config().batches()));
          var headers = CallHeaders.read(call, CallHeaders.rules(backend, client));
          if (asked instanceof Checked.Refused<BatchRequest> refused) {
            call.fail(refused.error());
          } else if (headers instanceof Checked.Refused<CallHeaders> refused) {
            call.fail(refused.error());
          } else if (asked instanceof Checked.Ok<BatchRequest>(BatchRequest fine)
              && headers instanceof Checked.Ok<CallHeaders>(CallHeaders told)) {
            inputFile(
                call,
                client,
                fine.inputFileId(),
                file -> submit(call, record(client, fine, told, file)));
          }
        });
  }

  private void read(Call call, Consumer<byte[]> next) {
    BodyReader.read(
        call,
        scene.vertx(),
        backend.admission(),
        BODY_BYTES_MAX,
        body -> {
          backend.admission().release(body.length);
          next.accept(body);
        });
  }

  /** The file that a client named as input, if it is one. */
  void inputFile(Call call, Client client, String fileId, Consumer<StoredFile> next) {
    call.ask(
        () -> backend.view().file(client.account(), fileId),
        (Optional<StoredFile> found) -> {
          if (found.isEmpty()) {
            call.fail(badInput("No such File object: " + shown(fileId)));
          } else if (!found.get().purpose().equals(PURPOSE) || found.get().blobRef().isEmpty()) {
            call.fail(
                badInput(
                    "The file '%s' has purpose '%s'; the input of a batch must have purpose 'batch'."
                        .formatted(shown(fileId), found.get().purpose())));
          } else {
            next.accept(found.get());
          }
        });
  }

  private static ApiError badInput(String message) {
    return new ApiError(ApiError.Kind.INVALID_VALUE, message, "input_file_id");
  }

  private static String shown(String id) {
    return id.length() <= 100 ? id : id.substring(0, 100);
  }

  private BatchSubmitted record(
      Client client, BatchRequest asked, CallHeaders headers, StoredFile file) {
    var now = now();
    var options = headers.options();
    return BatchSubmitted.newBuilder()
        .setBatchId(BatchIds.fresh())
        .setAccount(client.account())
        .setKeyName(client.keyName())
        .setEndpoint(asked.endpoint().path())
        .setInputFileId(file.fileId())
        .setInputBlobRef(file.blobRef().orElseThrow())
        .setInputBytes(file.bytes())
        .setCompletionWindow(asked.completionWindow())
        .setSubmittedAt(now)
        .setExpiresAt(now.plus(asked.window()))
        .setLane(laneOf(options))
        .setOnDoubt(options.onDoubt())
        .setMetadata(asked.metadata())
        .setTags(options.tags())
        .setOutputExpiresAfterSeconds(asked.outputExpiresAfterSeconds())
        .setIdempotencyKey(headers.idempotencyKey().orElse(null))
        .build();
  }

  private static Lane laneOf(RequestOptions options) {
    return Optional.ofNullable(options.lane()).orElse(Lane.BULK);
  }

  /** Records carry milliseconds; so the answer has them too. */
  private Instant now() {
    return Instant.ofEpochMilli(backend.clock().millis());
  }

  private void submit(Call call, BatchSubmitted record) {
    append(
        call,
        record.getAccount(),
        record,
        record.getBatchId(),
        (partition, offset) -> {
          if (record.getIdempotencyKey().isEmpty()) {
            answer(call, new BatchState(StoredBatch.of(record), BatchCounts.NONE));
          } else {
            answerWithFirst(call, record, partition, offset);
          }
        });
  }

  private void answerWithFirst(Call call, BatchSubmitted record, int partition, long offset) {
    call.ask(
        () ->
            backend
                .view()
                .batches()
                .findByKey(
                    record.getAccount(),
                    record.getIdempotencyKey().orElseThrow(),
                    partition,
                    offset,
                    VIEW_PATIENCE),
        (Optional<BatchState> first) -> {
          if (first.isEmpty()) {
            call.fail(ApiError.notAccepted());
          } else if (!isSame(first.get().batch().submitted(), record)) {
            call.fail(ModelCalls.keyReused());
          } else {
            answer(call, first.get());
          }
        });
  }

  private static boolean isSame(BatchSubmitted first, BatchSubmitted again) {
    return first.getInputFileId().equals(again.getInputFileId())
        && first.getEndpoint().equals(again.getEndpoint())
        && first.getCompletionWindow().equals(again.getCompletionWindow())
        && first.getMetadata().equals(again.getMetadata())
        && first.getResumeOf().equals(again.getResumeOf());
  }

  /** Says what a batch of the file would take and cost. */
  void estimate(Call call, Client client) {
    read(
        call,
        body -> {
          var tree = Json.parseObject(body);
          var asked = tree.then(json -> BatchRequest.check(json, backend.config().batches()));
          var assumed = tree.then(BatchRequest::outputTokensExpected);
          if (asked instanceof Checked.Refused<BatchRequest> refused) {
            call.fail(refused.error());
          } else if (assumed instanceof Checked.Refused<Long> refused) {
            call.fail(refused.error());
          } else if (asked instanceof Checked.Ok<BatchRequest>(BatchRequest fine)
              && assumed instanceof Checked.Ok<Long>(Long tokens)) {
            inputFile(call, client, fine.inputFileId(), file -> estimate(call, fine, file, tokens));
          }
        });
  }

  private void estimate(Call call, BatchRequest asked, StoredFile file, long outputTokens) {
    var admission = backend.admission();
    if (!admission.tryEstimate()) {
      call.fail(ApiError.overloaded());
      return;
    }
    var config = backend.config();
    var estimate = new BatchEstimate(backend.prices(), outputTokens);
    int lineBytesMax = config.http().bodyMaxBytes();
    var rules =
        new BatchCheck.Rules(
            asked.endpoint(),
            config.batches().linesMax(),
            lineBytesMax,
            backend.routes()::containsKey);
    call.ask(
        () ->
            backend
                .blobThreads()
                .ask(
                    () ->
                        EstimateReader.read(
                            backend.blobs(),
                            file.blobRef().orElseThrow(),
                            lineBytesMax,
                            new BatchCheck(rules),
                            estimate))
                .whenComplete((checked, e) -> admission.endEstimate()),
        checked -> call.json(200, estimate.toJson(file.fileId(), asked.endpoint(), checked)),
        error -> call.fail(error));
  }

  void cancel(Call call, Client client, String id) {
    find(
        call,
        client,
        id,
        state -> {
          var status = state.status();
          switch (status) {
            case CANCELLING, CANCELLED -> answer(call, state);
            case FAILED, COMPLETED, EXPIRED ->
                call.fail(
                    ApiError.of(
                        ApiError.Kind.INVALID_REQUEST,
                        "Cannot cancel a batch with status '%s'.".formatted(status.word())));
            case VALIDATING, IN_PROGRESS -> order(call, client, state);
          }
        });
  }

  private void order(Call call, Client client, BatchState state) {
    var id = state.batch().batchId();
    var wish =
        new CancelBatch(
            id, client.account(), now(), state.batch().submitted().getExpiresAt(), "client");
    append(
        call,
        client.account(),
        wish,
        id,
        (partition, offset) ->
            call.ask(
                () ->
                    backend
                        .view()
                        .batches()
                        .findAfter(client.account(), id, partition, offset, VIEW_PATIENCE),
                (Optional<BatchState> found) -> answer(call, found.orElse(state))));
  }

  /** A new batch of the lines that have not succeeded. */
  void resume(Call call, Client client, String id) {
    read(
        call,
        body -> {
          var tree = body.length == 0 ? Json.emptyObject() : Json.parseObject(body);
          switch (tree) {
            case Checked.Refused<JsonNode> refused -> call.fail(refused.error());
            case Checked.Ok<JsonNode>(JsonNode asked) ->
                find(call, client, id, state -> resume(call, client, state, asked));
          }
        });
  }

  private void resume(Call call, Client client, BatchState before, JsonNode asked) {
    var submitted = before.batch().submitted();
    var changes =
        BatchRequest.checkResume(
            asked, submitted.getCompletionWindow(), backend.config().batches());
    var key = CallHeaders.name(call, CallHeaders.IDEMPOTENCY_KEY);
    if (changes instanceof Checked.Refused<BatchRequest.Changes> refused) {
      call.fail(refused.error());
    } else if (key instanceof Checked.Refused<Optional<String>> refused) {
      call.fail(refused.error());
    } else if (!before.isResumable()) {
      call.fail(notResumable(before));
    } else if (changes instanceof Checked.Ok<BatchRequest.Changes>(BatchRequest.Changes fine)
        && key instanceof Checked.Ok<Optional<String>>(Optional<String> given)) {
      inputFile(
          call,
          client,
          submitted.getInputFileId(),
          file -> submit(call, again(client, submitted, fine, given)));
    }
  }

  private static ApiError notResumable(BatchState state) {
    var status = state.status();
    return ApiError.of(
        ApiError.Kind.INVALID_REQUEST,
        status == BatchStatus.COMPLETED
            ? "Every line of the batch has succeeded."
            : "Cannot resume a batch with status '%s'.".formatted(status.word()));
  }

  private BatchSubmitted again(
      Client client, BatchSubmitted before, BatchRequest.Changes changes, Optional<String> key) {
    var now = now();
    var metadata = Optional.ofNullable(changes.metadata()).orElse(before.getMetadata());
    return BatchSubmitted.newBuilder(before)
        .setBatchId(BatchIds.fresh())
        .setKeyName(client.keyName())
        .setCompletionWindow(changes.completionWindow())
        .setSubmittedAt(now)
        .setExpiresAt(now.plus(changes.window()))
        .setMetadata(metadata)
        .setResumeOf(before.getBatchId())
        .setIdempotencyKey(key.orElse(null))
        .build();
  }

  /** What follows once the log has the record. */
  @FunctionalInterface
  private interface Acknowledged {
    void at(int partition, long offset);
  }

  private void append(
      Call call, String account, SpecificRecord record, String batchId, Acknowledged next) {
    var admission = backend.admission();
    if (!admission.tryBegin()) {
      call.fail(ApiError.overloaded());
      return;
    }
    backend
        .producer()
        .append(
            account,
            record,
            batchId,
            new AcceptListener() {
              @Override
              public void onAcknowledged(int partition, long offset) {
                admission.end();
                call.loop().execute(() -> next.at(partition, offset));
              }

              @Override
              public void onFailed(Exception cause) {
                admission.end();
                call.loop().execute(() -> call.fail(ApiError.notAccepted()));
              }
            });
  }
}
