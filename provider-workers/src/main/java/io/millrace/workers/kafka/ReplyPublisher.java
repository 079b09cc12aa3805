package io.millrace.workers.kafka;

import io.millrace.schemas.AttemptRefused;
import io.millrace.schemas.AttemptReplied;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.AttemptStarted;
import io.millrace.schemas.CallbackReplied;
import io.millrace.schemas.CallbackRequested;
import io.millrace.schemas.RefusalReason;
import io.millrace.schemas.StreamDelta;
import io.millrace.schemas.Topic;
import io.millrace.schemas.Topics;
import io.millrace.schemas.WorkerHeartbeat;
import io.millrace.workers.CallReport;
import io.millrace.workers.Outcome;
import io.millrace.workers.WorkerIdentity;
import io.millrace.workers.blobs.AnswerBodies;
import io.millrace.workers.canonical.ErrorJson;
import io.millrace.workers.http.CallbackSender.Delivery;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what workers have to say. Everything here must reach the log, because the dispatcher waits
 * for it: what fails for a reason that may pass is sent again until it is there. A future completes
 * when the record is acknowledged by all in-sync replicas.
 */
public final class ReplyPublisher {

  private static final Logger LOG = LoggerFactory.getLogger(ReplyPublisher.class);

  private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

  private final Producer<byte[], byte[]> producer;
  private final Topic<SpecificRecord> replies;
  private final Topic<StreamDelta> deltas;
  private final Topic<WorkerHeartbeat> workers;
  private final WorkerIdentity worker;
  private final AnswerBodies answers;
  private final Clock clock;
  private final AtomicInteger unacknowledged = new AtomicInteger();

  public ReplyPublisher(
      Producer<byte[], byte[]> producer,
      Topics topics,
      WorkerIdentity worker,
      AnswerBodies answers,
      Clock clock) {
    this.producer = producer;
    this.replies = topics.replies();
    this.deltas = topics.deltas();
    this.workers = topics.workers();
    this.worker = worker;
    this.answers = answers;
    this.clock = clock;
  }

  /** The intent to call. */
  public CompletableFuture<Void> started(AttemptRequested attempt, Instant now) {
    long waitedMs = Math.max(0, now.toEpochMilli() - attempt.getWrittenAt().toEpochMilli());
    var started =
        new AttemptStarted(
            attempt.getAttemptId(),
            attempt.getRequestId(),
            attempt.getAccount(),
            attempt.getNumber(),
            attempt.getProvider(),
            worker.name(),
            worker.incarnation(),
            now,
            waitedMs);
    return send(replies.record(attempt.getAccount(), started, attempt.getRequestId()));
  }

  /** The promise not to call. */
  public CompletableFuture<Void> refused(AttemptRequested attempt, RefusalReason reason) {
    var refused =
        new AttemptRefused(
            attempt.getAttemptId(),
            attempt.getRequestId(),
            attempt.getAccount(),
            attempt.getNumber(),
            attempt.getProvider(),
            worker.name(),
            worker.incarnation(),
            reason,
            clock.instant());
    return send(replies.record(attempt.getAccount(), refused, attempt.getRequestId()));
  }

  public CompletableFuture<Void> delta(
      AttemptRequested attempt,
      int sequence,
      byte[] chunk,
      Instant at,
      List<String> droppedParameters) {
    var delta =
        new StreamDelta(
            attempt.getRequestId(),
            attempt.getAccount(),
            attempt.getNumber(),
            sequence,
            at,
            ByteBuffer.wrap(chunk),
            droppedParameters);
    return send(deltas.record(attempt.getRequestId(), delta, attempt.getRequestId()));
  }

  /** The end of a call; a large answer goes to the blob store before. */
  public CompletableFuture<Void> replied(AttemptRequested attempt, CallReport report) {
    if (!(report.outcome() instanceof Outcome.Answer answer)
        || !AnswerBodies.isTooLarge(answer.body())) {
      return replied(attempt, report, Optional.empty());
    }
    unacknowledged.incrementAndGet();
    return answers
        .store(attempt, answer.body())
        .handle((ref, e) -> e == null ? ref : Optional.<String>empty())
        .thenCompose(
            ref -> {
              var sent = replied(attempt, report, ref);
              unacknowledged.decrementAndGet();
              return sent;
            });
  }

  private CompletableFuture<Void> replied(
      AttemptRequested attempt, CallReport report, Optional<String> answerRef) {
    var reply =
        AttemptReplied.newBuilder()
            .setAttemptId(attempt.getAttemptId())
            .setRequestId(attempt.getRequestId())
            .setAccount(attempt.getAccount())
            .setNumber(attempt.getNumber())
            .setProvider(attempt.getProvider())
            .setWorker(worker.name())
            .setIncarnation(worker.incarnation())
            .setVerdict(report.outcome().verdict())
            .setStartedAt(report.startedAt())
            .setRepliedAt(report.repliedAt())
            .setDeltas(report.deltas())
            .setDroppedParameters(report.droppedParameters());
    report.upstreamStatus().ifPresent(reply::setUpstreamStatus);
    report.firstByteMs().ifPresent(reply::setFirstByteMs);
    var usage = report.outcome().usage();
    if (usage != null) {
      reply.setUsage(usage);
    }
    switch (report.outcome()) {
      case Outcome.Answer answer ->
          reply
              .setModel(answer.model())
              .setHttpStatus(200)
              .setBody(answerRef.isEmpty() ? answer.body() : ByteBuffer.allocate(0))
              .setBodyRef(answerRef.orElse(null));
      case Outcome.Failure failure -> fill(reply, attempt, failure);
    }
    return send(replies.record(attempt.getAccount(), reply.build(), attempt.getRequestId()));
  }

  public CompletableFuture<Void> callbackReplied(CallbackRequested callback, Delivery delivery) {
    var reply =
        CallbackReplied.newBuilder()
            .setCallbackId(callback.getCallbackId())
            .setRequestId(callback.getRequestId())
            .setAccount(callback.getAccount())
            .setNumber(callback.getNumber())
            .setRepliedAt(clock.instant());
    switch (delivery) {
      case Delivery.Delivered delivered ->
          reply.setDelivered(true).setRetriable(false).setHttpStatus(delivered.status());
      case Delivery.Failed failed -> {
        reply.setDelivered(false).setRetriable(failed.isRetriable()).setError(failed.why());
        if (failed.status() != 0) {
          reply.setHttpStatus(failed.status());
        }
        if (!failed.retryAfter().isZero()) {
          reply.setRetryAfterMs(failed.retryAfter().toMillis());
        }
      }
    }
    return send(replies.record(callback.getAccount(), reply.build(), callback.getRequestId()));
  }

  public CompletableFuture<Void> heartbeat(List<String> providers, int inFlight, boolean leaving) {
    var heartbeat =
        new WorkerHeartbeat(
            worker.name(), worker.incarnation(), providers, inFlight, clock.instant(), leaving);
    var key = worker.name().getBytes(StandardCharsets.UTF_8);
    return send(new ProducerRecord<>(workers.name(), key, workers.serde().toBytes(heartbeat)));
  }

  /** Records that are not acknowledged yet. */
  public int unacknowledged() {
    return unacknowledged.get();
  }

  private static void fill(
      AttemptReplied.Builder reply, AttemptRequested attempt, Outcome.Failure failure) {
    reply
        .setModel(attempt.getModel())
        .setHttpStatus(failure.error().status())
        .setBody(ByteBuffer.wrap(ErrorJson.of(failure.error())));
    var code = failure.error().code();
    if (code != null) {
      reply.setErrorCode(code);
    }
    if (!failure.retryAfter().isZero()) {
      reply.setRetryAfterMs(failure.retryAfter().toMillis());
    }
  }

  private CompletableFuture<Void> send(ProducerRecord<byte[], byte[]> record) {
    var acknowledged = new CompletableFuture<Void>();
    unacknowledged.incrementAndGet();
    send(record, acknowledged);
    return acknowledged;
  }

  private void send(ProducerRecord<byte[], byte[]> record, CompletableFuture<Void> acknowledged) {
    try {
      producer.send(record, (metadata, failure) -> onSent(record, failure, acknowledged));
    } catch (RuntimeException e) {
      onSent(record, e, acknowledged);
    }
  }

  private void onSent(
      ProducerRecord<byte[], byte[]> record,
      @Nullable Exception failure,
      CompletableFuture<Void> acknowledged) {
    if (failure == null) {
      unacknowledged.decrementAndGet();
      acknowledged.complete(null);
    } else if (failure instanceof RetriableException) {
      LOG.atWarn()
          .addKeyValue("topic", record.topic())
          .addKeyValue("error", failure.getClass().getSimpleName())
          .log("record not acknowledged, sending again");
      CompletableFuture.delayedExecutor(RETRY_DELAY.toMillis(), TimeUnit.MILLISECONDS)
          .execute(() -> send(record, acknowledged));
    } else {
      unacknowledged.decrementAndGet();
      LOG.atError()
          .addKeyValue("topic", record.topic())
          .addKeyValue("error", failure.toString())
          .log("record cannot be written");
      acknowledged.completeExceptionally(failure);
    }
  }
}
