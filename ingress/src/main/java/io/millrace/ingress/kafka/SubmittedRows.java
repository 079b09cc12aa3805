package io.millrace.ingress.kafka;

import io.millrace.ingress.StoredRequest;
import io.millrace.schemas.Lane;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * A submitted request as a small row of the view, and back. The id is in the row's key. The first
 * byte is the version of the form, so that rows outlive an upgrade.
 */
final class SubmittedRows {

  /** What of a RequestSubmitted goes into a row. */
  static final Set<String> FIELDS =
      Set.of(
          "requestId",
          "endpoint",
          "model",
          "lane",
          "stream",
          "submittedAt",
          "fingerprint",
          "idempotencyKey",
          "batchId",
          "customId",
          "tags",
          "bodyRef",
          "keepsBody");

  /** Rows of version 1 end with the tags. */
  private static final int VERSION_WITHOUT_BODY = 1;

  private static final int VERSION = 2;
  private static final int KEEPS_BODY = 1;
  private static final int DELETED = 2;

  private SubmittedRows() {}

  /** From the fields {@link #FIELDS} alone. */
  static StoredRequest of(GenericRecord record, long offset) {
    var batchId = optionalText(record, "batchId");
    boolean isDerived = batchId != null || record.get("idempotencyKey") != null;
    return new StoredRequest(
        text(record, "requestId"),
        text(record, "endpoint"),
        text(record, "model"),
        Lane.valueOf(text(record, "lane")),
        (Boolean) record.get("stream"),
        Instant.ofEpochMilli((Long) record.get("submittedAt")),
        isDerived ? text(record, "fingerprint") : "",
        batchId,
        optionalText(record, "customId"),
        tags(record),
        offset,
        (Boolean) record.get("keepsBody"),
        optionalText(record, "bodyRef"),
        false);
  }

  static byte[] toBytes(StoredRequest row) {
    var bytes = new ByteArrayOutputStream(160);
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeLong(row.offset());
      out.writeLong(row.submittedAt().toEpochMilli());
      out.writeUTF(row.lane().name());
      out.writeBoolean(row.stream());
      out.writeUTF(row.endpoint());
      out.writeUTF(row.model());
      out.writeUTF(row.fingerprint());
      writeOptional(out, row.batchId());
      writeOptional(out, row.customId());
      out.writeShort(row.tags().size());
      for (var tag : row.tags().entrySet()) {
        out.writeUTF(tag.getKey());
        out.writeUTF(tag.getValue());
      }
      out.writeByte((row.keepsBody() ? KEEPS_BODY : 0) | (row.isDeleted() ? DELETED : 0));
      writeOptional(out, row.bodyRef());
    } catch (IOException e) {
      throw new UncheckedIOException("row cannot be written", e);
    }
    return bytes.toByteArray();
  }

  static StoredRequest fromBytes(String requestId, byte[] bytes) {
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int version = in.readByte();
      if (version != VERSION && version != VERSION_WITHOUT_BODY) {
        throw new IllegalStateException("row of unknown version " + version);
      }
      long offset = in.readLong();
      var submittedAt = Instant.ofEpochMilli(in.readLong());
      var lane = Lane.valueOf(in.readUTF());
      boolean stream = in.readBoolean();
      var endpoint = in.readUTF();
      var model = in.readUTF();
      var fingerprint = in.readUTF();
      var batchId = readOptional(in);
      var customId = readOptional(in);
      var tags = new LinkedHashMap<String, String>();
      for (int left = in.readShort(); left > 0; left--) {
        tags.put(in.readUTF(), in.readUTF());
      }
      int flags = version == VERSION ? in.readByte() : 0;
      var bodyRef = version == VERSION ? readOptional(in) : null;
      return new StoredRequest(
          requestId,
          endpoint,
          model,
          lane,
          stream,
          submittedAt,
          fingerprint,
          batchId,
          customId,
          tags,
          offset,
          (flags & KEEPS_BODY) != 0,
          bodyRef,
          (flags & DELETED) != 0);
    } catch (IOException e) {
      throw new UncheckedIOException("row cannot be read", e);
    }
  }

  private static void writeOptional(DataOutputStream out, @Nullable String text)
      throws IOException {
    out.writeBoolean(text != null);
    if (text != null) {
      out.writeUTF(text);
    }
  }

  private static @Nullable String readOptional(DataInputStream in) throws IOException {
    return in.readBoolean() ? in.readUTF() : null;
  }

  private static String text(GenericRecord record, String field) {
    return record.get(field).toString();
  }

  private static @Nullable String optionalText(GenericRecord record, String field) {
    var value = record.get(field);
    return value == null ? null : value.toString();
  }

  private static Map<String, String> tags(GenericRecord record) {
    var raw = (Map<?, ?>) record.get("tags");
    if (raw.isEmpty()) {
      return Map.of();
    }
    var tags = new LinkedHashMap<String, String>();
    raw.forEach((name, value) -> tags.put(name.toString(), value.toString()));
    return tags;
  }
}
