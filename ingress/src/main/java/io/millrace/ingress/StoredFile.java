package io.millrace.ingress;

import io.millrace.schemas.FileStored;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file of an account, as clients see it.
 *
 * @param expiresAt when it is there no more; never when null
 */
public record StoredFile(
    String fileId,
    String purpose,
    String filename,
    long bytes,
    Instant createdAt,
    @Nullable Instant expiresAt,
    FileContent content) {

  /** The order of lists. */
  public static final Comparator<StoredFile> OLDEST_FIRST =
      Comparator.comparing(StoredFile::createdAt).thenComparing(StoredFile::fileId);

  public static StoredFile of(FileStored record) {
    return new StoredFile(
        record.getFileId(),
        record.getPurpose(),
        record.getFilename(),
        record.getBytes(),
        record.getCreatedAt(),
        record.getExpiresAt().orElse(null),
        new FileContent.InBlob(record.getBlobRef()));
  }

  public boolean isExpired(Instant now) {
    return expiresAt != null && !now.isBefore(expiresAt);
  }

  /** Its blob, if it is one. */
  public Optional<String> blobRef() {
    return switch (content) {
      case FileContent.InBlob(String ref) -> Optional.of(ref);
      case FileContent.OfBatch results -> Optional.empty();
    };
  }
}
