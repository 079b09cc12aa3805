package io.millrace.ingress.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.bootstrap.blobs.LargeBodies;
import io.millrace.ingress.BatchIds;
import io.millrace.ingress.BatchOutputLine;
import io.millrace.ingress.StoredBatch;
import io.millrace.schemas.AvroSerde;
import io.millrace.schemas.BatchChecked;
import io.millrace.schemas.BatchFed;
import io.millrace.schemas.BatchSubmitted;
import io.millrace.schemas.CancelBatch;
import io.millrace.schemas.RequestResult;
import java.util.function.UnaryOperator;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Folds what is said of batches into their rows. Each step writes the same when it is repeated: the
 * first of an id, of a key, of a check and of a cancel counts, and the furthest mark of the feed.
 */
final class BatchFold {

  private static final byte[] NOTHING = new byte[0];

  private final KeyValueStore<Bytes, byte[]> index;
  private final AvroSerde<SpecificRecord> serde;
  private final Listeners<Runnable> openBatches;

  /**
   * @param openBatches told of each batch that there is something to do for
   */
  BatchFold(
      KeyValueStore<Bytes, byte[]> index,
      AvroSerde<SpecificRecord> serde,
      Listeners<Runnable> openBatches) {
    this.index = index;
    this.serde = serde;
    this.openBatches = openBatches;
  }

  void submitted(byte[] account, BatchSubmitted record) {
    var id = record.getBatchId();
    if (record.getIdempotencyKey().isPresent()) {
      var key = ViewKeys.batchKey(account, record.getIdempotencyKey().get());
      var first = index.get(key);
      if (first != null && !new String(first, UTF_8).equals(id)) {
        return;
      }
      index.put(key, id.getBytes(UTF_8));
    }
    if (index.get(ViewKeys.batch(account, id)) == null) {
      // The mark first: a crash between the two writes leaves a mark without a batch, which a
      // repeat mends, and never a batch that nobody feeds.
      index.put(ViewKeys.openBatch(account, id), NOTHING);
      put(account, StoredBatch.of(record));
    }
    openBatches.tell(ViewListeners.ALL, Runnable::run);
  }

  void checked(byte[] account, BatchChecked record) {
    change(account, record.getBatchId(), batch -> batch.with(record));
  }

  void fed(byte[] account, BatchFed record) {
    change(account, record.getBatchId(), batch -> batch.with(record));
  }

  void cancelled(byte[] account, CancelBatch record) {
    change(account, record.getBatchId(), batch -> batch.with(record));
  }

  /** One of a batch's files is shown no more; says nothing of other files. */
  void fileDeleted(byte[] account, String fileId) {
    BatchIds.resultFile(fileId)
        .ifPresent(file -> change(account, file.batchId(), batch -> batch.without(file)));
  }

  private void change(byte[] account, String id, UnaryOperator<StoredBatch> step) {
    BatchRows.find(index, serde, account, id)
        .ifPresent(
            before -> {
              var after = step.apply(before);
              put(account, after);
              if (!after.isOpen()) {
                index.delete(ViewKeys.openBatch(account, id));
              }
              openBatches.tell(ViewListeners.ALL, Runnable::run);
            });
  }

  private void put(byte[] account, StoredBatch batch) {
    index.put(ViewKeys.batch(account, batch.batchId()), BatchRows.toBytes(batch, serde));
  }

  /** Counts a result of a line once, whatever is replayed. */
  void finished(byte[] account, RequestResult result, long offset) {
    var id = result.getBatchId().orElseThrow();
    var before = BatchRows.counts(index, account, id);
    if (offset > before.throughOffset()) {
      int inlineBytes = result.getBody().remaining();
      int bodyBytes = result.getBodyRef().map(LargeBodies::bytesOf).orElse(inlineBytes);
      long lineBytes = BatchOutputLine.bytes(result, bodyBytes);
      index.put(
          ViewKeys.batchCounts(account, id),
          BatchRows.toBytes(before.with(result, lineBytes, offset)));
    }
  }
}
