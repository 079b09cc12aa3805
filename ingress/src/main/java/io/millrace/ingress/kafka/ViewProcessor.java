package io.millrace.ingress.kafka;

import io.millrace.ingress.BatchCounts;
import io.millrace.ingress.BatchIds;
import io.millrace.ingress.Outcome;
import io.millrace.ingress.StoredRequest;
import io.millrace.schemas.AvroSerde;
import io.millrace.schemas.BatchChecked;
import io.millrace.schemas.BatchFed;
import io.millrace.schemas.BatchSubmitted;
import io.millrace.schemas.CancelBatch;
import io.millrace.schemas.FileDeleted;
import io.millrace.schemas.FileStored;
import io.millrace.schemas.RequestDeleted;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStateChanged;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folds one partition. Every step can be repeated with the same outcome, because at-least-once
 * repeats some after a crash. The hot path is one write for a request, one write for its result.
 */
final class ViewProcessor implements Processor<byte[], byte[], Void, Void> {

  private static final Logger LOG = LoggerFactory.getLogger(ViewProcessor.class);
  private static final Duration PURGE_INTERVAL = Duration.ofSeconds(1);
  private static final byte[] NOTHING = new byte[0];

  private final String requestsTopic;
  private final AvroSerde<SpecificRecord> serde;
  private final WireFormat wire;
  private final Duration retention;
  private final ViewPositions positions;
  private final ViewListeners listeners;
  private final BlobRemovals blobRemovals;

  @SuppressWarnings("NullAway.Init")
  private ProcessorContext<Void, Void> context;

  @SuppressWarnings("NullAway.Init")
  private KeyValueStore<Bytes, byte[]> requests;

  @SuppressWarnings("NullAway.Init")
  private KeyValueStore<Bytes, byte[]> outcomes;

  @SuppressWarnings("NullAway.Init")
  private KeyValueStore<Bytes, byte[]> index;

  @SuppressWarnings("NullAway.Init")
  private BlobPurge blobPurge;

  @SuppressWarnings("NullAway.Init")
  private BatchFold batches;

  ViewProcessor(
      Topics topics,
      Duration retention,
      ViewPositions positions,
      ViewListeners listeners,
      BlobRemovals blobRemovals) {
    this.requestsTopic = topics.requests().name();
    this.serde = topics.requests().serde();
    this.wire = new WireFormat(topics);
    this.retention = retention;
    this.positions = positions;
    this.listeners = listeners;
    this.blobRemovals = blobRemovals;
  }

  @Override
  public void init(ProcessorContext<Void, Void> context) {
    this.context = context;
    this.requests = context.getStateStore(ViewTopology.REQUESTS);
    this.outcomes = context.getStateStore(ViewTopology.OUTCOMES);
    this.index = context.getStateStore(ViewTopology.INDEX);
    this.batches = new BatchFold(index, serde, listeners.openBatches());
    this.blobPurge = new BlobPurge(index, blobRemovals);
    var purge = new ViewPurge(requests, outcomes, index, serde, retention, blobPurge);
    context.schedule(PURGE_INTERVAL, PunctuationType.WALL_CLOCK_TIME, purge::step);
    context.schedule(PURGE_INTERVAL, PunctuationType.WALL_CLOCK_TIME, blobPurge::step);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    var from = context.recordMetadata().orElseThrow();
    boolean isRequest = from.topic().equals(requestsTopic);
    try {
      if (isRequest) {
        onRequest(record, from.offset());
      } else {
        onResult(record, from.offset());
      }
    } catch (SerializationException e) {
      skip(from, e);
    }
    if (isRequest) {
      positions.passed(from.partition(), from.offset() + 1);
    }
  }

  private void onRequest(Record<byte[], byte[]> record, long offset) {
    var value = record.value();
    if (wire.isSubmitted(value)) {
      var row = SubmittedRows.of(wire.readSubmitted(value), offset);
      store(record.key(), row, () -> bodyIn(value));
    } else if (!wire.isCancel(value)) {
      fold(record.key(), serde.fromBytes(value), offset);
    }
  }

  private void fold(byte[] account, SpecificRecord value, long offset) {
    switch (value) {
      case RequestSubmitted submitted ->
          store(account, StoredRequest.of(submitted, offset), submitted::getBody);
      case RequestDeleted request -> forget(account, request.getRequestId());
      case FileStored file -> FileRows.store(index, account, file);
      case FileDeleted file -> {
        FileRows.delete(index, account, file.getFileId())
            .ifPresent(gone -> blobPurge.mark(account, gone.blobRef()));
        batches.fileDeleted(account, file.getFileId());
      }
      case BatchSubmitted batch -> batches.submitted(account, batch);
      case BatchChecked batch -> batches.checked(account, batch);
      case BatchFed batch -> batches.fed(account, batch);
      case CancelBatch batch -> batches.cancelled(account, batch);
      default -> {}
    }
  }

  private ByteBuffer bodyIn(byte[] submitted) {
    return ((RequestSubmitted) serde.fromBytes(submitted)).getBody();
  }

  /** The first of an id counts; a fresh id comes once, or again as the same record. */
  private void store(byte[] account, StoredRequest row, Supplier<ByteBuffer> body) {
    var key = ViewKeys.request(account, row.requestId());
    if (row.isDerived()) {
      var known = requests.get(key);
      if (known != null) {
        dropBody(account, row, SubmittedRows.fromBytes(row.requestId(), known));
        return;
      }
      index.put(ViewKeys.created(account, row.listedAt(), row.requestId()), NOTHING);
    }
    if (row.keepsBody() && row.bodyRef() == null) {
      index.put(ViewKeys.keptBody(account, row.requestId()), Utils.toArray(body.get()));
    }
    requests.put(key, SubmittedRows.toBytes(row));
  }

  /** A repeat brought a body of its own, which nobody will read. */
  private void dropBody(byte[] account, StoredRequest repeat, StoredRequest first) {
    if (repeat.bodyRef() != null && !repeat.bodyRef().equals(first.bodyRef())) {
      blobPurge.mark(account, repeat.bodyRef());
    }
  }

  /** The row stays until it is old, so that a repeat of the id is not a new request. */
  private void forget(byte[] account, String requestId) {
    var key = ViewKeys.request(account, requestId);
    var row = requests.get(key);
    if (row != null) {
      var request = SubmittedRows.fromBytes(requestId, row);
      blobPurge.mark(account, Optional.ofNullable(request.bodyRef()));
      if (OutcomeRows.read(outcomes.get(key), serde) instanceof Outcome.Finished finished) {
        blobPurge.mark(account, finished.result().getBodyRef());
      }
      requests.put(key, SubmittedRows.toBytes(request.deleted()));
      index.delete(ViewKeys.keptBody(account, requestId));
      outcomes.delete(key);
    }
  }

  private void onResult(Record<byte[], byte[]> record, long offset) {
    var value = record.value();
    if (wire.isResult(value)) {
      var result = wire.readResult(value);
      var batchId = Optional.ofNullable(result.get("batchId")).map(Object::toString);
      boolean isSuccess = BatchCounts.isSuccess((Integer) result.get("httpStatus"));
      finish(record, offset, new Finish(result.get("requestId").toString(), batchId, isSuccess));
      return;
    }
    var decoded = serde.fromBytes(value);
    if (decoded instanceof RequestResult result) {
      boolean isSuccess = BatchCounts.isSuccess(result.getHttpStatus());
      finish(record, offset, new Finish(result.getRequestId(), result.getBatchId(), isSuccess));
    } else if (decoded instanceof RequestStateChanged change) {
      change(record, offset, change);
    }
  }

  /** What has to be known of a result. */
  private record Finish(String requestId, Optional<String> batchId, boolean isSuccess) {}

  private void finish(Record<byte[], byte[]> record, long offset, Finish end) {
    var account = record.key();
    outcomes.put(
        ViewKeys.request(account, end.requestId()), OutcomeRows.ofResult(offset, record.value()));
    if (end.batchId().isPresent()) {
      var batchId = end.batchId().get();
      index.put(
          ViewKeys.finished(account, batchId, offset),
          FinishedRows.toBytes(end.requestId(), end.isSuccess()));
      if (BatchIds.isBatchId(batchId)
          && serde.fromBytes(record.value()) instanceof RequestResult result) {
        batches.finished(account, result, offset);
      }
    }
    tell(record.key(), record.value(), end.requestId(), end.batchId());
  }

  private void tell(byte[] account, byte[] value, String requestId, Optional<String> batchId) {
    if (listeners.news().isAwaited(requestId) || listeners.shown().isAwaited(requestId)) {
      var whole = serde.fromBytes(value);
      listeners.news().tell(requestId, listener -> listener.onNews(whole));
      listeners.shown().tell(requestId, listener -> listener.onNews(whole));
    }
    if (batchId.isPresent() && !listeners.batches().isEmpty()) {
      var name = new String(account, StandardCharsets.UTF_8);
      listeners.batches().tell(ViewTopology.batchKey(name, batchId.get()), Runnable::run);
    }
  }

  /** A change that is read after the result, as a replay may have it, says nothing. */
  private void change(Record<byte[], byte[]> record, long offset, RequestStateChanged change) {
    var key = ViewKeys.request(record.key(), change.getRequestId());
    if (!OutcomeRows.isResult(outcomes.get(key))) {
      outcomes.put(key, OutcomeRows.ofChange(offset, record.value()));
      listeners.shown().tell(change.getRequestId(), listener -> listener.onNews(change));
    }
  }

  private static void skip(RecordMetadata from, SerializationException e) {
    LOG.atWarn()
        .addKeyValue("topic", from.topic())
        .addKeyValue("partition", from.partition())
        .addKeyValue("offset", from.offset())
        .addKeyValue("error", e.getMessage())
        .log("record cannot be read and is left out of the view");
  }
}
