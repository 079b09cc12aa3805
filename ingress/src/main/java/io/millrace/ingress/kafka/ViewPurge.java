package io.millrace.ingress.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.ingress.Outcome;
import io.millrace.ingress.StoredRequest;
import io.millrace.schemas.AvroSerde;
import io.millrace.schemas.RequestResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Walks through the view in small steps and removes what is older than the retention. A whole walk
 * may take hours; the next begins a while after it, so that a quiet instance stays quiet.
 */
final class ViewPurge {

  private static final int ROWS_PER_STEP = 500;
  private static final int WALKS_PER_RETENTION = 100;

  private final KeyValueStore<Bytes, byte[]> requests;
  private final KeyValueStore<Bytes, byte[]> outcomes;
  private final KeyValueStore<Bytes, byte[]> index;
  private final AvroSerde<SpecificRecord> serde;
  private final long retentionMs;
  private final BlobPurge blobs;
  private @Nullable Bytes from;
  private long nextWalkAt = Long.MIN_VALUE;

  ViewPurge(
      KeyValueStore<Bytes, byte[]> requests,
      KeyValueStore<Bytes, byte[]> outcomes,
      KeyValueStore<Bytes, byte[]> index,
      AvroSerde<SpecificRecord> serde,
      Duration retention,
      BlobPurge blobs) {
    this.requests = requests;
    this.outcomes = outcomes;
    this.index = index;
    this.serde = serde;
    this.retentionMs = retention.toMillis();
    this.blobs = blobs;
  }

  /** Looks at the next rows; the time is the wall clock's. */
  void step(long now) {
    if (from == null && now < nextWalkAt) {
      return;
    }
    var old = new ArrayList<Bytes>();
    int seen = 0;
    Bytes last = from;
    try (var rows = requests.range(from, null)) {
      while (rows.hasNext() && seen < ROWS_PER_STEP) {
        var row = rows.next();
        last = row.key;
        seen++;
        var request = SubmittedRows.fromBytes(ViewKeys.requestIdOf(row.key), row.value);
        if (isOld(request.submittedAt().toEpochMilli(), now)) {
          old.add(row.key);
        }
      }
    }
    old.forEach(key -> removeIfEnded(key, now));
    if (seen < ROWS_PER_STEP) {
      from = null;
      nextWalkAt = now + retentionMs / WALKS_PER_RETENTION;
    } else {
      from = last;
    }
  }

  private boolean isOld(long millis, long now) {
    return millis < now - retentionMs;
  }

  private void removeIfEnded(Bytes key, long now) {
    var bytes = requests.get(key);
    if (bytes == null) {
      return;
    }
    var request = SubmittedRows.fromBytes(ViewKeys.requestIdOf(key), bytes);
    var outcome = OutcomeRows.read(outcomes.get(key), serde);
    if (outcome instanceof Outcome.Finished finished) {
      if (isOld(finished.result().getFinishedAt().toEpochMilli(), now)) {
        remove(key, request, Optional.of(finished));
      }
    } else {
      remove(key, request, Optional.empty());
    }
  }

  private void remove(Bytes key, StoredRequest request, Optional<Outcome.Finished> finished) {
    var account = ViewKeys.accountOf(key).getBytes(UTF_8);
    if (request.isDerived()) {
      index.delete(ViewKeys.created(account, request.listedAt(), request.requestId()));
    }
    var batchId = finished.map(Outcome.Finished::result).flatMap(RequestResult::getBatchId);
    if (finished.isPresent() && batchId.isPresent()) {
      index.delete(ViewKeys.finished(account, batchId.get(), finished.get().cursor()));
    }
    if (request.keepsBody()) {
      index.delete(ViewKeys.keptBody(account, request.requestId()));
    }
    blobs.mark(account, Optional.ofNullable(request.bodyRef()));
    blobs.mark(account, finished.flatMap(end -> end.result().getBodyRef()));
    outcomes.delete(key);
    requests.delete(key);
  }
}
