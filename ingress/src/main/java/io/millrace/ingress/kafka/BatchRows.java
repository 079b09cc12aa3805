package io.millrace.ingress.kafka;

import io.millrace.ingress.BatchCounts;
import io.millrace.ingress.BatchCounts.Tokens;
import io.millrace.ingress.BatchState;
import io.millrace.ingress.StoredBatch;
import io.millrace.schemas.AvroSerde;
import io.millrace.schemas.BatchChecked;
import io.millrace.schemas.BatchSubmitted;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * Batches as rows of the view's index: one for what was asked and fed, one for what the results add
 * up to. The first byte is the version of the form.
 */
final class BatchRows {

  private static final int VERSION = 1;
  private static final long NEVER = Long.MIN_VALUE;

  private BatchRows() {}

  static Optional<StoredBatch> find(
      ReadOnlyKeyValueStore<Bytes, byte[]> index,
      AvroSerde<SpecificRecord> serde,
      byte[] account,
      String batchId) {
    return Optional.ofNullable(index.get(ViewKeys.batch(account, batchId)))
        .map(row -> batch(row, serde));
  }

  static Optional<BatchState> state(
      ReadOnlyKeyValueStore<Bytes, byte[]> index,
      AvroSerde<SpecificRecord> serde,
      byte[] account,
      String batchId) {
    // The counts first: they are of a line that was fed before, never of a later one.
    var counts = counts(index, account, batchId);
    return find(index, serde, account, batchId).map(batch -> new BatchState(batch, counts));
  }

  static BatchCounts counts(
      ReadOnlyKeyValueStore<Bytes, byte[]> index, byte[] account, String batchId) {
    var row = index.get(ViewKeys.batchCounts(account, batchId));
    return row == null ? BatchCounts.NONE : counts(row);
  }

  static byte[] toBytes(StoredBatch batch, AvroSerde<SpecificRecord> serde) {
    var bytes = new ByteArrayOutputStream(512);
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeBoolean(batch.isOutputDeleted());
      out.writeBoolean(batch.isErrorDeleted());
      out.writeLong(batch.cancelledAt().map(Instant::toEpochMilli).orElse(NEVER));
      out.writeInt(batch.fed().lines());
      out.writeInt(batch.fed().line());
      out.writeLong(batch.fed().byteOffset());
      write(out, serde.toBytes(batch.submitted()));
      write(out, batch.checked().map(serde::toBytes).orElseGet(() -> new byte[0]));
    } catch (IOException e) {
      throw new UncheckedIOException("row cannot be written", e);
    }
    return bytes.toByteArray();
  }

  static StoredBatch batch(byte[] row, AvroSerde<SpecificRecord> serde) {
    try (var in = opened(row)) {
      boolean isOutputDeleted = in.readBoolean();
      boolean isErrorDeleted = in.readBoolean();
      long cancelledAt = in.readLong();
      var fed = new StoredBatch.Fed(in.readInt(), in.readInt(), in.readLong());
      var submitted = (BatchSubmitted) serde.fromBytes(read(in));
      var checked = read(in);
      return new StoredBatch(
          submitted,
          checked.length == 0
              ? Optional.empty()
              : Optional.of((BatchChecked) serde.fromBytes(checked)),
          fed,
          cancelledAt == NEVER ? Optional.empty() : Optional.of(Instant.ofEpochMilli(cancelledAt)),
          isOutputDeleted,
          isErrorDeleted);
    } catch (IOException e) {
      throw new UncheckedIOException("row cannot be read", e);
    }
  }

  static byte[] toBytes(BatchCounts counts) {
    var bytes = new ByteArrayOutputStream(128);
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeInt(counts.completed());
      out.writeInt(counts.failed());
      out.writeInt(counts.cancelled());
      out.writeInt(counts.expired());
      out.writeLong(counts.tokens().input());
      out.writeLong(counts.tokens().cachedInput());
      out.writeLong(counts.tokens().output());
      out.writeLong(counts.tokens().reasoning());
      out.writeUTF(counts.costUsd().toString());
      out.writeLong(counts.outputBytes());
      out.writeLong(counts.errorBytes());
      out.writeLong(counts.lastFinishedAt().toEpochMilli());
      out.writeLong(counts.throughOffset());
    } catch (IOException e) {
      throw new UncheckedIOException("row cannot be written", e);
    }
    return bytes.toByteArray();
  }

  static BatchCounts counts(byte[] row) {
    try (var in = opened(row)) {
      return new BatchCounts(
          in.readInt(),
          in.readInt(),
          in.readInt(),
          in.readInt(),
          new Tokens(in.readLong(), in.readLong(), in.readLong(), in.readLong()),
          new BigDecimal(in.readUTF()),
          in.readLong(),
          in.readLong(),
          Instant.ofEpochMilli(in.readLong()),
          in.readLong());
    } catch (IOException e) {
      throw new UncheckedIOException("row cannot be read", e);
    }
  }

  private static DataInputStream opened(byte[] row) throws IOException {
    var in = new DataInputStream(new ByteArrayInputStream(row));
    int version = in.readByte();
    if (version != VERSION) {
      throw new IllegalStateException("batch row of unknown version " + version);
    }
    return in;
  }

  private static void write(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] read(DataInputStream in) throws IOException {
    return in.readNBytes(in.readInt());
  }
}
