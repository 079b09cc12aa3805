package io.millrace.ingress.kafka;

import io.millrace.ingress.FileContent;
import io.millrace.ingress.StoredFile;
import io.millrace.schemas.FileStored;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** Uploaded files as rows of the view's index. The first byte is the version of the form. */
final class FileRows {

  private static final int VERSION = 1;
  private static final long NEVER = Long.MAX_VALUE;

  private FileRows() {}

  static void store(KeyValueStore<Bytes, byte[]> index, byte[] account, FileStored record) {
    index.put(ViewKeys.file(account, record.getFileId()), toBytes(StoredFile.of(record)));
  }

  /** Takes the file out; what it was, if it was there. */
  static Optional<StoredFile> delete(
      KeyValueStore<Bytes, byte[]> index, byte[] account, String fileId) {
    return Optional.ofNullable(index.delete(ViewKeys.file(account, fileId)))
        .map(row -> fromBytes(fileId, row));
  }

  static Optional<StoredFile> find(
      ReadOnlyKeyValueStore<Bytes, byte[]> index, byte[] account, String fileId, Instant now) {
    return Optional.ofNullable(index.get(ViewKeys.file(account, fileId)))
        .map(row -> fromBytes(fileId, row))
        .filter(file -> !file.isExpired(now));
  }

  private static byte[] toBytes(StoredFile file) {
    var bytes = new ByteArrayOutputStream(160);
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeUTF(file.purpose());
      out.writeUTF(file.filename());
      out.writeLong(file.bytes());
      out.writeUTF(file.blobRef().orElseThrow());
      out.writeLong(file.createdAt().toEpochMilli());
      out.writeLong(file.expiresAt() == null ? NEVER : file.expiresAt().toEpochMilli());
    } catch (IOException e) {
      throw new UncheckedIOException("row cannot be written", e);
    }
    return bytes.toByteArray();
  }

  static StoredFile fromBytes(String fileId, byte[] bytes) {
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int version = in.readByte();
      if (version != VERSION) {
        throw new IllegalStateException("file row of unknown version " + version);
      }
      var purpose = in.readUTF();
      var filename = in.readUTF();
      long size = in.readLong();
      var ref = in.readUTF();
      var createdAt = Instant.ofEpochMilli(in.readLong());
      long expiresAt = in.readLong();
      return new StoredFile(
          fileId,
          purpose,
          filename,
          size,
          createdAt,
          expiresAt == NEVER ? null : Instant.ofEpochMilli(expiresAt),
          new FileContent.InBlob(ref));
    } catch (IOException e) {
      throw new UncheckedIOException("row cannot be read", e);
    }
  }
}
