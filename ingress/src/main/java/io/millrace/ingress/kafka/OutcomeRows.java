package io.millrace.ingress.kafka;

import io.millrace.ingress.Outcome;
import io.millrace.schemas.AvroSerde;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStateChanged;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** What was heard last of a request, as a row of the view: kind, offset, the record as it came. */
final class OutcomeRows {

  private static final byte CHANGE = 1;
  private static final byte RESULT = 2;
  private static final int PREFIX_BYTES = 1 + Long.BYTES;

  private OutcomeRows() {}

  static byte[] ofResult(long offset, byte[] record) {
    return row(RESULT, offset, record);
  }

  static byte[] ofChange(long offset, byte[] record) {
    return row(CHANGE, offset, record);
  }

  static boolean isResult(byte @Nullable [] row) {
    return row != null && row[0] == RESULT;
  }

  static Outcome read(byte @Nullable [] row, AvroSerde<SpecificRecord> serde) {
    if (row == null) {
      return new Outcome.Silent();
    }
    var record = serde.fromBytes(Arrays.copyOfRange(row, PREFIX_BYTES, row.length));
    return switch (record) {
      case RequestResult result -> new Outcome.Finished(result, ByteBuffer.wrap(row).getLong(1));
      case RequestStateChanged change -> new Outcome.Changed(change);
      default ->
          throw new IllegalStateException("not an outcome: " + record.getSchema().getFullName());
    };
  }

  private static byte[] row(byte kind, long offset, byte[] record) {
    return ByteBuffer.allocate(PREFIX_BYTES + record.length)
        .put(kind)
        .putLong(offset)
        .put(record)
        .array();
  }
}
