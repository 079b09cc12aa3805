package io.millrace.ingress.kafka;

import io.millrace.schemas.CancelRequest;
import io.millrace.schemas.Lane;
import io.millrace.schemas.OnDoubt;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.Topic;
import io.millrace.schemas.Topics;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * Tells records apart by their schema id and reads a few fields of one without its body: the view
 * sees every request and needs no prompt. Works for records written with this version's schemas;
 * others are read whole. Confined to one thread.
 */
final class WireFormat {

  private static final int PREFIX_BYTES = 5;
  private static final BigDecimal ZERO = BigDecimal.ZERO.setScale(12);

  private final int submittedId;
  private final int cancelId;
  private final int resultId;
  private final GenericDatumReader<GenericRecord> submitted;
  private final GenericDatumReader<GenericRecord> result;
  private @Nullable BinaryDecoder decoder;

  WireFormat(Topics topics) {
    var requests = topics.requests();
    var results = topics.results();
    this.submittedId = idIn(requests, sampleOfSubmitted());
    this.cancelId = idIn(requests, new CancelRequest("", "", Instant.EPOCH, ""));
    this.resultId = idIn(results, sampleOfResult());
    this.submitted = projection(RequestSubmitted.SCHEMA$, SubmittedRows.FIELDS);
    this.result = projection(RequestResult.SCHEMA$, Set.of("requestId", "batchId", "httpStatus"));
  }

  boolean isSubmitted(byte[] value) {
    return idOf(value) == submittedId;
  }

  boolean isCancel(byte[] value) {
    return idOf(value) == cancelId;
  }

  boolean isResult(byte[] value) {
    return idOf(value) == resultId;
  }

  /** The fields that the view keeps. */
  GenericRecord readSubmitted(byte[] value) {
    return read(submitted, value);
  }

  /** Request, batch and status. */
  GenericRecord readResult(byte[] value) {
    return read(result, value);
  }

  private GenericRecord read(GenericDatumReader<GenericRecord> reader, byte[] value) {
    decoder =
        DecoderFactory.get()
            .binaryDecoder(value, PREFIX_BYTES, value.length - PREFIX_BYTES, decoder);
    try {
      return reader.read(null, decoder);
    } catch (IOException | RuntimeException e) {
      throw new SerializationException("cannot read a value of schema id " + idOf(value), e);
    }
  }

  private static int idOf(byte[] value) {
    return value.length < PREFIX_BYTES || value[0] != 0
        ? Integer.MIN_VALUE
        : ByteBuffer.wrap(value).getInt(1);
  }

  private static int idIn(Topic<SpecificRecord> topic, SpecificRecord sample) {
    return idOf(topic.serde().toBytes(sample));
  }

  private static GenericDatumReader<GenericRecord> projection(Schema full, Set<String> names) {
    var kept =
        full.getFields().stream()
            .filter(field -> names.contains(field.name()))
            .map(field -> new Schema.Field(field, field.schema()))
            .toList();
    var reduced =
        Schema.createRecord(full.getName(), full.getDoc(), full.getNamespace(), false, kept);
    return new GenericDatumReader<>(full, reduced);
  }

  private static RequestSubmitted sampleOfSubmitted() {
    return RequestSubmitted.newBuilder()
        .setRequestId("")
        .setAccount("")
        .setKeyName("")
        .setEndpoint("")
        .setModel("")
        .setLane(Lane.BULK)
        .setStream(false)
        .setSubmittedAt(Instant.EPOCH)
        .setFingerprint("")
        .setOnDoubt(OnDoubt.REPEAT)
        .setInputTokensEstimated(0)
        .setInputTokensMax(0)
        .setBody(ByteBuffer.allocate(0))
        .build();
  }

  private static RequestResult sampleOfResult() {
    return RequestResult.newBuilder()
        .setRequestId("")
        .setAccount("")
        .setStatus(RequestStatus.COMPLETED)
        .setHttpStatus(200)
        .setModel("")
        .setAttempts(0)
        .setCostUsd(ZERO)
        .setSubmittedAt(Instant.EPOCH)
        .setFinishedAt(Instant.EPOCH)
        .setLane(Lane.BULK)
        .setTags(Map.of())
        .setBody(ByteBuffer.allocate(0))
        .build();
  }
}
